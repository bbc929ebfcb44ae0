SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false); -- expect: delivery/session-setting-left
CREATE TABLE public.orders (id bigint PRIMARY KEY);
