-- params: {"statements": 2, "bytes": 40}
CREATE TYPE state AS ENUM ('open', 'done');
CREATE TABLE orders (id bigint PRIMARY KEY, state state);
CREATE INDEX orders_state ON orders (state);
INSERT INTO orders VALUES (1, 'open');
