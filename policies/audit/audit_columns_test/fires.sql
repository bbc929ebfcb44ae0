CREATE TABLE orders (id bigint PRIMARY KEY); -- expect: audit/audit-columns
CREATE TABLE IF NOT EXISTS shop."Invoices" ( -- expect: audit/audit-columns
  id bigint PRIMARY KEY,
  "createdAt" timestamptz NOT NULL,
  "updatedAt" timestamptz NOT NULL
);
CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at); -- expect: audit/audit-columns
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
