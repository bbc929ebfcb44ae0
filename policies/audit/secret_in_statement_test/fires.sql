-- params: {"patterns": {"a licence": "LIC-[0-9]{6}"}}
CREATE TABLE users (id bigint PRIMARY KEY, email text, password text);
CREATE TABLE settings (name text PRIMARY KEY, value text);

-- migration

INSERT INTO users (id, email, password) VALUES (1, 'admin@example.org', '$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234'); -- expect: audit/secret-in-statement
INSERT INTO settings VALUES ('licence', 'LIC-004711'); -- expect: audit/secret-in-statement
CREATE FUNCTION ping() RETURNS void LANGUAGE plpgsql AS $$ -- expect: audit/secret-in-statement
BEGIN
  PERFORM net.http_post('https://api.example.org', 'Bearer eyJhbGciOiJub25lIn0x.eyJyb2xlIjoidGVzdCJ9x.bm90LWEtc2lnbmF0dXJl');
END $$;
