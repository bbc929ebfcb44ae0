-- dialect: mariadb
CREATE USER shop IDENTIFIED BY PASSWORD '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'; -- expect: audit/mysql-password
CREATE OR REPLACE USER shop IDENTIFIED VIA unix_socket;
GRANT SELECT ON shop.* TO reports IDENTIFIED BY 'hunter2'; -- expect: audit/mysql-password
