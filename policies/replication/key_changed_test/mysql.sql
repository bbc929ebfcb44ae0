-- dialect: mysql
CREATE TABLE orders (id int PRIMARY KEY AUTO_INCREMENT, note text);
CREATE TABLE tags (id int, name varchar(20), PRIMARY KEY (id));

-- migration

ALTER TABLE orders MODIFY id bigint NOT NULL AUTO_INCREMENT; -- expect: replication/key-changed
ALTER TABLE tags DROP PRIMARY KEY, ADD PRIMARY KEY (id, name); -- expect: replication/key-changed
ALTER TABLE orders MODIFY note mediumtext;
