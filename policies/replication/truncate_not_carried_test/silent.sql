CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE stage (id bigint PRIMARY KEY);
CREATE PUBLICATION shop FOR TABLE orders;

-- migration

TRUNCATE orders;
TRUNCATE stage;
