CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE TABLE permissions (name text PRIMARY KEY);

-- migration

CREATE TABLE states (name text PRIMARY KEY);
INSERT INTO states SELECT DISTINCT note FROM orders;
ALTER TABLE orders ADD COLUMN state text;
INSERT INTO permissions (name) VALUES ('orders.read'), ('orders.write');
COMMENT ON TABLE permissions IS 'what a role may do';
