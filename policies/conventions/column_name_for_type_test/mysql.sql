-- dialect: mysql
-- params: {"patterns": {"datetime": "At$"}}
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    createdAt datetime(6),
    created datetime -- expect: conventions/column-name-for-type
);
