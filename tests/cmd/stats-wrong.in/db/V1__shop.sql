CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
