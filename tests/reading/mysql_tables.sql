-- A dump's head and tail are code in comments.
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40014 SET FOREIGN_KEY_CHECKS=0 */;
/*!99999 DROP TABLE never */;
CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop` DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;
USE `shop`;
CREATE TABLE `Orders` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `code` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT "it's \"new\"",
  `state` enum('new','paid; not sent') NOT NULL DEFAULT 'new' COMMENT "what's next",
  `total` decimal(10,2) unsigned NOT NULL DEFAULT '0.00',
  `paid` tinyint(1) NOT NULL DEFAULT b'0',
  `note` mediumtext,
  `data` json DEFAULT (json_object()),
  `year` smallint GENERATED ALWAYS AS (year(`placed_at`)) VIRTUAL INVISIBLE,
  `placed_at` timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  `customer_id` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`) USING BTREE,
  UNIQUE KEY `uq_code` (`code`),
  UNIQUE KEY `uq_note` (`note`(100)),
  KEY `idx_state` (`state`, `placed_at` DESC) COMMENT 'for the list',
  KEY `idx_lower` ((lower(`code`))),
  FULLTEXT KEY `ft_note` (`note`) WITH PARSER ngram,
  CONSTRAINT `fk_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT `positive` CHECK (`total` >= 0) NOT ENFORCED
) ENGINE=InnoDB AUTO_INCREMENT=42 DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COMMENT='all, ever'
/*!50100 PARTITION BY RANGE (`id`) (PARTITION p0 VALUES LESS THAN (1000) ENGINE = InnoDB, PARTITION p1 VALUES LESS THAN MAXVALUE) */;
CREATE TEMPORARY TABLE IF NOT EXISTS t (a INTEGER KEY, b BOOL UNIQUE KEY, c SERIAL, d DOUBLE PRECISION, e NATIONAL VARCHAR(9), f INT REFERENCES u (id));
CREATE TABLE copy LIKE shop.orders;
CREATE TABLE summary (PRIMARY KEY (state)) ENGINE = InnoDB AS SELECT state, count(*) AS n FROM orders GROUP BY state;
CREATE TABLE `2fa` (a int) # no semicolon in this comment;
;
CREATE TABLE broken (a int,
  b varchar(20)
CREATE TABLE next (a int);
