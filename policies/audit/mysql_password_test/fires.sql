-- dialect: mysql
CREATE USER 'shop'@'%' IDENTIFIED BY 'hunter2'; -- expect: audit/mysql-password
ALTER USER reports IDENTIFIED WITH caching_sha2_password BY 'hunter2'; -- expect: audit/mysql-password
SET PASSWORD FOR 'shop'@'%' = 'hunter3'; -- expect: audit/mysql-password
