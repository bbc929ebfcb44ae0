SET search_path = shop, public;
SET ROLE shop_owner;
CREATE TABLE orders (id bigint PRIMARY KEY);
RESET ROLE;
RESET search_path;
SET LOCAL timezone = 'UTC';
SELECT set_config('search_path', '', true);
SET statement_timeout = '5min';
