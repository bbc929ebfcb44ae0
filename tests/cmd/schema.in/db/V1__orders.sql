CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, script text);
CREATE TABLE orders (
    id bigserial PRIMARY KEY,
    "Total" numeric(10, 2) DEFAULT 0 CHECK ("Total" >= 0),
    note varchar(20)
);
