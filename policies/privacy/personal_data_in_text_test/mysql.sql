-- dialect: mysql
CREATE TABLE users (
    id bigint PRIMARY KEY,
    email varchar(320) COMMENT 'such as erika@acme-shop.com', -- expect: privacy/personal-data-in-text
    phone varchar(20) DEFAULT '+491711234567' -- expect: privacy/personal-data-in-text
);
CREATE TABLE owners (id bigint PRIMARY KEY) COMMENT='ask karl@acme-shop.com'; -- expect: privacy/personal-data-in-text
ALTER TABLE users MODIFY phone varchar(30) DEFAULT '';
