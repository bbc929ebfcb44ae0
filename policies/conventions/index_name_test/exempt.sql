-- params: {"exempt": ["legacy_*"], "unique_templates": []}
CREATE TABLE legacy_users (id bigint PRIMARY KEY, email text);
CREATE INDEX mail ON legacy_users (email);
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE UNIQUE INDEX whatever ON users (email);
CREATE INDEX mail2 ON users (email); -- expect: conventions/index-name
