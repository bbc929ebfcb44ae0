-- dialect: mysql
CREATE TABLE `groups` (id bigint PRIMARY KEY, `rank` int, position int);
-- migration
ALTER TABLE `groups` MODIFY `rank` bigint;
ALTER TABLE `groups` ADD COLUMN `Order` int; -- expect: conventions/reserved-name
ALTER TABLE `groups` ADD COLUMN orders int;
ALTER TABLE `groups` RENAME COLUMN position TO `lead`; -- expect: conventions/reserved-name
ALTER TABLE `groups` CHANGE `Order` `group` int; -- expect: conventions/reserved-name
CREATE TABLE `system` ( -- expect: conventions/reserved-name
    id bigint PRIMARY KEY,
    `key` varchar(40), -- expect: conventions/reserved-name
    name varchar(40)
);
CREATE TEMPORARY TABLE `rows` (`row` int);
