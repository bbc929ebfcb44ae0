-- +goose Up
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer bigint NOT NULL,
  status text NOT NULL
);

-- +goose Down
DROP TABLE orders;
DROP TABLE customers;
