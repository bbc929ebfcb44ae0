-- dialect: mariadb
CREATE TABLE pages (
    id bigint PRIMARY KEY,
    `offset` int, -- expect: conventions/reserved-name
    `rank` int,
    `system` int
);
