CREATE TABLE audit_log (id bigint PRIMARY KEY, at timestamptz, note text);
CREATE SCHEMA audit;
CREATE TABLE audit.entries (id bigint PRIMARY KEY, at timestamptz);

-- migration

UPDATE audit_log SET note = NULL WHERE note = ''; -- expect: audit/trail-rewritten
DELETE FROM audit.entries WHERE at < now() - interval '1 year'; -- expect: audit/trail-rewritten
GRANT SELECT, DELETE ON audit_log TO shop_app; -- expect: audit/trail-rewritten
DO $$ BEGIN
  DELETE FROM public."audit_log" WHERE id = 1; -- expect: audit/trail-rewritten
END $$;
