-- dialect: mysql
-- params: {"columns": {"id": "bigint unsigned", "created_at": "datetime|timestamp"}}
CREATE TABLE orders (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, created_at datetime(3) NOT NULL);
CREATE TABLE items (
    id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, -- expect: conventions/required-columns
    created_at timestamp NOT NULL
);
CREATE TABLE orders_copy LIKE orders;
