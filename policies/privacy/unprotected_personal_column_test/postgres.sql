CREATE TABLE users (id bigint PRIMARY KEY, email text, phone text, name text, born date);
COMMENT ON COLUMN users.phone IS '[pii]';
COMMENT ON COLUMN users.name IS '[pii] [retention:2y]';
-- migration
COMMENT ON COLUMN users.email IS 'where to write [pii]'; -- expect: privacy/unprotected-personal-column
COMMENT ON COLUMN users.phone IS 'where to call [pii]';
COMMENT ON COLUMN users.name IS '[pii]'; -- expect: privacy/unprotected-personal-column
COMMENT ON COLUMN users.born IS '[pii] [encrypted]';
CREATE TABLE leads (id bigint PRIMARY KEY, email text, note text);
COMMENT ON COLUMN leads.email IS '[pii]';
COMMENT ON COLUMN leads.note IS 'free text';
COMMENT ON TABLE leads IS 'from the fair [retention:90d]';
CREATE TABLE visitors (id bigint PRIMARY KEY, email text);
COMMENT ON TABLE visitors IS '[pii]'; -- expect: privacy/unprotected-personal-column
CREATE TABLE guests (id bigint PRIMARY KEY, email text);
COMMENT ON COLUMN guests.email IS '[pii] [retention]'; -- expect: privacy/unprotected-personal-column
