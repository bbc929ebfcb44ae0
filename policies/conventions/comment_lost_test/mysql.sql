-- dialect: mysql
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    total decimal(12, 2) COMMENT 'in euros',
    tax decimal(12, 2) COMMENT 'in euros',
    state varchar(10) COMMENT 'customer''s view',
    mail varchar(100) COMMENT 'where to [pii]',
    note text
);
-- migration
ALTER TABLE orders MODIFY total decimal(14, 2) NOT NULL; -- expect: conventions/comment-lost
ALTER TABLE orders MODIFY tax decimal(14, 2) NOT NULL COMMENT 'in euros';
ALTER TABLE orders CHANGE state status varchar(20); -- expect: conventions/comment-lost
ALTER TABLE orders MODIFY mail varchar(320);
ALTER TABLE orders MODIFY note mediumtext;
