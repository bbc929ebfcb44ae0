-- dialect: mysql
-- params: {"format": "statement"}
CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(36));

-- migration

UPDATE orders SET note = UUID() WHERE note IS NULL; -- expect: replication/mysql-unsafe-statement
DELETE FROM orders WHERE note = 'x' LIMIT 100; -- expect: replication/mysql-unsafe-statement
UPDATE orders SET note = ' limit 1' WHERE id = 1;
INSERT INTO orders VALUES (1, now());
