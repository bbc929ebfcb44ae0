CREATE INDEX orders_total ON orders (total);
ALTER TABLE orders DROP COLUMN note;
