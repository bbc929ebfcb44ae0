//! What recombined forms are made of, beside the forms of the facts.

/// Something more on a fixture's tables; `{t}` is the table that is changed.
pub struct Layer {
    pub id: &'static str,
    /// The kinds of fixtures that it can be put on.
    pub families: &'static [&'static str],
    pub sql: &'static str,
}

const fn layer(id: &'static str, families: &'static [&'static str], sql: &'static str) -> Layer {
    Layer { id, families, sql }
}

/// The kinds of fixtures that something more can be put on.
pub const ANY: &[&str] = &["t", "pt", "par", "heir", "sub"];
const PLAIN: &[&str] = &["t", "heir"];
const PARTITIONED: &[&str] = &["pt", "sub"];

/// What else a schema may hold.
pub const LAYERS: &[Layer] = &[
    layer("l-expression-index", ANY, "CREATE INDEX l_expr ON {t} ((n + 1))"),
    layer("l-lower-index", ANY, "CREATE INDEX l_lower ON {t} (lower(b))"),
    layer("l-partial-index", ANY, "CREATE INDEX l_partial ON {t} (a) WHERE n > 0"),
    layer("l-plain-index", ANY, "CREATE INDEX l_n ON {t} (n)"),
    layer("l-text-index", ANY, "CREATE INDEX l_b ON {t} (b)"),
    layer("l-include-index", ANY, "CREATE INDEX l_include ON {t} (a) INCLUDE (b)"),
    layer("l-hash-index", ANY, "CREATE INDEX l_hash ON {t} USING hash (n)"),
    layer("l-brin-index", ANY, "CREATE INDEX l_brin ON {t} USING brin (n, a)"),
    layer("l-unique-index", PLAIN, "CREATE UNIQUE INDEX l_unique ON {t} (n)"),
    layer("l-unique", PLAIN, "ALTER TABLE {t} ADD CONSTRAINT l_u UNIQUE (a)"),
    layer("l-unique-id", &["pt", "sub"], "ALTER TABLE {t} ADD CONSTRAINT l_u UNIQUE (id)"),
    layer("l-exclude", PLAIN, "ALTER TABLE {t} ADD CONSTRAINT l_x EXCLUDE USING btree (n WITH =)"),
    layer("l-key", &["pt", "sub", "heir"], "ALTER TABLE {t} ADD PRIMARY KEY (id)"),
    layer("l-view", ANY, "CREATE VIEW l_v AS SELECT id, a FROM {t}"),
    layer(
        "l-view-on-view",
        ANY,
        "CREATE VIEW l_v1 AS SELECT * FROM {t}; CREATE VIEW l_v2 AS SELECT id FROM l_v1",
    ),
    layer("l-matview", ANY, "CREATE MATERIALIZED VIEW l_mv AS SELECT id, n FROM {t}"),
    layer("l-check", ANY, "ALTER TABLE {t} ADD CONSTRAINT l_c CHECK (n > 0)"),
    layer(
        "l-check-two",
        ANY,
        "ALTER TABLE {t} ADD CONSTRAINT l_c2 CHECK (n > 0 AND a IS NOT NULL)",
    ),
    layer("l-check-not-valid", ANY, "ALTER TABLE {t} ADD CONSTRAINT l_cnv CHECK (a > 0) NOT VALID"),
    layer("l-check-not-null", ANY, "ALTER TABLE {t} ADD CONSTRAINT l_cnn CHECK (n IS NOT NULL)"),
    layer("l-not-null", ANY, "ALTER TABLE {t} ALTER COLUMN n SET NOT NULL"),
    layer(
        "l-foreign-key",
        &["t", "pt", "sub", "heir"],
        "CREATE TABLE l_ref (id int PRIMARY KEY, w int); INSERT INTO l_ref SELECT g, g FROM generate_series(1, 6000) g; ALTER TABLE {t} ADD CONSTRAINT l_fk FOREIGN KEY (n) REFERENCES l_ref (id)",
    ),
    layer(
        "l-foreign-key-not-valid",
        &["t", "heir"],
        "CREATE TABLE l_ref2 (id int PRIMARY KEY, w int); INSERT INTO l_ref2 SELECT g, g FROM generate_series(1, 6000) g; ALTER TABLE {t} ADD CONSTRAINT l_fk2 FOREIGN KEY (a) REFERENCES l_ref2 (id) NOT VALID",
    ),
    layer(
        "l-foreign-key-to-self",
        &["t"],
        "ALTER TABLE {t} ADD CONSTRAINT l_fks FOREIGN KEY (n) REFERENCES {t} (id)",
    ),
    layer(
        "l-referenced",
        &["t"],
        "CREATE TABLE l_in (id int PRIMARY KEY, t_id int CONSTRAINT l_in_fk REFERENCES {t} (id)); INSERT INTO l_in SELECT g, g FROM generate_series(1, 2000) g",
    ),
    layer(
        "l-referenced-cascade",
        &["t"],
        "CREATE TABLE l_in2 (id int PRIMARY KEY, t_id int CONSTRAINT l_in_fk2 REFERENCES {t} (id) ON DELETE CASCADE NOT DEFERRABLE); INSERT INTO l_in2 SELECT g, g FROM generate_series(1, 2000) g",
    ),
    layer(
        "l-referenced-by-parts",
        &["t"],
        "CREATE TABLE l_inp (id int NOT NULL, t_id int REFERENCES {t} (id)) PARTITION BY RANGE (id); CREATE TABLE l_inp_1 PARTITION OF l_inp DEFAULT; INSERT INTO l_inp SELECT g, g FROM generate_series(1, 2000) g",
    ),
    layer(
        "l-parts-referenced",
        &["pt"],
        "ALTER TABLE pt ADD CONSTRAINT l_ptk PRIMARY KEY (id); CREATE TABLE l_inq (id int PRIMARY KEY, t_id int REFERENCES pt (id)); INSERT INTO l_inq SELECT g, g FROM generate_series(1, 2000) g",
    ),
    layer(
        "l-heir",
        &["t", "par", "heir"],
        "CREATE TABLE l_heir () INHERITS ({t}); INSERT INTO l_heir (id, a, b, n) SELECT g, g, 'h' || g, g FROM generate_series(5001, 7000) g",
    ),
    layer(
        "l-trigger",
        ANY,
        "CREATE FUNCTION l_tg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER l_tr AFTER INSERT ON {t} FOR EACH ROW EXECUTE FUNCTION l_tg()",
    ),
    layer("l-policy", ANY, "CREATE POLICY l_p ON {t} USING (n > 0)"),
    layer(
        "l-statistics",
        &["t", "par", "heir"],
        "CREATE STATISTICS l_st (dependencies) ON a, n FROM {t}",
    ),
    layer(
        "l-generated",
        ANY,
        "ALTER TABLE {t} ADD COLUMN l_g int GENERATED ALWAYS AS (a + 1) STORED",
    ),
    layer("l-identity", PLAIN, "ALTER TABLE {t} ADD COLUMN l_i int GENERATED ALWAYS AS IDENTITY"),
    layer("l-serial", ANY, "ALTER TABLE {t} ADD COLUMN l_s serial"),
    layer(
        "l-domain",
        ANY,
        "CREATE DOMAIN l_dom AS int CHECK (VALUE > 0); ALTER TABLE {t} ADD COLUMN l_d l_dom DEFAULT 1",
    ),
    layer(
        "l-enum",
        ANY,
        "CREATE TYPE l_mood AS ENUM ('a', 'b'); ALTER TABLE {t} ADD COLUMN l_m l_mood DEFAULT 'a'",
    ),
    layer("l-publication", ANY, "CREATE PUBLICATION pub FOR TABLE {t}"),
    layer("l-unlogged", &["heir"], "ALTER TABLE {t} SET UNLOGGED"),
    layer("l-identity-full", ANY, "ALTER TABLE {t} REPLICA IDENTITY FULL"),
    layer("l-options", PLAIN, "ALTER TABLE {t} SET (fillfactor = 70)"),
    layer("l-row-security", ANY, "ALTER TABLE {t} ENABLE ROW LEVEL SECURITY"),
    layer(
        "l-default-partition",
        PARTITIONED,
        "CREATE TABLE l_def PARTITION OF {t} DEFAULT; INSERT INTO {t} SELECT g, g, 'd', g FROM generate_series(20001, 22000) g",
    ),
    layer(
        "l-partition-deep",
        &["pt"],
        "CREATE TABLE l_deep PARTITION OF pt FOR VALUES FROM (4001) TO (6001) PARTITION BY RANGE (id); CREATE TABLE l_deep_1 PARTITION OF l_deep FOR VALUES FROM (4001) TO (6001); INSERT INTO pt SELECT g, g, 'e', g FROM generate_series(4001, 6000) g",
    ),
    layer("l-index-of-one", &["pt"], "CREATE INDEX l_one ON pt_1 (n)"),
    layer("l-check-of-one", &["pt"], "ALTER TABLE pt_1 ADD CONSTRAINT l_co CHECK (n > 0)"),
    layer(
        "l-newcomer-check",
        &["pt"],
        "ALTER TABLE nt ADD CONSTRAINT l_nc CHECK (id >= 10001 AND id < 12001)",
    ),
    layer("l-newcomer-index", &["pt"], "CREATE INDEX l_ni ON nt (a)"),
];

/// The table of a kind of fixture that statements change.
pub fn target(family: &str) -> &'static str {
    match family {
        "pt" => "pt",
        "par" => "par",
        "heir" => "h",
        "sub" => "sp",
        "born" => "fresh",
        "temp" => "tmp",
        _ => "t",
    }
}

/// The tables of a kind of fixture. Each has the columns id, a, b and n.
pub fn fixture(family: &str) -> &'static str {
    match family {
        "pt" => {
            "CREATE TABLE pt (id int NOT NULL, a int NOT NULL, b text, n int) PARTITION BY RANGE (id); \
             CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (1) TO (2001); \
             CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (2001) TO (4001); \
             INSERT INTO pt SELECT g, g, 'b' || g, g FROM generate_series(1, 4000) g; \
             CREATE INDEX pt_a_idx ON pt (a); CREATE TABLE ref (id int PRIMARY KEY, name text); \
             INSERT INTO ref SELECT g, 'r' || g FROM generate_series(1, 4000) g"
        }
        "sub" => {
            "CREATE TABLE sp (id int NOT NULL, a int NOT NULL, b text, n int) PARTITION BY LIST (id); \
             CREATE TABLE sp_d PARTITION OF sp DEFAULT PARTITION BY RANGE (id); \
             CREATE TABLE sp_d1 PARTITION OF sp_d FOR VALUES FROM (1) TO (2001); \
             CREATE TABLE sp_d2 PARTITION OF sp_d DEFAULT; \
             INSERT INTO sp SELECT g, g, 'b' || g, g FROM generate_series(1, 4000) g; \
             CREATE INDEX sp_a_idx ON sp (a); CREATE TABLE ref (id int PRIMARY KEY, name text); \
             INSERT INTO ref SELECT g, 'r' || g FROM generate_series(1, 4000) g"
        }
        "par" => {
            "CREATE TABLE par (id int, a int, b text, n int); \
             CREATE TABLE child () INHERITS (par); CREATE INDEX par_a_idx ON par (a); \
             INSERT INTO par SELECT g, g, 'b' || g, g FROM generate_series(1, 2000) g; \
             INSERT INTO child SELECT g, g, 'b' || g, g FROM generate_series(2001, 4000) g; \
             CREATE TABLE ref (id int PRIMARY KEY, name text); \
             INSERT INTO ref SELECT g, 'r' || g FROM generate_series(1, 4000) g"
        }
        "heir" => {
            "CREATE TABLE above (id int NOT NULL, a int, b text, n int); \
             CREATE TABLE h () INHERITS (above); CREATE INDEX h_a_idx ON h (a); \
             INSERT INTO h SELECT g, g, 'b' || g, g FROM generate_series(1, 2000) g; \
             CREATE TABLE ref (id int PRIMARY KEY, name text); \
             INSERT INTO ref SELECT g, 'r' || g FROM generate_series(1, 4000) g"
        }
        "born" | "temp" => {
            "CREATE TABLE ref (id int PRIMARY KEY, name text); \
             INSERT INTO ref SELECT g, 'r' || g FROM generate_series(1, 4000) g"
        }
        _ => {
            "CREATE TABLE ref (id int PRIMARY KEY, name text); \
             INSERT INTO ref SELECT g, 'r' || g FROM generate_series(1, 2000) g; \
             CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text, n int); \
             INSERT INTO t SELECT g, g, 'b' || g, g FROM generate_series(1, 2000) g; \
             CREATE INDEX t_a_idx ON t (a)"
        }
    }
}

/// What the statement itself makes before it changes it.
pub fn begin(family: &str) -> &'static str {
    match family {
        "born" => "CREATE TABLE fresh (id int, a int, b text, n int)",
        "temp" => "CREATE TEMP TABLE tmp (id int, a int, b text, n int)",
        _ => "",
    }
}

/// Types that the forms use.
pub const TYPES_MADE: &str = "CREATE TYPE mood AS ENUM ('ok', 'bad'); \
     CREATE DOMAIN d_int AS int; CREATE DOMAIN d_int_checked AS int CHECK (VALUE > 0); \
     CREATE DOMAIN d_int_default AS int DEFAULT 7; CREATE DOMAIN d_text AS text; \
     CREATE DOMAIN d_varchar AS varchar(50); CREATE DOMAIN d_varchar_checked AS varchar(50) CHECK (VALUE <> ''); \
     CREATE DOMAIN d_numeric AS numeric(10,2); CREATE DOMAIN d_deep AS d_int; \
     CREATE DOMAIN d_needed AS int NOT NULL; CREATE TYPE pair AS (x int, y int)";

/// Functions that the forms use.
pub const FUNCTIONS_MADE: &str = "CREATE FUNCTION f_volatile() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; \
     CREATE FUNCTION f_stable() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1'; \
     CREATE FUNCTION f_inlined() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SEQUENCE numbers";

/// Types, and an expression over `g` that gives a value.
pub const TYPES: &[(&str, &str)] = &[
    ("smallint", "g::smallint"),
    ("int", "g"),
    ("bigint", "g"),
    ("numeric", "g"),
    ("numeric(10,2)", "g"),
    ("numeric(12,2)", "g"),
    ("numeric(12,4)", "g"),
    ("numeric(10)", "g"),
    ("real", "g"),
    ("double precision", "g"),
    ("money", "g::money"),
    ("oid", "g::oid"),
    ("regclass", "g::oid::regclass"),
    ("boolean", "g % 2 = 0"),
    ("text", "g::text"),
    ("varchar", "g::text"),
    ("varchar(50)", "g::text"),
    ("varchar(100)", "g::text"),
    ("char(10)", "g::text"),
    ("char(20)", "g::text"),
    ("bpchar", "g::text"),
    ("name", "g::text::name"),
    ("\"char\"", "'x'"),
    ("date", "date '2020-01-01' + g"),
    ("timestamp", "timestamp '2020-01-01' + g * interval '1 h'"),
    ("timestamp(3)", "timestamp '2020-01-01' + g * interval '1 h'"),
    ("timestamptz", "timestamptz '2020-01-01' + g * interval '1 h'"),
    ("timestamptz(3)", "timestamptz '2020-01-01' + g * interval '1 h'"),
    ("time", "time '10:00' + g * interval '1 s'"),
    ("time(3)", "time '10:00' + g * interval '1 s'"),
    ("timetz", "timetz '10:00' + g * interval '1 s'"),
    ("interval", "g * interval '1 s'"),
    ("interval(3)", "g * interval '1 s'"),
    ("interval day to second", "g * interval '1 s'"),
    ("bytea", "g::text::bytea"),
    ("bit(8)", "(g % 200)::bit(8)"),
    ("bit(16)", "g::bit(16)"),
    ("varbit", "g::bit(16)"),
    ("varbit(16)", "g::bit(16)"),
    ("varbit(32)", "g::bit(16)"),
    ("uuid", "md5(g::text)::uuid"),
    ("json", "'{}'"),
    ("jsonb", "'{}'"),
    ("inet", "'10.0.0.1'"),
    ("cidr", "'10.0.0.0/8'"),
    ("macaddr", "'08:00:2b:01:02:03'"),
    ("macaddr8", "'08:00:2b:01:02:03:04:05'"),
    ("int4range", "int4range(g, g + 1)"),
    ("int8range", "int8range(g, g + 1)"),
    ("tsvector", "g::text::tsvector"),
    ("point", "point(g, g)"),
    ("int[]", "array[g]"),
    ("bigint[]", "array[g]"),
    ("text[]", "array[g::text]"),
    ("varchar(10)[]", "array[g::text]"),
    ("varchar[]", "array[g::text]"),
    ("numeric(10,2)[]", "array[g]"),
    ("mood", "'ok'"),
    ("mood[]", "array['ok']::mood[]"),
    ("pair", "row(g, g)::pair"),
    ("d_int", "g"),
    ("d_deep", "g"),
    ("d_int_checked", "g"),
    ("d_int_default", "g"),
    ("d_needed", "g"),
    ("d_text", "g::text"),
    ("d_varchar", "g::text"),
    ("d_varchar_checked", "g::text"),
    ("d_numeric", "g"),
];

/// Types that people change one into another.
pub const NEAR: &[&[&str]] = &[
    &[
        "smallint",
        "int",
        "bigint",
        "numeric",
        "oid",
        "regclass",
        "d_int",
        "d_deep",
        "d_int_checked",
        "d_int_default",
        "text",
    ],
    &[
        "numeric",
        "numeric(10,2)",
        "numeric(12,2)",
        "numeric(12,4)",
        "numeric(10)",
        "d_numeric",
        "double precision",
        "real",
        "money",
        "int",
    ],
    &[
        "text",
        "varchar",
        "varchar(50)",
        "varchar(100)",
        "char(10)",
        "char(20)",
        "bpchar",
        "name",
        "\"char\"",
        "d_text",
        "d_varchar",
        "d_varchar_checked",
        "mood",
        "uuid",
        "bytea",
    ],
    &["date", "timestamp", "timestamp(3)", "timestamptz", "timestamptz(3)"],
    &["time", "time(3)", "timetz", "interval", "interval(3)", "interval day to second"],
    &["bit(8)", "bit(16)", "varbit", "varbit(16)", "varbit(32)"],
    &["json", "jsonb", "text"],
    &["inet", "cidr", "text"],
    &["int[]", "bigint[]", "text[]", "varchar(10)[]", "varchar[]", "numeric(10,2)[]", "mood[]"],
];

/// What may hang on the column `c` whose type changes.
pub const ON_COLUMN: &[(&str, &str)] = &[
    ("index", "CREATE INDEX o_c ON t (c)"),
    ("unique index", "CREATE UNIQUE INDEX o_u ON t (c, id)"),
    ("hash index", "CREATE INDEX o_h ON t USING hash (c)"),
    ("expression index", "CREATE INDEX o_e ON t ((c IS NULL))"),
    ("partial index", "CREATE INDEX o_p ON t (e) WHERE c IS NOT NULL"),
    ("partial key index", "CREATE INDEX o_k ON t (c) WHERE e > 0"),
    ("include index", "CREATE INDEX o_i ON t (e) INCLUDE (c)"),
    ("index beside", "CREATE INDEX o_b ON t (e)"),
    ("check", "ALTER TABLE t ADD CONSTRAINT o_ck CHECK (c IS NOT NULL)"),
    ("check not valid", "ALTER TABLE t ADD CONSTRAINT o_cv CHECK (c IS NOT NULL) NOT VALID"),
    ("check beside", "ALTER TABLE t ADD CONSTRAINT o_cb CHECK (e > 0)"),
    ("not null", "ALTER TABLE t ALTER COLUMN c SET NOT NULL"),
    ("unique", "ALTER TABLE t ADD CONSTRAINT o_un UNIQUE (c, id)"),
    ("statistics", "CREATE STATISTICS o_st (dependencies) ON c, e FROM t"),
    ("generated beside", "ALTER TABLE t ADD COLUMN o_g int GENERATED ALWAYS AS (e + 1) STORED"),
    ("view beside", "CREATE VIEW o_v AS SELECT id, e FROM t"),
    (
        "referenced",
        "ALTER TABLE t ADD CONSTRAINT o_ru UNIQUE (c); CREATE TABLE o_in AS SELECT c FROM t; ALTER TABLE o_in ADD CONSTRAINT o_fk FOREIGN KEY (c) REFERENCES t (c)",
    ),
    (
        "foreign key",
        "CREATE TABLE o_to AS SELECT DISTINCT c FROM t; ALTER TABLE o_to ADD UNIQUE (c); ALTER TABLE t ADD CONSTRAINT o_fo FOREIGN KEY (c) REFERENCES o_to (c)",
    ),
];

/// A type and the default beside it.
pub const COLUMNS: &[(&str, &str)] = &[
    ("int", ""),
    ("int", "DEFAULT 1"),
    ("int", "DEFAULT NULL"),
    ("int", "DEFAULT 1 + 1"),
    ("int", "DEFAULT f_volatile()"),
    ("int", "DEFAULT f_stable()"),
    ("int", "DEFAULT f_inlined()"),
    ("int", "DEFAULT nextval('numbers')"),
    ("int", "DEFAULT abs(-5)"),
    ("int", "DEFAULT length(md5('x'))"),
    ("int", "DEFAULT (random() * 10)::int"),
    ("int", "DEFAULT extract(year from now())::int"),
    ("bigint", "GENERATED BY DEFAULT AS IDENTITY"),
    ("int", "GENERATED ALWAYS AS (a + 1) STORED"),
    ("int", "GENERATED ALWAYS AS (a + 1) VIRTUAL"),
    ("serial", ""),
    ("bigserial", ""),
    ("text", "DEFAULT 'x'"),
    ("text", "DEFAULT CURRENT_USER"),
    ("text", "DEFAULT concat('a', 'b')"),
    ("text", "DEFAULT upper('x') || now()::text"),
    ("text", "DEFAULT clock_timestamp()::text"),
    ("varchar(20)", "DEFAULT 'abc'"),
    ("varchar(3)", "DEFAULT 'abc'"),
    ("char(5)", "DEFAULT 'abc'"),
    ("boolean", "DEFAULT false"),
    ("boolean", "DEFAULT (1 > 2)"),
    ("timestamptz", "DEFAULT now()"),
    ("timestamptz", "DEFAULT CURRENT_TIMESTAMP"),
    ("timestamptz", "DEFAULT clock_timestamp()"),
    ("timestamptz", "DEFAULT statement_timestamp()"),
    ("timestamp", "DEFAULT localtimestamp"),
    ("timestamp", "DEFAULT (now() AT TIME ZONE 'utc')"),
    ("timestamp", "DEFAULT timezone('utc', now())"),
    ("date", "DEFAULT CURRENT_DATE"),
    ("date", "DEFAULT ('now'::text)::date"),
    ("uuid", "DEFAULT gen_random_uuid()"),
    ("uuid", "DEFAULT md5('x')::uuid"),
    ("jsonb", "DEFAULT '{}'"),
    ("jsonb", "DEFAULT jsonb_build_object('a', 1)"),
    ("int[]", "DEFAULT '{}'"),
    ("int[]", "DEFAULT ARRAY[1, 2]"),
    ("text[]", "DEFAULT ARRAY[]::text[]"),
    ("numeric(10,2)", "DEFAULT 0"),
    ("numeric(10,2)", "DEFAULT round(1.234, 2)"),
    ("interval", "DEFAULT interval '1 day'"),
    ("inet", "DEFAULT inet_client_addr()"),
    ("bytea", "DEFAULT decode('00', 'hex')"),
    ("mood", ""),
    ("mood", "DEFAULT 'ok'"),
    ("mood[]", "DEFAULT '{}'"),
    ("d_int", ""),
    ("d_int", "DEFAULT 3"),
    ("d_deep", "DEFAULT 3"),
    ("d_int_default", ""),
    ("d_int_checked", ""),
    ("d_int_checked", "DEFAULT 3"),
    ("d_int_checked[]", "DEFAULT '{1}'"),
    ("d_varchar", "DEFAULT 'x'"),
    ("d_varchar_checked", "DEFAULT 'x'"),
    ("d_numeric", "DEFAULT 1"),
    ("d_needed", "DEFAULT 1"),
    ("pair", "DEFAULT row(1, 2)"),
    ("tsvector", "DEFAULT to_tsvector('english', 'x')"),
    ("point", "DEFAULT point(0, 0)"),
    ("int4range", "DEFAULT int4range(1, 2)"),
    ("oid", "DEFAULT 0"),
    ("name", "DEFAULT 'x'"),
    ("bit(3)", "DEFAULT B'101'"),
];

/// What may stand beside a new column.
pub const BESIDE: &[(&str, &str)] = &[
    ("", ""),
    ("", ""),
    ("", ""),
    ("", ""),
    ("not null", "NOT NULL"),
    ("not null", "NOT NULL"),
    ("check", "CHECK (x IS NULL OR x IS NOT NULL)"),
    ("named check", "CONSTRAINT k CHECK (x IS NOT NULL)"),
    ("unique", "UNIQUE"),
    ("references", "REFERENCES ref (id)"),
    ("references cascade", "REFERENCES ref (id) ON DELETE CASCADE DEFERRABLE"),
    ("references itself", "REFERENCES {t} (id)"),
];

/// Sub-commands of `ALTER TABLE` on the columns that every fixture has.
pub const SUBCOMMANDS: &[(&str, &str)] = &[
    ("check", "ADD CONSTRAINT k1 CHECK (length(b) < 100)"),
    ("check id", "ADD CONSTRAINT k2 CHECK (id > 0)"),
    ("check id not valid", "ADD CONSTRAINT k3 CHECK (id > 0) NOT VALID"),
    ("check no inherit", "ADD CONSTRAINT k4 CHECK (id > 0) NO INHERIT"),
    ("check unnamed", "ADD CHECK (id <> 0)"),
    ("unique id", "ADD CONSTRAINT u1 UNIQUE (id)"),
    ("unique two", "ADD CONSTRAINT u2 UNIQUE (id, n)"),
    ("unique deferrable", "ADD CONSTRAINT u3 UNIQUE (id) DEFERRABLE"),
    ("key", "ADD PRIMARY KEY (id)"),
    ("key two", "ADD PRIMARY KEY (id, n)"),
    ("foreign key", "ADD CONSTRAINT f1 FOREIGN KEY (n) REFERENCES ref (id)"),
    ("foreign key not valid", "ADD CONSTRAINT f2 FOREIGN KEY (n) REFERENCES ref (id) NOT VALID"),
    ("foreign key itself", "ADD CONSTRAINT f3 FOREIGN KEY (n) REFERENCES {t} (id)"),
    (
        "foreign key not enforced",
        "ADD CONSTRAINT f4 FOREIGN KEY (n) REFERENCES ref (id) NOT ENFORCED",
    ),
    ("exclude", "ADD CONSTRAINT x1 EXCLUDE USING btree (id WITH =)"),
    ("exclude gist", "ADD CONSTRAINT x2 EXCLUDE USING gist (int4range(id, id, '[]') WITH &&)"),
    ("set not null", "ALTER COLUMN n SET NOT NULL"),
    ("set not null id", "ALTER COLUMN id SET NOT NULL"),
    ("drop not null", "ALTER COLUMN a DROP NOT NULL"),
    ("constraint not null", "ADD CONSTRAINT nn1 NOT NULL n"),
    ("constraint not null not valid", "ADD CONSTRAINT nn2 NOT NULL n NOT VALID"),
    ("set default", "ALTER COLUMN n SET DEFAULT 5"),
    ("drop default", "ALTER COLUMN n DROP DEFAULT"),
    ("drop column n", "DROP COLUMN n"),
    ("drop column b", "DROP COLUMN b CASCADE"),
    ("drop column a", "DROP COLUMN a"),
    ("type b", "ALTER COLUMN b TYPE varchar"),
    ("type b limit", "ALTER COLUMN b TYPE varchar(50)"),
    ("type n", "ALTER COLUMN n TYPE bigint"),
    ("type a same", "ALTER COLUMN a TYPE int"),
    ("collate b", "ALTER COLUMN b TYPE text COLLATE \"C\""),
    ("set statistics", "ALTER COLUMN n SET STATISTICS 100"),
    ("set storage", "ALTER COLUMN b SET STORAGE EXTERNAL"),
    ("set n_distinct", "ALTER COLUMN n SET (n_distinct = 5)"),
    ("add identity", "ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY"),
    ("set fillfactor", "SET (fillfactor = 80)"),
    ("set autovacuum", "SET (autovacuum_enabled = false)"),
    ("set logged", "SET LOGGED"),
    ("set unlogged", "SET UNLOGGED"),
    ("row security", "ENABLE ROW LEVEL SECURITY"),
    ("replica identity", "REPLICA IDENTITY FULL"),
    ("disable triggers", "DISABLE TRIGGER ALL"),
    ("set without cluster", "SET WITHOUT CLUSTER"),
    ("owner", "OWNER TO other_role"),
    ("add plain", "ADD COLUMN y int"),
    ("add volatile", "ADD COLUMN z double precision DEFAULT random()"),
    ("validate layer check", "VALIDATE CONSTRAINT l_cnv"),
    ("validate layer key", "VALIDATE CONSTRAINT l_fk2"),
    ("drop layer check", "DROP CONSTRAINT l_c"),
    ("drop layer unique", "DROP CONSTRAINT l_u"),
    ("drop layer foreign key", "DROP CONSTRAINT l_fk"),
    ("drop missing", "DROP CONSTRAINT IF EXISTS nothing"),
];
