-- file: 000001_shop.up.sql
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id int, note varchar(20), old text);
CREATE INDEX orders_note ON orders (note);
-- file: 000001_shop.down.sql
DROP TABLE orders;
-- file: 000002_alter.down.sql
SELECT 1;
-- file: 000002_alter.up.sql
SET lock_timeout = '2s';
ALTER TABLE orders
    ADD COLUMN IF NOT EXISTS paid_at timestamptz,
    ALTER COLUMN user_id TYPE bigint USING user_id::bigint,
    ALTER note SET NOT NULL,
    DROP COLUMN old CASCADE,
    ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;
CREATE INDEX CONCURRENTLY ON orders (lower(note)) WHERE paid_at IS NULL;
ALTER TABLE orders RENAME COLUMN note TO remark;
ALTER TABLE orders RENAME TO purchases;
DROP TABLE IF EXISTS users CASCADE;
