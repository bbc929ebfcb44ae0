CREATE TABLE users (id bigint PRIMARY KEY, email text, password text, token text);

-- migration

INSERT INTO users (id, email) VALUES (1, 'admin@example.org');
UPDATE users SET token = encode(sha256(email::bytea), 'hex');
COMMENT ON COLUMN users.password IS 'bcrypt, $2b$12$ and 53 characters';
