-- framework: flyway
-- path: V2__create_orders.sql
CREATE TABLE orders (id bigint PRIMARY KEY);
