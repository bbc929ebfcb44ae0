CREATE TABLE customers (id bigint PRIMARY KEY, email varchar(100) NOT NULL);
CREATE TABLE orders (
    id serial PRIMARY KEY,
    customer bigint REFERENCES customers,
    status varchar(9) DEFAULT 'open' CHECK (status IN ('open', 'paid')),
    placed timestamptz DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY);
CREATE VIEW open_orders AS SELECT id, placed FROM orders WHERE status = 'open';
