-- params: {"types": {"money": "numeric(12,2)", "json": "jsonb", "char": "text", "varchar(255)": "text or a length that is meant", "timestamp": "timestamptz"}}
CREATE TABLE old (price money, note text);
-- migration
ALTER TABLE old ALTER COLUMN note TYPE char(10); -- expect: conventions/forbidden-type
ALTER TABLE old ALTER COLUMN price TYPE numeric(12, 2) USING price::numeric;
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    price money, -- expect: conventions/forbidden-type
    data json[], -- expect: conventions/forbidden-type
    more jsonb,
    name varchar(255), -- expect: conventions/forbidden-type
    nick varchar(40),
    at timestamp(3), -- expect: conventions/forbidden-type
    seen timestamptz
);
ALTER TABLE orders ADD COLUMN code character(4); -- expect: conventions/forbidden-type
CREATE DOMAIN price AS money; -- expect: conventions/forbidden-type
CREATE TYPE pair AS (a int, b json); -- expect: conventions/forbidden-type
CREATE TEMP TABLE scratch (price money);
