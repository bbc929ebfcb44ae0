-- framework: flyway
-- path: V2__add_note.sql
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

-- Stored as UTF-8. -- expect: delivery/ticket-missing
ALTER TABLE orders ADD COLUMN note text;
