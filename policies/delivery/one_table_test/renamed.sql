CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

ALTER TABLE orders RENAME TO purchases;
ALTER TABLE purchases ADD COLUMN note text;
