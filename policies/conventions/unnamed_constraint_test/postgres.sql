CREATE TABLE users (id bigint PRIMARY KEY, age int);
-- migration
ALTER TABLE users ADD CHECK (age > 0) NOT VALID; -- expect: conventions/unnamed-constraint
ALTER TABLE users ADD CONSTRAINT users_adult CHECK (age > 17) NOT VALID;
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id bigint REFERENCES users (id),
    total numeric CHECK (total >= 0), -- expect: conventions/unnamed-constraint
    code text UNIQUE
);
ALTER TABLE orders ADD COLUMN tax numeric CHECK (tax >= 0); -- expect: conventions/unnamed-constraint
CREATE TEMP TABLE scratch (n int CHECK (n > 0));
