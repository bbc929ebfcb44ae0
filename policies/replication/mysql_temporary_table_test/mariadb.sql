-- dialect: mariadb
CREATE TEMPORARY TABLE stage (id bigint PRIMARY KEY); -- expect: replication/mysql-temporary-table
CREATE TABLE orders (id bigint PRIMARY KEY);
