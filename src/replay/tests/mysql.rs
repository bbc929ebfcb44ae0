//! MySQL and MariaDB: indexes of a table, redefined columns, implicit commits.

use super::{describe, differences, migration_of, run};
use crate::dialect::Engine;
use crate::migration::{Direction, ReadMigration};
use crate::replay::Transaction;

fn ups(engine: Engine, texts: &[&str]) -> Vec<ReadMigration> {
    let numbered = texts.iter().enumerate();
    let up =
        |(index, sql): (usize, &&str)| migration_of(engine, &index.to_string(), Direction::Up, sql);
    numbered.map(up).collect()
}

fn end(sql: &str) -> Vec<String> {
    let migrations = ups(Engine::Mysql, &[sql]);
    let replay = run(&migrations, true);
    assert_eq!(replay.missing, None, "{sql}");
    describe(&replay.end)
}

/// The differences of the second text, after the first.
fn changed(given: &str, sql: &str) -> Vec<String> {
    let migrations = ups(Engine::Mysql, &[given, sql]);
    let replay = run(&migrations, true);
    assert_eq!(replay.missing, None, "{sql}");
    differences(&replay, 1)
}

#[test]
fn each_table_has_its_own_index_names() {
    let both = "CREATE TABLE a (x int, KEY idx (x)); CREATE TABLE b (x int, y int, KEY idx (y));";
    assert_eq!(
        end(&format!("{both} DROP INDEX idx ON a; ALTER TABLE b RENAME INDEX idx TO y_idx;")),
        ["a (x int)", "b (x int, y int)", "index y_idx on b (y)"]
    );
    assert_eq!(
        changed(both, "DROP INDEX idx ON b; CREATE INDEX idx ON b (x);"),
        ["table b: - index idx", "table b: + index idx"]
    );
    assert_eq!(
        end(&format!("{both} RENAME TABLE a TO c; ALTER TABLE c DROP KEY idx; DROP TABLE b;")),
        ["c (x int)"]
    );
}

#[test]
fn keys_and_constraints_are_named_as_mysql_names_them() {
    let sql = "CREATE TABLE o (id int AUTO_INCREMENT PRIMARY KEY);
        CREATE TABLE t (id bigint unsigned, o int, e varchar(9) UNIQUE, CONSTRAINT pk PRIMARY KEY
        (id), FOREIGN KEY (o) REFERENCES o (id), CHECK (o > 0), KEY (e, o), KEY (e(3)));";
    assert_eq!(
        end(sql),
        [
            "o (id int not null, PRIMARY primary key (id))",
            "t (id bigint unsigned not null, o int, e varchar(9), t_chk_1 check (o > 0), PRIMARY \
             primary key (id), e unique (e), t_ibfk_1 foreign key (o) to o (id))",
            "unique index PRIMARY on o (id)",
            "unique index PRIMARY on t (id)",
            "unique index e on t (e)",
            "index e_2 on t (e, o)",
            "index e_3 on t (e)",
            "index o on t (o)",
        ]
    );
}

#[test]
fn a_key_that_repeats_another_is_there_too() {
    assert_eq!(
        end(
            "CREATE TABLE t (k int, PRIMARY KEY (k), CONSTRAINT u UNIQUE (k)); ALTER TABLE t DROP \
             INDEX u, DROP PRIMARY KEY;"
        ),
        ["t (k int not null)"]
    );
}

#[test]
fn a_foreign_key_brings_an_index_that_a_better_one_replaces() {
    let given = "CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE t (a int, b int);";
    let key = "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES o (id);";
    let table = "t (a int, b int, fk foreign key (a) to o (id))";
    let first = ["unique index PRIMARY on o (id)", "index fk on t (a)"];
    let o = "o (id int not null, PRIMARY primary key (id))";
    assert_eq!(end(&format!("{given} {key}")), [o, table, first[0], first[1]]);
    let better = format!("{given} {key} CREATE INDEX ab ON t (a, b);");
    assert_eq!(end(&better), [o, table, first[0], "index ab on t (a, b)"]);
    let dropped = format!("{given} {key} ALTER TABLE t DROP FOREIGN KEY fk;");
    assert_eq!(end(&dropped), [o, "t (a int, b int)", first[0], first[1]]);
}

#[test]
fn a_redefined_column_differs_by_what_changed() {
    let given = "CREATE TABLE t (id int PRIMARY KEY, a varchar(20) NOT NULL DEFAULT 'x');";
    let cases: &[(&str, &[&str])] = &[
        ("ALTER TABLE t MODIFY a varchar(20) NOT NULL DEFAULT 'x';", &[]),
        (
            "ALTER TABLE t MODIFY a varchar(30);",
            &[
                "table t: column a from varchar(20) to varchar(30)",
                "table t: column a null",
                "table t: column a default",
            ],
        ),
        (
            "ALTER TABLE t CHANGE a b varchar(20) NOT NULL DEFAULT 'x';",
            &["table t: column a renamed b"],
        ),
        ("ALTER TABLE t MODIFY id int(11) AUTO_INCREMENT;", &["table t: changed"]),
        ("ALTER TABLE t MODIFY id bigint;", &["table t: column id from int to bigint"]),
        (
            "ALTER TABLE t MODIFY a varchar(20) NOT NULL DEFAULT 'x' COMMENT 'c', ALGORITHM=INSTANT;",
            &["table t: changed"],
        ),
    ];
    for (sql, expected) in cases {
        assert_eq!(changed(given, sql), *expected, "{sql}");
    }
}

#[test]
fn a_dropped_column_leaves_its_keys() {
    let sql = "CREATE TABLE t (a int, b int, c int, PRIMARY KEY (a, b), KEY ab (a, b), KEY c (c));
        ALTER TABLE t DROP COLUMN b, DROP c;";
    assert_eq!(
        end(sql),
        [
            "t (a int not null, PRIMARY primary key (a))",
            "unique index PRIMARY on t (a)",
            "index ab on t (a)"
        ]
    );
}

#[test]
fn names_and_order_of_mysql() {
    assert_eq!(
        end("CREATE DATABASE app; USE `app`; CREATE TABLE T (A int); ALTER TABLE app.t ADD b int,
             ADD KEY (b), RENAME TO other.u; DROP TABLE IF EXISTS t;"),
        ["index b on other.u (b)", "other.u (a int, b int)"]
    );
    // The key is built when the column is there, wherever it stands.
    assert_eq!(
        end("CREATE TABLE t (a int); ALTER TABLE t ADD INDEX i (b), ADD COLUMN b int FIRST;"),
        ["t (a int, b int)", "index i on t (b)"]
    );
    assert_eq!(
        end("CREATE TABLE t (a int NOT NULL, UNIQUE KEY u (a), KEY k (a)); CREATE TABLE c LIKE t;
             DROP TABLE t;"),
        ["c (a int not null, u unique (a))", "index k on c (a)", "unique index u on c (a)"]
    );
    assert_eq!(
        end("CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; DROP TABLE t; DROP VIEW v;"),
        [""; 0]
    );
}

#[test]
fn what_changes_the_schema_commits() {
    let sql = "BEGIN; CREATE TABLE t (a int); INSERT INTO t VALUES (1); ROLLBACK; \
               START TRANSACTION; UPDATE t SET a = 2; CREATE TEMPORARY TABLE u (a int); COMMIT;";
    let migrations = ups(Engine::Mysql, &[sql]);
    let replay = run(&migrations, true);
    assert_eq!(describe(&replay.end), ["t (a int)"]);
    let steps = replay.steps(0);
    let inside: Vec<bool> = steps.iter().map(|step| step.transaction.is_block()).collect();
    // The runner's transaction goes on in a new one; what commits stands for itself.
    assert_eq!(inside, [true, false, true, true, false, true, true, true]);
    assert_eq!(steps[1].transaction, Transaction::None);
}
