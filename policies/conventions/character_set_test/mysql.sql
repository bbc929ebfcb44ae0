-- dialect: mysql
CREATE TABLE old (id int PRIMARY KEY, name varchar(10) CHARACTER SET latin1) DEFAULT CHARSET=latin1;
-- migration
CREATE TABLE a (id int PRIMARY KEY, name varchar(10)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
CREATE TABLE b (id int PRIMARY KEY, name varchar(10)) DEFAULT CHARACTER SET utf8; -- expect: conventions/character-set
CREATE TABLE c (
    id int PRIMARY KEY,
    hash char(64) CHARACTER SET ascii COLLATE ascii_bin,
    name varchar(10) CHARACTER SET latin1 -- expect: conventions/character-set
);
ALTER TABLE a ADD COLUMN nick varchar(10) CHARSET utf8mb3; -- expect: conventions/character-set
ALTER TABLE old MODIFY name varchar(20) CHARACTER SET latin1;
ALTER TABLE a DEFAULT CHARACTER SET latin1; -- expect: conventions/character-set
