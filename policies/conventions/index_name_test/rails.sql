-- params: {"templates": ["index_{table}_on_{columns}"], "unique_templates": ["index_{table}_on_{columns}"], "separator": "_and_"}
CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint);
CREATE INDEX index_users_on_org_id_and_email ON users (org_id, email);
CREATE UNIQUE INDEX index_users_on_email ON users (email);
CREATE INDEX users_email_idx ON users (email); -- expect: conventions/index-name
