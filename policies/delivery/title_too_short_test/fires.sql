-- framework: flyway
-- path: V2__fix.sql
CREATE TABLE orders (id bigint PRIMARY KEY); -- expect: delivery/title-too-short
