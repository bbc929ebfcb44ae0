-- dialect: mysql
SET GLOBAL general_log = 'OFF'; -- expect: audit/logging-switched-off
SET GLOBAL audit_log_policy = 'NONE'; -- expect: audit/logging-switched-off
UNINSTALL PLUGIN audit_log; -- expect: audit/logging-switched-off
SET SESSION sql_mode = 'ANSI';
SET GLOBAL general_log = 'ON';
