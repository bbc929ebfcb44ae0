-- params: {"columns": {"id": "bigint|uuid", "created_at": "timestamptz", "tenant": ""}, "exempt": ["*_lookup"]}
CREATE TABLE old (n int);
CREATE TABLE parent (id bigint, created_at timestamptz, tenant text) PARTITION BY LIST (tenant);
-- migration
ALTER TABLE old ADD COLUMN m int;
CREATE TABLE orders (id bigserial PRIMARY KEY, created_at timestamptz NOT NULL, tenant text);
CREATE TABLE lines (id uuid PRIMARY KEY, n int); -- expect: conventions/required-columns
CREATE TABLE items (
    id int PRIMARY KEY, -- expect: conventions/required-columns
    created_at timestamp(3) with time zone,
    tenant text
);
CREATE TABLE later (id bigint PRIMARY KEY, tenant text);
ALTER TABLE later ADD COLUMN created_at timestamptz;
CREATE TABLE like_orders (LIKE orders);
CREATE TABLE parent_a PARTITION OF parent FOR VALUES IN ('a');
CREATE TABLE color_lookup (color text);
CREATE TABLE copied AS SELECT count(*) AS n FROM orders;
CREATE TEMP TABLE scratch (n int);
CREATE TABLE child () INHERITS (orders);
