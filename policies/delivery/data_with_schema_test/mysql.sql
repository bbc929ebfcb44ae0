-- dialect: mysql
CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(10));

-- migration

DELETE FROM orders WHERE note IS NULL; -- expect: delivery/data-with-schema
ALTER TABLE orders MODIFY note varchar(10) NOT NULL;
