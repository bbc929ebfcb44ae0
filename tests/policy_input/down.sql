-- file: 1_a.up.sql
CREATE TABLE t (id bigint PRIMARY KEY);
-- file: 1_a.down.sql
DROP TABLE t;
