-- dialect: postgres@13-17
-- file: owned/1_code.sql
CREATE FUNCTION touch(int, text) RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN NEW; END $$;
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_tables) THEN
        ALTER TABLE audit ADD COLUMN at timestamptz;
    END IF;
    UPDATE audit SET at = now();
END $$;
DELETE FROM audit WHERE at < now();
SECURITY LABEL ON TABLE audit IS 'secret';
GRANT SELECT, INSERT ON audit TO PUBLIC;
ALTER OPERATOR @@ (text, text) OWNER TO dba;
ALTER TABLE audit OWNER TO dba;
FROBNICATE audit;
