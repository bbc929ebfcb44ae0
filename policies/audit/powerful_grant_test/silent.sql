-- params: {"powerful": ["dba"], "allowed": ["ops_*"]}
GRANT readers TO shop_app;
GRANT pg_monitor TO monitoring;
GRANT dba TO ops_anna;
REVOKE pg_read_all_data FROM reports;
CREATE ROLE sync LOGIN IN ROLE readers;
GRANT ALL ON orders TO shop_app;
