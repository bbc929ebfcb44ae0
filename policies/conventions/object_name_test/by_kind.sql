-- params: {"patterns": {"view": "^v_", "materialized_view": "^mv_", "function": "^fn_", "trigger": "^trg_", "sequence": "_seq$", "type": "_t$", "schema": "^[a-z]+$"}}
CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric);
CREATE VIEW totals AS SELECT sum(total) AS total FROM orders;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
-- migration
CREATE VIEW v_totals AS SELECT sum(total) AS total FROM orders;
CREATE VIEW grand_totals AS SELECT sum(total) AS total FROM orders; -- expect: conventions/object-name
CREATE OR REPLACE VIEW totals AS SELECT sum(total) AS total FROM orders;
ALTER VIEW totals RENAME TO order_totals; -- expect: conventions/object-name
CREATE MATERIALIZED VIEW mv_totals AS SELECT sum(total) AS total FROM orders;
CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$;
CREATE FUNCTION compute_total(n int) RETURNS int LANGUAGE sql AS 'SELECT n'; -- expect: conventions/object-name
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch(); -- expect: conventions/object-name
CREATE SEQUENCE invoice_numbers; -- expect: conventions/object-name
CREATE TYPE mood AS ENUM ('sad', 'ok'); -- expect: conventions/object-name
CREATE SCHEMA audit;
CREATE TEMP VIEW scratch AS SELECT 1 AS n;
