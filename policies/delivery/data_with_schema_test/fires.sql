CREATE TABLE orders (id bigint PRIMARY KEY, note text);

-- migration

ALTER TABLE orders ADD COLUMN state text;
UPDATE orders SET state = 'open' WHERE state IS NULL; -- expect: delivery/data-with-schema
