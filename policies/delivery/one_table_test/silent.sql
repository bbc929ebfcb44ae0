CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

-- migration

CREATE TABLE invoices (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);
ALTER TABLE invoices ADD COLUMN total bigint;
CREATE TEMP TABLE stage (id bigint);
ALTER TABLE events ADD COLUMN kind text;
CREATE INDEX events_1_kind ON events_1 (kind);
DROP TABLE events_2;
COMMENT ON TABLE customers IS 'who buys';
UPDATE orders SET customer_id = 1 WHERE customer_id IS NULL;
GRANT SELECT ON customers TO reader;
