//! What SQLite does its own way.

use super::*;

fn up(sql: &str) -> ReadMigration {
    let engine = Engine::Sqlite;
    let statements = crate::sql::read(&SqlText::verbatim(sql, 0), engine).statements;
    ReadMigration { engine, statements, ..migration("1", Direction::Up, sql) }
}

fn end_of(migration: ReadMigration) -> Catalog {
    let dialect = Dialect::new(Engine::Sqlite);
    replay(&[migration], dialect, Base::empty(dialect, true)).end
}

fn end(sql: &str) -> Catalog {
    end_of(up(sql))
}

fn references(catalog: &Catalog, table: &str) -> Vec<String> {
    let (_, table) = catalog.seen_table(&catalog.resolve(&name(table))).unwrap();
    table.constraints.iter().map(constraint_text).collect()
}

const REBUILD: &str = "
    CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE);
    CREATE INDEX t_a ON t (a);
    CREATE TABLE child (t_id INTEGER CONSTRAINT fk REFERENCES t (id));
    CREATE VIEW v AS SELECT a FROM t;
    CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
    CREATE TABLE [New] (id INTEGER PRIMARY KEY, a INT, b DEFAULT \"x\");
    INSERT INTO new (id, a) SELECT id, a FROM t;
    DROP TABLE t;
    ALTER TABLE new RENAME TO T;";

#[test]
fn a_rebuilt_table_is_the_new_one_and_what_named_the_old_one_names_it() {
    let catalog = end(REBUILD);
    assert_eq!(
        describe(&catalog),
        [
            "main.child (t_id integer, fk foreign key (t_id) to main.t (id))",
            "unique index main.sqlite_autoindex_new_1 on main.t (id)",
            "main.t (id integer not null, a int, b ? default \"x\", sqlite_autoindex_new_1 primary \
             key (id))",
            "view main.v of main.t",
        ]
    );
    assert!(catalog.objects.is_empty());
}

#[test]
fn a_rename_takes_references_along_unless_the_old_way_was_asked_for() {
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY);
        CREATE TABLE child (t_id CONSTRAINT fk REFERENCES t (id));
        ALTER TABLE t RENAME TO old;
        CREATE TABLE t (id INTEGER PRIMARY KEY);
        DROP TABLE old;";
    assert_eq!(references(&end(sql), "child"), ["fk foreign key (t_id) to main.old (id)"]);
    let kept = end(&format!("PRAGMA legacy_alter_table = ON; {sql}"));
    assert_eq!(references(&kept, "child"), ["fk foreign key (t_id) to main.t (id)"]);
}

#[test]
fn foreign_keys_are_a_setting_outside_of_transactions_alone() {
    let sql = "PRAGMA foreign_keys = OFF; CREATE TABLE t (a); CREATE TABLE temp.u (a);";
    let dialect = Dialect::new(Engine::Sqlite);
    let value = |wraps| {
        let mut migration = up(sql);
        migration.migration.runner = runner(wraps, Sends::Statements);
        let migrations = [migration];
        let replayed = replay(&migrations, dialect, Base::empty(dialect, true));
        let steps = replayed.steps(0);
        let last = steps.last().unwrap();
        assert!(last.after.relations.contains_key(&name("pg_temp.u")));
        last.after.setting("foreign_keys").map(<[String]>::to_vec)
    };
    assert_eq!(value(Wraps::Nothing), Some(vec!["off".to_owned()]));
    assert_eq!(value(Wraps::EachFile), None);
}

#[test]
fn what_sqlite_brings_or_finds_later_is_not_missed() {
    let sql = "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, b REFERENCES later (id));
        DELETE FROM sqlite_sequence WHERE name = 'a';
        SELECT name FROM main.sqlite_master;";
    let migrations = [up(sql)];
    let dialect = Dialect::new(Engine::Sqlite);
    let replayed = replay(&migrations, dialect, Base::empty(dialect, true));
    assert!(replayed.end.complete);
    let named: Vec<String> = replayed.end.relations.keys().map(|name| name.to_string()).collect();
    assert_eq!(named, ["main.a", "main.sqlite_autoindex_a_1"]);
}
