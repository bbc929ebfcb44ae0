-- dialect: mysql
CREATE TEMPORARY TABLE stage (id bigint PRIMARY KEY);
