CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);

-- migration

ALTER TABLE orders ENABLE ROW LEVEL SECURITY; -- expect: audit/ticket-for-privileges
CREATE POLICY tenant ON orders USING (tenant_id = 1);
