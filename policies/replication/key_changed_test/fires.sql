CREATE TABLE orders (id integer PRIMARY KEY, code text NOT NULL);
CREATE TABLE invoices (id bigint PRIMARY KEY, code text NOT NULL);
CREATE TABLE refunds (id bigint PRIMARY KEY);

-- migration

ALTER TABLE orders ALTER COLUMN id TYPE bigint; -- expect: replication/key-changed
ALTER TABLE invoices DROP CONSTRAINT invoices_pkey; -- expect: replication/key-changed
ALTER TABLE invoices ADD PRIMARY KEY (code);
ALTER TABLE refunds RENAME COLUMN id TO refund_id; -- expect: replication/key-changed
