-- dialect: mysql
-- params: {"types": ["bigint unsigned", "binary(16)"]}
CREATE TABLE a (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY);
CREATE TABLE b (id binary(16) PRIMARY KEY);
CREATE TABLE c (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY); -- expect: conventions/primary-key-type
CREATE TABLE d (id binary(20) PRIMARY KEY); -- expect: conventions/primary-key-type
