-- dialect: mysql
CREATE TABLE users (id bigint, CONSTRAINT anything PRIMARY KEY (id));
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id bigint,
    code varchar(20),
    UNIQUE KEY uk_orders_code (code),
    UNIQUE KEY code (code), -- expect: conventions/constraint-name
    CONSTRAINT fk_orders_user_id FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT fk1 FOREIGN KEY (user_id) REFERENCES users (id) -- expect: conventions/constraint-name
);
