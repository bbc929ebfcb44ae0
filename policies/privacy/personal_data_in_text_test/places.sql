-- params: {"places": ["comment"], "kinds": ["email"]}
-- Ask jane.doe@acme-shop.com before this runs.
CREATE TABLE users (id bigint PRIMARY KEY, email text DEFAULT 'jane.doe@acme-shop.com');
COMMENT ON COLUMN users.email IS 'of jane.doe@acme-shop.com'; -- expect: privacy/personal-data-in-text
COMMENT ON TABLE users IS '+49 171 1234567';
