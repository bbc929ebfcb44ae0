CREATE TABLE users (id bigint PRIMARY KEY, email text, phone text, name text, note text, token text);
COMMENT ON TABLE users IS 'people [pii]';
COMMENT ON COLUMN users.email IS '[pii]';
COMMENT ON COLUMN users.phone IS '[pii] [retention:1y]';
COMMENT ON COLUMN users.name IS '[pii]';
COMMENT ON COLUMN users.note IS 'anything';
COMMENT ON COLUMN users.token IS '[pii]';
-- migration
COMMENT ON COLUMN users.email IS 'where to write'; -- expect: privacy/personal-tag-lost
COMMENT ON COLUMN users.phone IS 'where to call [pii]';
COMMENT ON COLUMN users.name IS NULL; -- expect: privacy/personal-tag-lost
COMMENT ON COLUMN users.note IS NULL;
COMMENT ON COLUMN users.token IS 'a hash now [no-pii]';
COMMENT ON TABLE users IS 'people'; -- expect: privacy/personal-tag-lost
ALTER TABLE users RENAME COLUMN phone TO mobile;
