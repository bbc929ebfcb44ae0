-- params: {"statements": 2}
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

ALTER TABLE orders ADD COLUMN a text; -- expect: delivery/too-large
ALTER TABLE orders ADD COLUMN b text;
ALTER TABLE orders ADD COLUMN c text;
