-- dialect: mysql
CREATE USER 'reports'@'10.0.0.%' ACCOUNT LOCK; -- expect: audit/ticket-for-privileges
GRANT SELECT ON shop.* TO 'reports'@'10.0.0.%';
