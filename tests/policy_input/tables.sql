-- file: db/V1__users.sql
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text);
-- file: db/V2__orders.sql
-- Orders of the shop. ACME-12
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE shop.orders (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    total numeric(10, 2) DEFAULT 0,
    CONSTRAINT positive CHECK (total >= 0)
);
COMMENT ON COLUMN shop.orders.user_id IS 'who bought [PII] [retention:30d]';
GRANT SELECT ON shop.orders TO readers WITH GRANT OPTION;
INSERT INTO shop.orders (id, user_id) VALUES (1, 1), (2, 1);
