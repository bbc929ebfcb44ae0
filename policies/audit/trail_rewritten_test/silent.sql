CREATE TABLE audit_log (id bigint PRIMARY KEY, at timestamptz, note text);
CREATE TABLE auditors (id bigint PRIMARY KEY, name text);

-- migration

INSERT INTO audit_log (id, at) VALUES (1, now());
UPDATE auditors SET name = 'x' WHERE id = 1;
GRANT SELECT, INSERT ON audit_log TO shop_app;
REVOKE DELETE ON audit_log FROM shop_app;
COMMENT ON TABLE audit_log IS 'DELETE FROM audit_log';
