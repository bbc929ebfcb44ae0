CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
ALTER TABLE invoices OWNER TO shop_owner;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invoices USING (tenant_id = 1);
CREATE OR REPLACE FUNCTION total() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM invoices';
ALTER FUNCTION total() OWNER TO shop_owner;
