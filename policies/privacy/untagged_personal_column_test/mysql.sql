-- dialect: mysql
CREATE TABLE users (id bigint PRIMARY KEY, tel varchar(20));
-- migration
CREATE TABLE customers (
    id bigint PRIMARY KEY,
    email varchar(320) NOT NULL COMMENT 'for invoices [pii]',
    phone varchar(20), -- expect: privacy/untagged-personal-column
    gender_required tinyint(1) NOT NULL DEFAULT 0
);
ALTER TABLE users CHANGE tel mobile varchar(30); -- expect: privacy/untagged-personal-column
ALTER TABLE users ADD COLUMN iban varchar(34) COMMENT '[pii]';
