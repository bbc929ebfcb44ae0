-- dialect: mysql
-- params: {"collations": ["utf8mb4_0900_*", "ascii_bin"]}
CREATE TABLE a (id int PRIMARY KEY, code char(8) CHARACTER SET ascii COLLATE ascii_bin) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
CREATE TABLE b (
    id int PRIMARY KEY,
    name varchar(10) COLLATE utf8mb4_unicode_ci -- expect: conventions/character-set
);
CREATE TABLE c (id int PRIMARY KEY) COLLATE=utf8mb4_general_ci; -- expect: conventions/character-set
