INSERT IGNORE INTO t (a, b) VALUES (1, 'x\'y'), (2, "z") ON DUPLICATE KEY UPDATE b = VALUES(b);
REPLACE INTO t SELECT * FROM u;
INSERT t SET a = 1;
UPDATE a JOIN b ON a.id = b.a_id SET a.n = b.n;
UPDATE a LEFT JOIN b ON a.id = b.a_id SET a.n = b.n;
DELETE x.* FROM orders AS x JOIN customers c ON c.id = x.customer_id WHERE c.gone;
DELETE FROM t LIMIT 1000;
DELETE FROM t;
SELECT name INTO @name FROM t WHERE id = 1;
SELECT 1 ALTER TABLE t ADD a int;
LOAD DATA LOCAL INFILE '/tmp/x.csv' INTO TABLE t FIELDS TERMINATED BY ',';
SET SESSION sql_mode = 'STRICT_ALL_TABLES', @x = (SELECT count(*) FROM t), GLOBAL max_connections = 10, @@session.lock_wait_timeout := 5;
SET NAMES utf8mb4 COLLATE utf8mb4_bin;
SET foreign_key_checks = DEFAULT;
SET @sql = IF(@x > 0, 'SELECT 1', 'ALTER TABLE t ADD COLUMN y int');
PREPARE stmt FROM @sql;
EXECUTE stmt;
DEALLOCATE PREPARE stmt;
LOCK TABLES t WRITE, u AS v READ;
UNLOCK TABLES;
ANALYZE NO_WRITE_TO_BINLOG TABLE t, u;
OPTIMIZE TABLE t;
CREATE USER IF NOT EXISTS 'app'@'%' IDENTIFIED BY 'secret', reader@localhost;
GRANT SELECT, INSERT (a, b) ON shop.* TO 'app'@'%' WITH GRANT OPTION;
REVOKE ALL PRIVILEGES ON *.* FROM reader@localhost;
GRANT EXECUTE ON PROCEDURE shop.fill TO 'app'@'%';
CREATE OR REPLACE ALGORITHM = MERGE DEFINER = `root`@`localhost` SQL SECURITY INVOKER VIEW v (a) AS SELECT a FROM t WITH CHECK OPTION;
ALTER VIEW v AS SELECT b FROM u;
CREATE DEFINER = CURRENT_USER() TRIGGER shop.tr BEFORE INSERT ON orders FOR EACH ROW SET NEW.code = upper(NEW.code);
CREATE EVENT IF NOT EXISTS tidy ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM log WHERE at < now(); END;
DROP TRIGGER IF EXISTS shop.tr;
DROP EVENT tidy;
DROP USER 'app'@'%', reader@localhost;
DELIMITER //
CREATE PROCEDURE add_once(IN kind varchar(10)) COMMENT "once"
BEGIN
  DECLARE done int DEFAULT 0;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END;
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = kind) THEN
    ALTER TABLE t ADD COLUMN once int;
  ELSE
    label: WHILE done < 3 DO SET done = done + 1; END WHILE label;
  END IF;
END //
CREATE FUNCTION double_of(n int) RETURNS int DETERMINISTIC RETURN n * 2 //
DROP PROCEDURE IF EXISTS old;
DELIMITER ;
CALL add_once('once');
CALL sys.unknown();
START TRANSACTION;
SAVEPOINT here;
ROLLBACK TO here;
COMMIT;
SHOW TABLES;
SOURCE other.sql;
ALTER TABLE a ADD x int --> statement-breakpoint
ALTER TABLE b ADD y int;--> statement-breakpoint
SELECT 'unclosed;
