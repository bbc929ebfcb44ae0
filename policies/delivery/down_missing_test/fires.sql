-- framework: goose
-- path: 00002_note.sql
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

-- +goose Up
SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text; -- expect: delivery/down-missing
