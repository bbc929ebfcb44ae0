CREATE TABLE accounts (id bigint PRIMARY KEY, balance bigint);
CREATE SCHEMA api;
GRANT USAGE ON SCHEMA api TO web;

-- migration

CREATE FUNCTION reset_account(a bigint) RETURNS void LANGUAGE sql SECURITY DEFINER -- expect: audit/definer-open-to-public
  SET search_path = '' AS 'UPDATE public.accounts SET balance = 0 WHERE id = a';
CREATE OR REPLACE PROCEDURE api."Close"(a bigint) LANGUAGE sql SECURITY DEFINER -- expect: audit/definer-open-to-public
  SET search_path = '' AS 'DELETE FROM public.accounts WHERE id = a';
