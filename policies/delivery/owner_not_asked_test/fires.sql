-- codeowners: * @acme/web
-- params: {"tables": {"public.billing_*": "@acme/billing"}}
CREATE TABLE billing_runs (id bigint PRIMARY KEY, state text);
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE billing_runs ADD COLUMN note text; -- expect: delivery/owner-not-asked
UPDATE billing_runs SET note = '';
