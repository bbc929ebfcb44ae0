CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE stage (id bigint PRIMARY KEY);
CREATE PUBLICATION shop FOR TABLE orders WITH (publish = 'insert, update, delete');

-- migration

TRUNCATE stage, orders; -- expect: replication/truncate-not-carried
