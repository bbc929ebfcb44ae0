-- dialect: mysql
CREATE TABLE users (
    id bigint PRIMARY KEY,
    email varchar(320) COMMENT '[pii]', -- expect: privacy/unprotected-personal-column
    phone varchar(20) COMMENT '[pii] [retention:1y]'
);
CREATE TABLE leads (id bigint PRIMARY KEY, email varchar(320) COMMENT '[pii]') COMMENT='[retention:90d]';
CREATE TABLE guests (id bigint PRIMARY KEY) COMMENT='[pii]'; -- expect: privacy/unprotected-personal-column
ALTER TABLE leads ADD COLUMN phone varchar(20) COMMENT '[pii]';
ALTER TABLE users ADD COLUMN ip varchar(45) COMMENT '[pii]'; -- expect: privacy/unprotected-personal-column
