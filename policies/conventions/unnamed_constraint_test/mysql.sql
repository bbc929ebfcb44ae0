-- dialect: mysql
-- params: {"kinds": ["check", "foreign_key"]}
CREATE TABLE users (id bigint PRIMARY KEY, age int CHECK (age > 0)); -- expect: conventions/unnamed-constraint
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id bigint,
    UNIQUE KEY (user_id),
    FOREIGN KEY (user_id) REFERENCES users (id) -- expect: conventions/unnamed-constraint
);
