-- params: {"roles": ["shop_app", "shop_reader_*"]}
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

GRANT SELECT, INSERT ON orders TO shop_app;
GRANT SELECT ON orders TO shop_reader_eu, current_user;
REVOKE SELECT ON orders FROM anna;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM anna;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO shop_reader_us;
COMMENT ON TABLE orders IS 'GRANT SELECT ON orders TO anna';
