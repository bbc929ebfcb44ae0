-- framework: dump
-- path: schema.sql
CREATE TABLE orders (id bigint PRIMARY KEY);
