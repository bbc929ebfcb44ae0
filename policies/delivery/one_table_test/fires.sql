CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE customers (id bigint PRIMARY KEY);

-- migration

ALTER TABLE customers ADD COLUMN email text;
CREATE TABLE invoices (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);
CREATE INDEX orders_id_idx ON public.orders (id); -- expect: delivery/one-table
ALTER TABLE "customers" ADD COLUMN phone text;
