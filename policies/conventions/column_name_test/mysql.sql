-- dialect: mysql
CREATE TABLE users (id bigint PRIMARY KEY, fullName varchar(100), zip varchar(10));
-- migration
ALTER TABLE users MODIFY fullName varchar(200) NOT NULL;
ALTER TABLE users CHANGE fullName displayName varchar(200); -- expect: conventions/column-name
ALTER TABLE users CHANGE zip postal_code varchar(10);
ALTER TABLE users RENAME COLUMN postal_code TO `Postal`; -- expect: conventions/column-name
