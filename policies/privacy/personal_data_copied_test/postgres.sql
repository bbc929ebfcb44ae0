CREATE TABLE users (id bigint PRIMARY KEY, email text, note text);
COMMENT ON COLUMN users.email IS '[pii]';
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- migration
CREATE TABLE users_like (LIKE users); -- expect: privacy/personal-data-copied
CREATE TABLE users_all (LIKE users INCLUDING ALL);
CREATE TABLE users_all_but (LIKE users INCLUDING ALL EXCLUDING COMMENTS); -- expect: privacy/personal-data-copied
CREATE TABLE users_bak AS SELECT * FROM users; -- expect: privacy/personal-data-copied
CREATE TABLE mails AS SELECT u.email, count(*) AS n FROM users u JOIN orders o ON o.user_id = u.id GROUP BY 1; -- expect: privacy/personal-data-copied
CREATE TABLE ids AS SELECT u.id, u.note FROM users u;
CREATE TABLE users_tagged AS SELECT * FROM users;
COMMENT ON COLUMN users_tagged.email IS '[pii]';
CREATE TABLE orders_bak AS SELECT * FROM orders;
CREATE TEMP TABLE scratch AS SELECT * FROM users;
CREATE MATERIALIZED VIEW mail_count AS SELECT email, count(*) AS n FROM users GROUP BY email; -- expect: privacy/personal-data-copied
CREATE MATERIALIZED VIEW mail_list AS SELECT email FROM users;
COMMENT ON MATERIALIZED VIEW mail_list IS 'for the newsletter [pii]';
CREATE VIEW user_mails AS SELECT email FROM users;
CREATE MATERIALIZED VIEW note_count AS SELECT note, count(id) AS n FROM users GROUP BY note;
