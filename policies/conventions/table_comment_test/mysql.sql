-- dialect: mysql
CREATE TABLE orders (id bigint PRIMARY KEY) ENGINE=InnoDB COMMENT='One row for each order';
CREATE TABLE lines (id bigint PRIMARY KEY) ENGINE=InnoDB; -- expect: conventions/table-comment
CREATE TABLE late (id bigint PRIMARY KEY);
ALTER TABLE late COMMENT = 'Orders that came late';
