-- dialect: mysql
-- params: {"accounts": ["reports@*"]}
CREATE TABLE t (id bigint PRIMARY KEY, a int);

-- migration

CREATE DEFINER=`root`@`localhost` VIEW v AS SELECT a FROM t; -- expect: audit/mysql-definer
CREATE DEFINER = 'admin'@'%' TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1; -- expect: audit/mysql-definer
CREATE DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW w AS SELECT a FROM t;
CREATE DEFINER = CURRENT_USER VIEW x AS SELECT a FROM t;
CREATE DEFINER=reports@localhost VIEW y AS SELECT a FROM t;
CREATE VIEW z AS SELECT a FROM t;
