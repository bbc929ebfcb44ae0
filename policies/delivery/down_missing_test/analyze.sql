-- framework: goose
-- path: 00002_analyze.sql
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

-- +goose Up
ANALYZE orders;
