-- dialect: mysql
CREATE TABLE `orders` (`id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY);
-- migration
RENAME TABLE `orders` TO `tblOrders`; -- expect: conventions/table-name
CREATE TABLE `Order Lines` LIKE `tblOrders`; -- expect: conventions/table-name
CREATE TEMPORARY TABLE `Scratch` (`id` int);
