CREATE TABLE users (id bigint PRIMARY KEY, "createdAt" timestamptz);
-- migration
ALTER TABLE users
    ADD COLUMN display_name text,
    ADD COLUMN "displayName" text, -- expect: conventions/column-name
    ADD COLUMN IF NOT EXISTS "Locale" text; -- expect: conventions/column-name
ALTER TABLE users RENAME COLUMN display_name TO "Name"; -- expect: conventions/column-name
ALTER TABLE users ALTER COLUMN "createdAt" SET NOT NULL;
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    "userId" bigint NOT NULL, -- expect: conventions/column-name
    total numeric(12, 2) NOT NULL
);
CREATE TABLE orders_archive (LIKE orders INCLUDING ALL);
CREATE TABLE users_copy AS SELECT id, "createdAt" FROM users;
CREATE TEMP TABLE scratch ("A" int);
ALTER TABLE scratch ADD COLUMN "B" int;
