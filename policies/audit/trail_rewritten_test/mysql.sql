-- dialect: mysql
CREATE TABLE `user_audit` (id bigint PRIMARY KEY, note varchar(10));

-- migration

DELETE FROM `user_audit` WHERE id < 1000; -- expect: audit/trail-rewritten
INSERT INTO `user_audit` VALUES (1, 'x');
