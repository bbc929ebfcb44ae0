-- dialect: mysql
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

CREATE TABLE `stats` (id bigint PRIMARY KEY) ENGINE = MyISAM; -- expect: replication/mysql-engine
ALTER TABLE orders ENGINE=MEMORY; -- expect: replication/mysql-engine
CREATE TABLE invoices (id bigint PRIMARY KEY) ENGINE=InnoDB;
CREATE TEMPORARY TABLE stage (id bigint) ENGINE=MEMORY;
CREATE TABLE moved (id bigint PRIMARY KEY) ENGINE=MyISAM;
ALTER TABLE moved ENGINE=InnoDB;
