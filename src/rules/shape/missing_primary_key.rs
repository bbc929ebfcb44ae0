//! Tables without a primary key, new or since a drop.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::TableEnd;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, CreateTable};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{Name, ObjectKind};
use crate::schema::table::Index;

/// Tables in which frameworks keep their books; some have no primary key by design.
const BOOKKEEPING: &[&str] = &[
    "databasechangelog", "databasechangeloglock", "flyway_schema_history", "goose_db_version",
    "schema_migrations", "schema_version",
];

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-primary-key",
    category: Category::Shape,
    level: Level::Error,
    since: "0.1",
    summary: "new table without a primary key, or an old one that loses it",
    why: "Without a primary key nothing tells two equal rows apart: a duplicate cannot be deleted \
          alone, an ORM cannot update a row, logical replication refuses UPDATE and DELETE on the \
          table, and tools that copy in batches (online schema change, change data capture) \
          cannot work on it. Adding the key later means removing duplicates and building an index \
          under load.",
    instead: "Give the table a primary key: a bigint GENERATED ALWAYS AS IDENTITY, a uuid, or the \
              columns that identify a row.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "A published table must have a replica identity, by default its primary key, \
                   for UPDATE and DELETE to be replicated; else they are refused on the publisher.",
            source: "https://www.postgresql.org/docs/current/logical-replication-publication.html",
        },
        Fact {
            engine: Engine::Mysql,
            says: "Every table that a replication group is to replicate must have a primary key, \
                   or a unique key of columns that are NOT NULL.",
            source: "https://dev.mysql.com/doc/refman/8.4/en/group-replication-requirements.html",
        },
        Fact {
            engine: Engine::Mariadb,
            says: "In a Galera cluster all tables should have a primary key; DELETE is not \
                   supported on those without.",
            source: "https://mariadb.com/kb/en/mariadb-galera-cluster-known-limitations/",
        },
    ],
    same_as: &[("pg-migration-lint", "PGM502"), ("pg-migration-lint", "PGM503"), ("splinter", "no_primary_key")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE t (id bigint, a text);", "CREATE TABLE t"),
        bad("postgres", "", "CREATE UNLOGGED TABLE IF NOT EXISTS App.\"T\" (id int UNIQUE);", "CREATE UNLOGGED TABLE IF NOT EXISTS App.\"T\""),
        bad("postgres", "CREATE TABLE o (id int PRIMARY KEY);", "CREATE TABLE t AS SELECT * FROM o;", "CREATE TABLE t"),
        bad("postgres", "CREATE TABLE o (id int PRIMARY KEY);", "CREATE TABLE t () INHERITS (o);", "CREATE TABLE t"),
        bad("postgres", "CREATE TABLE o (id int PRIMARY KEY);", "CREATE TABLE t (LIKE o);", "CREATE TABLE t"),
        bad("postgres", "", "CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t DROP CONSTRAINT t_pkey;", "CREATE TABLE t"),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t DROP CONSTRAINT t_pkey;", "DROP CONSTRAINT t_pkey"),
        bad("postgres", "CREATE TABLE t (id int, CONSTRAINT k PRIMARY KEY (id));", "ALTER TABLE t ADD a int, DROP COLUMN id;", "DROP COLUMN id"),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t RENAME TO u; ALTER TABLE u DROP CONSTRAINT t_pkey;", "DROP CONSTRAINT t_pkey"),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "DO $$ BEGIN IF x THEN ALTER TABLE t DROP CONSTRAINT t_pkey; END IF; END $$;", "DROP CONSTRAINT t_pkey")
            .at_level(Level::Warning),
        bad("postgres", "", "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;", "CREATE TABLE p"),
        bad("postgres", "", "CREATE TABLE t (LIKE elsewhere INCLUDING ALL);", "CREATE TABLE t")
            .incomplete()
            .at_level(Level::Warning),
        bad("postgres", "", "CREATE TABLE t (id int); SELECT create_hypertable('t', 'id');", "CREATE TABLE t"),
        bad("postgres", "", "CREATE TABLE t (id int); DO $$ BEGIN EXECUTE x; END $$;", "CREATE TABLE t")
            .at_level(Level::Warning),
        bad("sqlite", "", "CREATE TABLE t (a, b TEXT UNIQUE);", "CREATE TABLE t"),
        bad("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "CREATE TABLE [new] (id INTEGER); INSERT INTO new SELECT id FROM t; DROP TABLE t; ALTER TABLE new RENAME TO t;", "CREATE TABLE [new]"),
        bad("mysql", "", "CREATE TABLE `t` (`id` bigint NOT NULL, UNIQUE KEY `id` (`id`)) ENGINE=InnoDB;", "CREATE TABLE `t`")
            .at_level(Level::Note),
        bad("postgres", "", "CREATE TABLE t (a text NOT NULL); CREATE UNIQUE INDEX i ON t (a);", "CREATE TABLE t")
            .at_level(Level::Note),
        bad("postgres", "", "CREATE TABLE t (a text NOT NULL, b text, UNIQUE (a, b)); CREATE UNIQUE INDEX i ON t (a) WHERE b IS NULL;", "CREATE TABLE t"),
        good("postgres", "", "CREATE TABLE partman.template_public_events (id bigint);"),
        bad("mysql", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t MODIFY id bigint NOT NULL, DROP PRIMARY KEY;", "DROP PRIMARY KEY"),
        bad("mysql", "CREATE TABLE t (id int, PRIMARY KEY (id));", "DROP INDEX `PRIMARY` ON t;", "DROP INDEX `PRIMARY` ON t"),
        bad("mariadb", "CREATE TABLE o (id int);", "CREATE TABLE t LIKE o;", "CREATE TABLE t LIKE o"),
        good("mysql", "", "CREATE TABLE t (id int unsigned AUTO_INCREMENT KEY); CREATE TABLE u (a int, b int, CONSTRAINT c PRIMARY KEY USING BTREE (a, b DESC));"),
        good("mysql", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t ADD PRIMARY KEY (id, a), DROP PRIMARY KEY, ADD COLUMN a int NOT NULL; CREATE TABLE u LIKE t;"),
        good("mysql", "CREATE TABLE t (id int PRIMARY KEY, a int);", "RENAME TABLE t TO old, old TO t; ALTER TABLE t CHANGE id key_id bigint AUTO_INCREMENT;"),
        good("mariadb", "", "CREATE OR REPLACE TABLE t (id uuid DEFAULT uuid() PRIMARY KEY) WITH SYSTEM VERSIONING; CREATE TEMPORARY TABLE u (a int);"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a text);"),
        good("sqlite", "", "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a);"),
        good("sqlite", "", "CREATE TABLE t (a TEXT, b, PRIMARY KEY (a, b COLLATE NOCASE) ON CONFLICT IGNORE) WITHOUT ROWID;"),
        good("sqlite", "", "CREATE VIRTUAL TABLE t USING fts5(a); CREATE TEMP TABLE u AS SELECT 1;"),
        good("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "CREATE TABLE n (id INTEGER PRIMARY KEY, a); INSERT INTO n (id) SELECT id FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;"),
        good("postgres", "", "CREATE TABLE t (a int, b int, CONSTRAINT pk PRIMARY KEY (a, b));"),
        good("postgres", "", "CREATE TABLE t (a int); ALTER TABLE ONLY t ADD CONSTRAINT t_pkey PRIMARY KEY (a);"),
        good("postgres", "", "CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t ADD PRIMARY KEY USING INDEX i;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (id);"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD a bigint PRIMARY KEY;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t DROP CONSTRAINT t_pkey; DROP TABLE t;"),
        good("postgres", "CREATE TABLE o (id int PRIMARY KEY);", "CREATE TABLE t (LIKE o INCLUDING ALL);"),
        good("postgres", "", "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;"),
        good("postgres", "", "CREATE TEMPORARY TABLE t (a int); CREATE TEMP TABLE u AS SELECT 1;"),
        good("postgres", "", "CREATE TABLE t (a int); DROP TABLE t;"),
        good("postgres", "", "BEGIN; CREATE TABLE t (a int); ROLLBACK;"),
        good("postgres", "", "CREATE TABLE schema_migrations (version bigint);"),
        good("postgres", "CREATE TABLE t (a int PRIMARY KEY);", "CREATE TABLE IF NOT EXISTS t (a int);"),
        good("postgres", "", "CREATE FOREIGN TABLE f (a int) SERVER s;"),
    ],
    check: Check::Table(check),
};

/// pg_partman copies indexes from a table of its own that holds no rows.
fn is_template(name: &Name) -> bool {
    name.schema.as_deref() == Some("partman") && name.name.starts_with("template_")
}

fn check(end: &TableEnd<'_>, sink: &mut Sink) {
    let table = end.table;
    let of_others = table.partition_of.is_some()
        || table.kind != ObjectKind::Table
        || table.options.contains_key("virtual");
    let books = BOOKKEEPING.contains(&end.name.name.as_str()) || is_template(end.name);
    if table.temporary || of_others || books {
        return;
    }
    let created = created(end);
    let copies = created.is_some_and(|created| {
        !created.like.is_empty() || created.of_type.is_some() || !created.inherits.is_empty()
    });
    let certain = end.key_dropped.is_none_or(|dropped| dropped.certain);
    let level = match end.catalog.primary_key(end.name) {
        Knowledge::Known(_) | Knowledge::Clouded { was: Some(_), .. } => return,
        _ if !certain => Level::Warning,
        Knowledge::Absent => Level::Error,
        // A query gives a table columns, never a key.
        Knowledge::Assumed if !copies => Level::Error,
        // A key from a call that nobody can follow is rare, and the call is only a warning.
        Knowledge::Clouded { by, .. } if !by.unread && !copies => Level::Error,
        Knowledge::Assumed | Knowledge::Clouded { .. } => Level::Warning,
    };
    let unique = unique_key(end).filter(|_| end.key_dropped.is_none());
    let level = if unique.is_some() { Level::Note } else { level };
    let message = match (end.key_dropped, level) {
        (Some(dropped), _) => {
            let leaves = if certain { "leaves" } else { "may leave" };
            format!("dropping `{}` {leaves} `{}` without a primary key", dropped.key, end.name)
        }
        (None, _) if let Some(unique) = unique => format!(
            "table `{}` has no primary key; the unique key `{unique}` tells its rows apart, but \
             replication and tools do not look for it",
            end.name
        ),
        (None, Level::Error) => format!("table `{}` has no primary key", end.name),
        (None, _) => format!("table `{}` has no primary key that lockgate can see", end.name),
    };
    let key = match end.catalog.engine() {
        Engine::Postgres => "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        Engine::Mysql | Engine::Mariadb => "id bigint AUTO_INCREMENT PRIMARY KEY",
        Engine::Sqlite => "id INTEGER PRIMARY KEY",
    };
    sink.report_table(end, Subject::Table(end.name.clone()))
        .level(level)
        .message(message)
        .help(format!("add one: `{key}`, or the columns that identify a row"))
        .push();
}

/// A unique key that takes no NULL, so that it identifies each row.
fn unique_key<'a>(end: &TableEnd<'a>) -> Option<&'a str> {
    let not_null = |column: &String| {
        end.table.column(column).is_some_and(|column| column.definition.not_null)
    };
    let identifies = |index: &Index| {
        let constraint = index.constraint.as_deref().and_then(|it| end.table.constraint(it));
        index.unique
            && index.predicate.is_none()
            && constraint.is_none_or(|it| !it.deferrable)
            && index.keys.iter().all(|key| key.column.as_ref().is_some_and(not_null))
    };
    let mut indexes = end.catalog.indexes_of(end.name);
    indexes.find(|(_, index)| identifies(index)).map(|(name, _)| name.name.as_str())
}

/// The change that created the table.
fn created<'a>(end: &TableEnd<'a>) -> Option<&'a CreateTable> {
    let changes = end.migration.statements.iter().flat_map(|statement| &statement.changes);
    changes.map(|located| &located.change).find(|change| change.span == end.span).and_then(
        |change| match &change.value {
            Change::CreateTable(table) => Some(&**table),
            _ => None,
        },
    )
}
