CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE ROLE reader;

-- migration

-- The reports read orders now, texts are UTF-8.
CREATE INDEX orders_id_idx ON orders (id);
GRANT SELECT ON orders TO reader; -- expect: audit/ticket-for-privileges
REVOKE INSERT ON orders FROM reader;
