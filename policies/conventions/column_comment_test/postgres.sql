CREATE TABLE users (id bigint PRIMARY KEY, name text);
-- migration
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    total numeric NOT NULL,
    state text NOT NULL, -- expect: conventions/column-comment
    created_at timestamptz NOT NULL
);
COMMENT ON COLUMN orders.total IS 'In euros, with tax';
ALTER TABLE users ADD COLUMN locale text; -- expect: conventions/column-comment
ALTER TABLE users ADD COLUMN tz text;
COMMENT ON COLUMN public.users.tz IS 'IANA name of the time zone';
ALTER TABLE users ALTER COLUMN name SET NOT NULL;
CREATE TABLE orders_archive (LIKE orders INCLUDING COMMENTS);
CREATE TEMP TABLE scratch (n int);
