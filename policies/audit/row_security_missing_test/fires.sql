CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON orders USING (tenant_id = 1);

-- migration

CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id bigint NOT NULL); -- expect: audit/row-security-missing
CREATE TABLE IF NOT EXISTS "Refunds" ( -- expect: audit/row-security-missing
  id bigint PRIMARY KEY,
  tenant_id bigint NOT NULL
);
CREATE TABLE events (id bigint, tenant_id bigint NOT NULL, at date) PARTITION BY RANGE (at);
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE colours (id bigint PRIMARY KEY);
CREATE TEMP TABLE stage (id bigint, tenant_id bigint);
