CREATE TABLE accounts (id bigint PRIMARY KEY, balance bigint);
CREATE SCHEMA internal;

-- migration

CREATE FUNCTION reset_account(a bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
  SET search_path = '' AS 'UPDATE public.accounts SET balance = 0 WHERE id = a';
REVOKE EXECUTE ON FUNCTION reset_account(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reset_account(bigint) TO shop_app;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = '' AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION internal.total() RETURNS bigint LANGUAGE sql SECURITY DEFINER
  SET search_path = '' AS 'SELECT sum(balance) FROM public.accounts';
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS 'SELECT sum(balance) FROM accounts';
