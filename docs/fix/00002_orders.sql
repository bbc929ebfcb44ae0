-- +goose Up
-- Support looks for what is open.
CREATE INDEX orders_status ON orders (status);

ALTER TABLE orders
  ADD FOREIGN KEY (customer) REFERENCES customers (id);

-- +goose Down
ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey;
DROP INDEX orders_status;
