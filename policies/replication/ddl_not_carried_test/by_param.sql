-- params: {"tables": ["shop.*"]}
CREATE SCHEMA shop;
CREATE TABLE shop.orders (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

ALTER TABLE shop.orders ADD COLUMN state text; -- expect: replication/ddl-not-carried
ALTER TABLE orders ADD COLUMN state text;
