CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, deleted_at timestamptz);
CREATE INDEX by_org ON users (org_id);
CREATE TABLE events (id bigint, at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- migration
CREATE INDEX users_email_idx ON users (email);
CREATE INDEX CONCURRENTLY idx_users_org_id_email ON users (org_id, email);
CREATE INDEX ON users (deleted_at);
CREATE INDEX org_lookup ON users (org_id); -- expect: conventions/index-name
CREATE UNIQUE INDEX users_email_key ON public.users (email);
CREATE UNIQUE INDEX unique_mail ON users (email); -- expect: conventions/index-name
CREATE INDEX users_email_idx2 ON users (email) INCLUDE (org_id); -- expect: conventions/index-name
CREATE INDEX users_lower_email_idx ON users (lower(email));
CREATE INDEX users_active_email_idx ON users (email) WHERE deleted_at IS NULL;
CREATE INDEX active_mail ON users (email) WHERE deleted_at IS NULL; -- expect: conventions/index-name
CREATE INDEX events_2026_at_idx ON events_2026 (at);
CREATE INDEX events_at_idx1 ON events_2026 (at); -- expect: conventions/index-name
ALTER INDEX by_org RENAME TO users_org_id_idx;
ALTER INDEX users_org_id_idx RENAME TO by_organisation; -- expect: conventions/index-name
CREATE TEMP TABLE scratch (a int);
CREATE INDEX s ON scratch (a);
CREATE INDEX mail_tmp ON users (email, org_id);
ALTER INDEX mail_tmp RENAME TO users_email_org_id_idx;
