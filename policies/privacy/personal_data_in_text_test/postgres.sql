-- Ask jane.doe@acme-shop.com before this runs. -- expect: privacy/personal-data-in-text
-- See https://tickets.acme-shop.com/@jane.doe@acme-shop.com/1 and mailto docs; ops@acme-shop.com knows.
CREATE TABLE users (
    id bigint PRIMARY KEY,
    email text NOT NULL DEFAULT 'max.muster@acme-shop.com', -- expect: privacy/personal-data-in-text
    support text NOT NULL DEFAULT 'support@acme-shop.com',
    sample text NOT NULL DEFAULT 'jane@example.com',
    url text NOT NULL DEFAULT 'postgres://app:secret@db.acme-shop.com/app'
);
COMMENT ON COLUMN users.email IS 'such as erika@acme-shop.com'; -- expect: privacy/personal-data-in-text
COMMENT ON TABLE users IS 'Owner: +49 171 1234567'; -- expect: privacy/personal-data-in-text
COMMENT ON COLUMN users.sample IS 'in the form +1 (555) 010-9999, or 2021-11-20 10:00:00+01';
ALTER TABLE users ALTER COLUMN support SET DEFAULT 'karl@acme-shop.com'; -- expect: privacy/personal-data-in-text
INSERT INTO users (id, email) VALUES -- expect: privacy/personal-data-in-text
    (1, 'anna@acme-shop.com'), (2, 'bert@acme-shop.com'), (3, 'c@example.org');
INSERT INTO users (id, email) VALUES (4, 'jane@example.com'), (5, 'admin@acme-shop.com'), (6, 'logo@2x.png');
UPDATE users SET email = 'chris@acme-shop.com' WHERE id = 1; -- expect: privacy/personal-data-in-text
COMMENT ON COLUMN users.url IS 'pays by 4012 8888 8888 1881'; -- expect: privacy/personal-data-in-text
COMMENT ON COLUMN users.url IS 'made by 20211125103045, 1637848230123, card 4012 8888 8888 1882, test 4242 4242 4242 4242';
COMMENT ON COLUMN users.url IS 'to FR14 2004 1010 0505 0001 3M02 606'; -- expect: privacy/personal-data-in-text
COMMENT ON COLUMN users.url IS 'to FR15 2004 1010 0505 0001 3M02 606, or AB12CD34EF56AB12CD34';
COMMENT ON COLUMN users.url IS 'ssn 536-90-4399, not 000-12-3456'; -- expect: privacy/personal-data-in-text
CREATE DOMAIN mail AS text DEFAULT 'dora@acme-shop.com'; -- expect: privacy/personal-data-in-text
