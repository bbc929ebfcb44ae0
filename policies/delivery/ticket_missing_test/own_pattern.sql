-- framework: flyway
-- path: V2__add_note.sql
-- params: {"pattern": "TASK[0-9]{7}"}
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

-- TASK0012345
ALTER TABLE orders ADD COLUMN note text;
