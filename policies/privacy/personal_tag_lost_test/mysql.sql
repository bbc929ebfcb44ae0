-- dialect: mysql
CREATE TABLE users (
    id bigint PRIMARY KEY,
    email varchar(100) COMMENT 'mail [pii]',
    phone varchar(20) COMMENT '[pii]',
    name varchar(20) COMMENT '[pii]',
    note text
) COMMENT='people [pii]';
-- migration
ALTER TABLE users MODIFY COLUMN email varchar(320) NOT NULL; -- expect: privacy/personal-tag-lost
ALTER TABLE users MODIFY COLUMN phone varchar(30) COMMENT 'E.164 [pii]';
ALTER TABLE users CHANGE name full_name varchar(80) COMMENT 'as spoken'; -- expect: privacy/personal-tag-lost
ALTER TABLE users MODIFY note mediumtext;
ALTER TABLE users COMMENT = 'people'; -- expect: privacy/personal-tag-lost
