CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE PUBLICATION everything FOR ALL TABLES;

-- migration

ALTER TABLE orders ADD COLUMN state text; -- expect: replication/ddl-not-carried
CREATE TABLE invoices (id bigint PRIMARY KEY);
ALTER TABLE invoices ADD COLUMN state text;
