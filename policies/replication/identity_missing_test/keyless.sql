-- params: {"keyless": true, "exempt": ["public.log_*"]}
CREATE TABLE heap (a text); -- expect: replication/identity-missing
CREATE TABLE log_lines (a text);
