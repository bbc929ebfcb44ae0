DO $$
DECLARE n int := 0;
BEGIN
    CREATE TABLE a (id int);
    IF NOT EXISTS (SELECT 1 FROM pg_class WHERE CASE WHEN true THEN true ELSE false END) THEN
        ALTER TABLE b ADD COLUMN c int;
    ELSIF n = 1 THEN
        EXECUTE 'DROP TABLE d';
    END IF;
    FOR r IN SELECT * FROM x LOOP
        UPDATE y SET z = 1;
        n := n + 1;
        PERFORM pg_sleep(1);
    END LOOP;
    SELECT count(*) INTO n FROM x;
    RAISE NOTICE 'DROP TABLE %', n;
    EXECUTE format('ALTER TABLE app.t DROP CONSTRAINT %I', 'x');
END
$$;
DO 'BEGIN DROP TABLE e; EXCEPTION WHEN OTHERS THEN NULL; END';
DO $$ BEGIN EXECUTE 'CREATE TABLE ' || quote_ident('x'); END $$;
DO LANGUAGE plpgsql $$ BEGIN CASE n WHEN 1 THEN DROP TABLE f; ELSE NULL; END CASE; DROP TABLE g; END $$;
DO LANGUAGE plpython3u $$ import os $$;
DO $$ BEGIN EXECUTE $q$ALTER TABLE h ADD COLUMN i int$q$; END $$;
