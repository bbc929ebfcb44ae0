-- dialect: mysql
SET sql_log_bin = 0; -- expect: replication/mysql-binlog-skipped
CREATE TABLE orders (id bigint PRIMARY KEY);
SET sql_log_bin = 1;
SET SESSION binlog_format = 'STATEMENT'; -- expect: replication/mysql-binlog-skipped
SET SESSION binlog_format = 'ROW';
SET @@session.sql_log_bin = OFF; -- expect: replication/mysql-binlog-skipped
