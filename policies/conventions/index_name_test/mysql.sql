-- dialect: mysql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, sku varchar(40));
CREATE INDEX sku ON orders (sku);
-- migration
CREATE TABLE lines (
    id bigint PRIMARY KEY,
    order_id bigint,
    sku varchar(40),
    KEY idx_lines_order_id (order_id),
    KEY (sku),
    KEY k1 (order_id, sku) -- expect: conventions/index-name
);
ALTER TABLE orders ADD INDEX customer (customer_id); -- expect: conventions/index-name
ALTER TABLE orders ADD INDEX idx_orders_customer_id (customer_id);
ALTER TABLE orders RENAME INDEX sku TO idx_orders_sku;
