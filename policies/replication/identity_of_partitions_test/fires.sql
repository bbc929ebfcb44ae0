CREATE TABLE events (id bigint, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

-- migration

ALTER TABLE events REPLICA IDENTITY FULL; -- expect: replication/identity-of-partitions
