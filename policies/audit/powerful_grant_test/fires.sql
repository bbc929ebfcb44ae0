-- params: {"powerful": ["dba"], "allowed": ["ops_*"]}
GRANT pg_execute_server_program TO shop_app; -- expect: audit/powerful-grant
GRANT pg_read_all_data, pg_monitor TO reports; -- expect: audit/powerful-grant
GRANT dba TO anna; -- expect: audit/powerful-grant
CREATE ROLE sync LOGIN IN ROLE readers, rds_superuser; -- expect: audit/powerful-grant
