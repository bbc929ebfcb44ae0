CREATE SCHEMA "Shop Floor";
CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
ALTER TYPE mood ADD VALUE 'happy';
CREATE TYPE "Shop Floor"."Size" AS (width int, "Height" numeric(5, 2));
ALTER TYPE "Shop Floor"."Size" ADD ATTRIBUTE depth real;
CREATE FUNCTION is_code(code text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'SELECT length(code) = 3';
CREATE DOMAIN code AS text DEFAULT 'abc' NOT NULL CONSTRAINT right_length CHECK (is_code(VALUE)) CHECK (VALUE <> 'xxx');
CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE COLLATION plain (provider = icu, locale = 'und');
CREATE SEQUENCE numbers AS smallint INCREMENT BY -2 MINVALUE -100 MAXVALUE 7 START 5 CACHE 3 CYCLE;
ALTER SEQUENCE numbers NO CYCLE CACHE 1;
CREATE SEQUENCE "Odd" START 10;
ALTER SEQUENCE "Odd" RENAME TO "Even";
CREATE FUNCTION twice(IN a int, b int DEFAULT 2, OUT sum int, VARIADIC more int[] DEFAULT '{}') LANGUAGE sql STABLE LEAKPROOF
    AS $f$ SELECT a + b $f$;
CREATE FUNCTION double(a int) RETURNS int LANGUAGE sql RETURN a * 2;
CREATE FUNCTION many() RETURNS TABLE (id int, "Name" text) LANGUAGE plpgsql ROWS 10 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $b$ BEGIN RETURN QUERY SELECT 1, '$$'::text || $q$ $$ $q$; END $b$;
CREATE PROCEDURE "Do It"(INOUT n int) LANGUAGE plpgsql AS $$ BEGIN n := n + 1; END $$;
CREATE OR REPLACE FUNCTION notify() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
ALTER FUNCTION many() SET work_mem = '8MB';
ALTER FUNCTION double(int) RENAME TO doubled;
ALTER FUNCTION doubled(int) COST 7;
CREATE AGGREGATE product(int) (SFUNC = int4mul, STYPE = int, INITCOND = '1');
CREATE FUNCTION to_mood(text) RETURNS mood LANGUAGE sql AS $$ SELECT 'sad'::mood $$;
CREATE CAST (text AS mood) WITH FUNCTION to_mood(text) AS ASSIGNMENT;
CREATE FUNCTION mood_is(mood, mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text = $2::text';
CREATE OPERATOR === (LEFTARG = mood, RIGHTARG = mood, FUNCTION = mood_is, COMMUTATOR = ===);
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION words ALTER MAPPING FOR word WITH english_stem;
