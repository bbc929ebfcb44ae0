SET log_statement = 'none'; -- expect: audit/logging-switched-off
ALTER SYSTEM SET log_connections = off; -- expect: audit/logging-switched-off
ALTER DATABASE shop SET pgaudit.log TO 'none'; -- expect: audit/logging-switched-off
ALTER ROLE shop_app SET log_min_error_statement = 'panic'; -- expect: audit/logging-switched-off
DROP EXTENSION IF EXISTS pgaudit; -- expect: audit/logging-switched-off
SET lock_timeout = '2s';
SET LOCAL log_statement = 'ddl';
ALTER ROLE shop_app SET statement_timeout = '30s';
ALTER SYSTEM RESET log_connections;
