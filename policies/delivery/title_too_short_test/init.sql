-- framework: flyway
-- path: V1__init.sql
CREATE TABLE orders (id bigint PRIMARY KEY);
