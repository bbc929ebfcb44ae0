-- dialect: mysql
CREATE TABLE `orders` ( -- expect: audit/audit-columns
  `id` bigint PRIMARY KEY AUTO_INCREMENT,
  `created_at` datetime NOT NULL,
  `updated_at` datetime NOT NULL
);
CREATE TABLE `invoices` (
  `id` bigint PRIMARY KEY AUTO_INCREMENT,
  `createdAt` datetime NOT NULL,
  `createdBy` varchar(50) NOT NULL,
  `updatedAt` datetime NOT NULL,
  `updatedBy` varchar(50) NOT NULL
);
CREATE TEMPORARY TABLE stage (id bigint);
