-- dialect: mariadb
-- params: {"allowed": ["InnoDB", "RocksDB"]}
CREATE TABLE a (id int PRIMARY KEY) ENGINE=rocksdb;
CREATE TABLE b (id int PRIMARY KEY) ENGINE=Aria; -- expect: conventions/storage-engine
