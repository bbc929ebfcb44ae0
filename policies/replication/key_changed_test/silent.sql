CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(10));
CREATE TABLE countries (code varchar(2) PRIMARY KEY);
CREATE TABLE old (id bigint PRIMARY KEY);

-- migration

ALTER TABLE orders ALTER COLUMN code TYPE text;
ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO orders_pk;
ALTER TABLE countries ALTER COLUMN code TYPE varchar(3);
DROP TABLE old;
CREATE TABLE invoices (id integer PRIMARY KEY);
ALTER TABLE invoices ALTER COLUMN id TYPE bigint;
