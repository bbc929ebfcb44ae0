-- path: 000002_users.down.sql
-- framework: golang-migrate
DELETE FROM users WHERE email = 'x';
-- it was erika@acme-shop.com -- expect: privacy/personal-data-in-text
UPDATE users SET email = 'erika@acme-shop.com' WHERE id = 1; -- expect: privacy/personal-data-in-text
