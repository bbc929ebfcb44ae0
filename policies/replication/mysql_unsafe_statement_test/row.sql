-- dialect: mysql
CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(36));

-- migration

ALTER TABLE orders ADD COLUMN code char(36) DEFAULT (uuid()); -- expect: replication/mysql-unsafe-statement
ALTER TABLE orders ADD COLUMN state varchar(10) DEFAULT 'uuid()';
UPDATE orders SET note = uuid();
