-- dialect: mysql
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    total decimal(12, 2) NOT NULL COMMENT 'in euros, with tax',
    state varchar(20) NOT NULL -- expect: conventions/column-comment
);
