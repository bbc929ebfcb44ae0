-- params: {"schemas": ["app", "app_*"]}
CREATE SCHEMA app;
CREATE SCHEMA app_audit;
CREATE VIEW public.old AS SELECT 1 AS n;
-- migration
CREATE TABLE app.orders (id bigint PRIMARY KEY);
CREATE TABLE app_audit.log (id bigint PRIMARY KEY);
CREATE TABLE lines (id bigint PRIMARY KEY); -- expect: conventions/other-schema
CREATE INDEX lines_id ON lines (id);
CREATE TYPE public.mood AS ENUM ('ok'); -- expect: conventions/other-schema
CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; -- expect: conventions/other-schema
CREATE OR REPLACE VIEW public.old AS SELECT 1 AS n;
CREATE TEMP TABLE scratch (n int);
SET search_path = app;
CREATE TABLE found_by_path (id bigint PRIMARY KEY);
