CREATE ROLE reports; -- expect: audit/privileges-with-schema
CREATE TABLE orders (id bigint PRIMARY KEY);
