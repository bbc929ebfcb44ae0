CREATE TABLE IF NOT EXISTS "App".users (
    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 10) PRIMARY KEY,
    email varchar(255) COLLATE "C" NOT NULL CONSTRAINT users_email_key UNIQUE,
    state text DEFAULT CASE WHEN true THEN NULL ELSE 'x' END NOT NULL,
    at timestamptz(3) DEFAULT now() CHECK (at > '2020-01-01') NO INHERIT,
    org int REFERENCES orgs (id) MATCH FULL ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    total numeric(10, 2) GENERATED ALWAYS AS (a + b) STORED,
    note text STORAGE external COMPRESSION lz4,
    CONSTRAINT nn NOT NULL note,
    UNIQUE NULLS NOT DISTINCT (org, email) INCLUDE (state) WITH (fillfactor = 70),
    FOREIGN KEY (a, b) REFERENCES other ON UPDATE CASCADE NOT VALID,
    EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (active),
    LIKE template INCLUDING ALL EXCLUDING INDEXES
) PARTITION BY RANGE (at) WITH (autovacuum_enabled = false) TABLESPACE fast;
CREATE TEMP TABLE t (a int) ON COMMIT DROP;
CREATE UNLOGGED TABLE part PARTITION OF parent (CHECK (a > 0)) FOR VALUES FROM (1) TO (MAXVALUE);
CREATE TABLE child () INHERITS (a.parent, other);
CREATE TABLE copy AS SELECT * FROM users u JOIN s.orgs o ON o.id = f(u.id) WITH NO DATA;
CREATE TABLE typed OF my_type (PRIMARY KEY (id));
CREATE FOREIGN TABLE ft (a int OPTIONS (column_name 'x')) SERVER s OPTIONS (schema_name 'y');
SELECT * INTO TEMP archive FROM users;
CREATE TABLE broken (a int,, b int);
CREATE TABLE missing_semicolon (a int)
CREATE TABLE next_one (a int);
CREATE TABLE unclosed (a int;
DROP TABLE IF EXISTS a, "B".c CASCADE;
