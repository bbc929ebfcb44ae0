CREATE TABLE orders (id bigint PRIMARY KEY, note text);

-- migration

UPDATE orders SET note = '' WHERE note IS NULL;
DELETE FROM orders WHERE id < 0;
CREATE VIEW open_orders AS SELECT id FROM orders;
