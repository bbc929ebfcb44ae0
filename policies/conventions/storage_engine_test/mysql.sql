-- dialect: mysql
CREATE TABLE old (id int PRIMARY KEY) ENGINE=MyISAM;
-- migration
CREATE TABLE orders (id bigint PRIMARY KEY) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE logs (id bigint PRIMARY KEY) ENGINE = MyISAM; -- expect: conventions/storage-engine
CREATE TABLE plain (id bigint PRIMARY KEY);
CREATE TEMPORARY TABLE scratch (id int) ENGINE=MEMORY;
ALTER TABLE orders ENGINE=Aria; -- expect: conventions/storage-engine
ALTER TABLE old ENGINE=InnoDB;
ALTER TABLE old COMMENT='old';
