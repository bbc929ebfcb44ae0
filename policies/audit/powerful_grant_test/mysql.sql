-- dialect: mysql
GRANT ALL PRIVILEGES ON shop.* TO 'shop'@'10.%';
GRANT SELECT, FILE ON *.* TO 'shop'@'10.%'; -- expect: audit/powerful-grant
GRANT ALL PRIVILEGES ON *.* TO 'anna'@'%'; -- expect: audit/powerful-grant
GRANT SELECT ON shop.* TO 'reports'@'10.%' WITH GRANT OPTION; -- expect: audit/powerful-grant
GRANT SELECT ON *.* TO 'reports'@'10.%';
REVOKE SUPER ON *.* FROM 'anna'@'%';
