CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- migration
CREATE TABLE users_new (
    id bigint PRIMARY KEY,
    email text,
    phone text -- expect: privacy/untagged-personal-column
);
INSERT INTO users_new (id, email) SELECT id, email FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
