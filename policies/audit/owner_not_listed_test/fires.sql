-- params: {"roles": ["shop_owner"]}
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE VIEW v AS SELECT id FROM orders;

-- migration

ALTER TABLE orders OWNER TO anna; -- expect: audit/owner-not-listed
ALTER VIEW v OWNER TO shop_app; -- expect: audit/owner-not-listed
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION one() OWNER TO "Anna"; -- expect: audit/owner-not-listed
ALTER TABLE orders OWNER TO shop_owner;
ALTER TABLE orders OWNER TO current_user;
