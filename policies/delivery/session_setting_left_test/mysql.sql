-- dialect: mysql
SET FOREIGN_KEY_CHECKS = 0;
CREATE TABLE orders (id bigint PRIMARY KEY);
SET FOREIGN_KEY_CHECKS = 1;
SET @old_sql_mode = @@sql_mode;
SET SESSION sql_mode = 'ANSI_QUOTES';
SET SESSION sql_mode = @old_sql_mode;
SET UNIQUE_CHECKS = 0; -- expect: delivery/session-setting-left
SET NAMES utf8mb4;
