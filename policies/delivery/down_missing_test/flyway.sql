-- framework: flyway
-- path: V2__note.sql
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

ALTER TABLE orders ADD COLUMN note text;
