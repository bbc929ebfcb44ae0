-- params: {"bytes": 40}
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

ALTER TABLE orders ADD COLUMN a text; -- expect: delivery/too-large
ALTER TABLE orders ADD COLUMN b text;
