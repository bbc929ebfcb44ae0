-- framework: goose
-- path: 00002_note.sql
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

-- +goose Up
ALTER TABLE orders ADD COLUMN note text;

-- +goose Down
ALTER TABLE orders DROP COLUMN note;
