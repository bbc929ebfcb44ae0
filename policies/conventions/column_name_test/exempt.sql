-- params: {"exempt": ["legacy.*", "users.fooBar"]}
CREATE TABLE users (id bigint PRIMARY KEY, "fooBar" int, "barFoo" int); -- expect: conventions/column-name
CREATE SCHEMA legacy;
CREATE TABLE legacy.customer (id bigint PRIMARY KEY, "CustomerNo" int);
