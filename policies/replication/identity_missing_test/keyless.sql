-- params: {"keyless": true, "exempt": ["public.log_*"]}
CREATE TABLE heap (a text); -- expect: replication/identity-missing
CREATE TABLE log_lines (a text);
CREATE TABLE copy AS SELECT 1 AS a; -- expect: replication/identity-missing
