CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE TABLE logs (id bigint PRIMARY KEY, note text);
CREATE TABLE gone (id bigint PRIMARY KEY);
CREATE PUBLICATION shop FOR TABLE orders, gone;
ALTER PUBLICATION shop DROP TABLE gone;

-- migration

ALTER TABLE logs ADD COLUMN state text;
ALTER TABLE gone ADD COLUMN state text;
ALTER TABLE orders ALTER COLUMN note SET NOT NULL;
CREATE INDEX orders_note ON orders (note);
