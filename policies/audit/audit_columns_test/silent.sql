CREATE TABLE old (id bigint PRIMARY KEY);

-- migration

CREATE TABLE orders (
  id bigint PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  updated_at timestamptz,
  modified_by text
);
CREATE TABLE invoices (id bigint PRIMARY KEY, created_at timestamptz, created_by text);
ALTER TABLE invoices ADD COLUMN updated_at timestamptz, ADD COLUMN updated_by text;
CREATE TABLE orders_tags (order_id bigint, tag_id bigint, PRIMARY KEY (order_id, tag_id));
CREATE TABLE orders_history (id bigint PRIMARY KEY, row jsonb);
CREATE TABLE copy AS SELECT * FROM elsewhere;
CREATE TABLE IF NOT EXISTS old (id bigint PRIMARY KEY);
CREATE TEMP TABLE stage (id bigint);
CREATE TABLE gone (id bigint);
DROP TABLE gone;
