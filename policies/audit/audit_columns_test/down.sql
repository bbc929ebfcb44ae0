-- framework: golang-migrate
-- path: 2_drop.down.sql
CREATE TABLE orders (id bigint PRIMARY KEY);
