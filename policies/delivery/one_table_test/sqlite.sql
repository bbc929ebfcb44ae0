-- dialect: sqlite
CREATE TABLE orders (id INTEGER PRIMARY KEY, note text);

-- migration

CREATE TABLE orders_new (id INTEGER PRIMARY KEY, note text NOT NULL);
INSERT INTO orders_new SELECT id, coalesce(note, '') FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
CREATE INDEX orders_note ON orders (note);
