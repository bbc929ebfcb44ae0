-- params: {"always": true, "columns": ["org_id"], "exempt": ["public.log_*"]}
CREATE TABLE invoices (id bigint PRIMARY KEY, org_id bigint NOT NULL); -- expect: audit/row-security-missing
CREATE TABLE log_entries (id bigint PRIMARY KEY, org_id bigint NOT NULL);
