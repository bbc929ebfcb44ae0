CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

ALTER TABLE orders ADD COLUMN note text;
GRANT SELECT ON orders TO reader; -- expect: audit/privileges-with-schema
