CREATE TABLE old (n int);
CREATE TABLE parent (id bigint, tenant text) PARTITION BY LIST (tenant);
-- migration
CREATE TABLE orders (id bigint PRIMARY KEY);
COMMENT ON TABLE orders IS 'One row for each order that a customer sent';
CREATE TABLE IF NOT EXISTS lines (id bigint PRIMARY KEY); -- expect: conventions/table-comment
CREATE TABLE emptied (id bigint PRIMARY KEY); -- expect: conventions/table-comment
COMMENT ON TABLE emptied IS '';
CREATE TABLE copied AS SELECT * FROM orders; -- expect: conventions/table-comment
CREATE TABLE parent_a PARTITION OF parent FOR VALUES IN ('a');
CREATE TEMP TABLE scratch (n int);
ALTER TABLE old ADD COLUMN m int;
CREATE TABLE drafts (id bigint PRIMARY KEY);
COMMENT ON TABLE drafts IS 'Orders that were not sent';
ALTER TABLE drafts RENAME TO carts;
