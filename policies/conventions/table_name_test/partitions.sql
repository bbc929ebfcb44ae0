CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
-- migration
CREATE TABLE events_2026_01 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE "events-2026-02" PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01'); -- expect: conventions/table-name
