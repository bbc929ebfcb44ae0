-- dialect: mysql
-- params: {"types": {"enum": "varchar with a CHECK", "float": "decimal", "timestamp": "datetime"}}
CREATE TABLE old (state enum('a', 'b'), rate float);
-- migration
ALTER TABLE old MODIFY state enum('a', 'b', 'c'); -- expect: conventions/forbidden-type
ALTER TABLE old MODIFY rate float NOT NULL;
ALTER TABLE old ADD COLUMN seen timestamp NULL; -- expect: conventions/forbidden-type
ALTER TABLE old ADD COLUMN made datetime NULL;
