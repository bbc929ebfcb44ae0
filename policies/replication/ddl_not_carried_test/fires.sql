CREATE TABLE orders (id bigint PRIMARY KEY, note text, code integer);
CREATE TABLE invoices (id bigint PRIMARY KEY, note text);
CREATE PUBLICATION shop FOR TABLE orders, ONLY public.invoices (id, note);

-- migration

ALTER TABLE orders ADD COLUMN state text; -- expect: replication/ddl-not-carried
ALTER TABLE orders ALTER COLUMN code TYPE bigint; -- expect: replication/ddl-not-carried
ALTER TABLE orders RENAME COLUMN note TO remark; -- expect: replication/ddl-not-carried
ALTER TABLE invoices ADD COLUMN state text;
ALTER TABLE invoices DROP COLUMN note; -- expect: replication/ddl-not-carried
