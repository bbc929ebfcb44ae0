ALTER TABLE orders ADD COLUMN note text;
CREATE INDEX orders_note_idx ON orders (note);
ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey;
CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);
CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id));
SELECT archive(orders) FROM orders;
SET lock_timeout = '2s';
REINDEX TABLE orders;
