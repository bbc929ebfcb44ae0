CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE VIEW totals AS SELECT count(*) AS n FROM orders;

-- migration

CREATE TABLE invoices (id bigserial PRIMARY KEY);
GRANT SELECT ON invoices TO reader;
GRANT USAGE ON SEQUENCE invoices_id_seq TO reader;
CREATE OR REPLACE VIEW totals AS SELECT count(*) AS n FROM orders;
GRANT SELECT ON totals TO reader;
CREATE SCHEMA api;
GRANT USAGE ON SCHEMA api TO reader;
COMMENT ON TABLE orders IS 'all orders';
