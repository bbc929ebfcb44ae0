-- dialect: mysql
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(200), password varchar(100));

-- migration

INSERT INTO users VALUES (1, 'admin@example.org', '$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234'); -- expect: audit/secret-in-statement
