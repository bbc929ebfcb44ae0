-- path: 000002_users.down.sql
-- framework: golang-migrate
ALTER TABLE users ADD COLUMN email text;
