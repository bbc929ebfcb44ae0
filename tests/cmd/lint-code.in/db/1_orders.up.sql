CREATE TABLE orders (id bigint PRIMARY KEY, name text, unit_price int);
