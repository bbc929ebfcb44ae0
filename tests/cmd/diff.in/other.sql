CREATE TABLE customers (id bigint PRIMARY KEY, mail varchar(100) NOT NULL);
CREATE TABLE orders (
    id bigserial PRIMARY KEY,
    customer bigint,
    status varchar(9) NOT NULL CHECK (status IN ('open', 'paid', 'sent')),
    placed timestamptz DEFAULT CURRENT_TIMESTAMP
);
CREATE VIEW open_orders AS SELECT id, placed FROM orders WHERE status <> 'paid';
