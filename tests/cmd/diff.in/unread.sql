CREATE TABLE customers (id bigint PRIMARY KEY, email varchar(100) NOT NULL);
FROBNICATE everything;
