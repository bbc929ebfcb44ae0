CREATE TABLE users (id bigint PRIMARY KEY, email text, label text);
CREATE TABLE sessions (id bigint, at timestamptz) PARTITION BY RANGE (at);
-- migration
CREATE TABLE customers (
    id bigint PRIMARY KEY,
    full_name text NOT NULL,
    email text NOT NULL, -- expect: privacy/untagged-personal-column
    "workPhone" text, -- expect: privacy/untagged-personal-column
    phone_verified boolean NOT NULL DEFAULT false,
    email_verified_at timestamptz,
    address_id bigint,
    home_address jsonb, -- expect: privacy/untagged-personal-column
    national_id text, -- expect: privacy/untagged-personal-column
    date_of_birth date, -- expect: privacy/untagged-personal-column
    listen_address inet,
    zip_file text, -- expect: privacy/untagged-personal-column
    notes text
);
COMMENT ON COLUMN public.customers.full_name IS 'As on the contract [pii] [retention:10y]';
ALTER TABLE users ADD COLUMN last_name text; -- expect: privacy/untagged-personal-column
ALTER TABLE users ADD COLUMN first_name text;
COMMENT ON COLUMN users.first_name IS '[PII]';
ALTER TABLE users ADD COLUMN ip inet;
COMMENT ON COLUMN users.ip IS 'of the server that made the row [no-pii]';
ALTER TABLE users RENAME COLUMN label TO iban; -- expect: privacy/untagged-personal-column
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
CREATE TABLE contacts (id bigint PRIMARY KEY, email text, phone text);
COMMENT ON TABLE contacts IS 'People to call, all of it [pii] [retention:1y]';
CREATE TABLE sessions_2026 PARTITION OF sessions FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TEMP TABLE import (email text);
CREATE TABLE addresses (id bigint PRIMARY KEY, city text);
