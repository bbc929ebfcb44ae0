-- params: {"patterns": {"boolean": "^(is|has|can)_", "timestamptz": "_at$", "date": "_on$"}}
CREATE TABLE users (id bigint PRIMARY KEY, active boolean);
-- migration
ALTER TABLE users ADD COLUMN is_admin boolean NOT NULL DEFAULT false;
ALTER TABLE users ADD COLUMN verified bool; -- expect: conventions/column-name-for-type
ALTER TABLE users RENAME COLUMN active TO enabled; -- expect: conventions/column-name-for-type
ALTER TABLE users RENAME COLUMN enabled TO is_active;
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    paid timestamp(3) with time zone, -- expect: conventions/column-name-for-type
    sent_at timestamptz,
    due date, -- expect: conventions/column-name-for-type
    dated text
);
