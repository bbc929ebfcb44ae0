CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

ALTER TABLE orders REPLICA IDENTITY FULL; -- expect: replication/identity-full-or-nothing
CREATE TABLE invoices (id bigint PRIMARY KEY);
ALTER TABLE invoices REPLICA IDENTITY NOTHING; -- expect: replication/identity-full-or-nothing
