-- codeowners: * @acme/billing @acme/web
-- params: {"tables": {"public.billing_*": "@acme/billing"}}
CREATE TABLE billing_runs (id bigint PRIMARY KEY, state text);

-- migration

ALTER TABLE billing_runs ADD COLUMN note text;
