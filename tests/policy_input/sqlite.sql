-- dialect: sqlite
-- file: 1_a.sql
CREATE TABLE notes (id INTEGER PRIMARY KEY, body);
-- file: 2_b.sql
ALTER TABLE notes RENAME TO old_notes;
CREATE VIEW all_notes (b) AS SELECT body FROM old_notes;
