SET search_path = shop, public; -- expect: delivery/session-setting-left
SET ROLE shop_owner; -- expect: delivery/session-setting-left
CREATE TABLE orders (id bigint PRIMARY KEY);
SET lock_timeout = '2s';
