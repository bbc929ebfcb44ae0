-- dialect: mysql
-- file: 1_a.sql
CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a varchar(10) COMMENT 'name [pii]', KEY by_a (a)) ENGINE=InnoDB COMMENT='people';
-- file: 2_b.sql
ALTER TABLE t MODIFY a varchar(5) NOT NULL, ADD INDEX i (id, a), DROP INDEX by_a, ALGORITHM=INPLACE;
