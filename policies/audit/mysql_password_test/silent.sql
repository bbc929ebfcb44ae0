-- dialect: mysql
-- framework: flyway
-- path: V3__accounts.sql
CREATE USER 'shop'@'%' IDENTIFIED BY RANDOM PASSWORD;
CREATE USER 'reports'@'%' ACCOUNT LOCK;
CREATE USER 'sync'@'%' IDENTIFIED BY '${sync_password}';
CREATE TABLE notes (id bigint PRIMARY KEY, text varchar(100) COMMENT 'identified by the password');
INSERT INTO notes (id, text) VALUES (1, 'CREATE USER x IDENTIFIED BY ''y''');
