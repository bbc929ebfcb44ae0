-- dialect: mysql
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100) COMMENT 'mail [pii]');
-- migration
ALTER TABLE users MODIFY COLUMN email varchar(320) NOT NULL;
ALTER TABLE users MODIFY COLUMN email varchar(320) NOT NULL COMMENT 'mail [pii]';
