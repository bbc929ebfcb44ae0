CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE ROLE reader;

-- migration

-- SEC-118: reports read orders.
GRANT SELECT ON orders TO reader;
