CREATE PUBLICATION everything FOR ALL TABLES;
CREATE TABLE source (id bigint PRIMARY KEY);

-- migration

CREATE UNLOGGED TABLE copy (id bigint PRIMARY KEY);
INSERT INTO copy SELECT id FROM source;
ALTER TABLE copy SET LOGGED; -- expect: replication/loaded-while-unlogged
