//! `DROP COLUMN` of a column that is in use.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::replay::{Difference, DifferenceKind, Step};
use crate::rules::drop::{lost_along, taking};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-column",
    category: Category::Compatibility,
    level: Level::Error,
    since: "0.1",
    summary: "column dropped while the running release may still use it",
    why: "The values of the column are gone for good, and until the next release is everywhere, \
          the release that is running fails with each statement that names the column. Many \
          ORMs name every column that they know in every SELECT and INSERT.",
    instead: "First ship a release that no longer reads or writes the column (an ORM must be told \
              to ignore it). When it is everywhere and cannot be rolled back any more, drop the \
              column. A comment `-- lockgate:retired column shop.orders.total` in a migration of \
              that release lets the drop pass by itself, once git proves that it was released; \
              else allow this finding with that reason.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Indexes and table constraints involving the column are dropped with it; \
                   CASCADE drops what depends on it outside the table, such as views.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Mysql,
            says: "A dropped column is also removed from every index that it is part of; an index \
                   that has no other column is dropped.",
            source: "https://dev.mysql.com/doc/refman/8.4/en/alter-table.html",
        },
        Fact {
            engine: Engine::Mariadb,
            says: "DROP COLUMN drops the column and all its data.",
            source: "https://mariadb.com/kb/en/alter-table/",
        },
    ],
    same_as: &[
        ("squawk", "ban-drop-column"),
        ("atlas", "DS103"),
        ("pg-migration-lint", "PGM009"),
        ("pgfence", "drop-column"),
        ("postgres-language-server", "banDropColumn"),
        ("diesel-guard", "DropColumnCheck"),
        ("migrationpilot", "MP017"),
        ("strong_migrations", "remove_column"),
    ],
    breaks: &[Breaks::Data, Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t DROP COLUMN a;", "DROP COLUMN a"),
        bad("postgres", OLD, "ALTER TABLE ONLY public.\"t\" DROP a CASCADE;", "DROP a CASCADE"),
        bad("postgres", OLD, "ALTER TABLE t DROP COLUMN IF EXISTS A;", "DROP COLUMN IF EXISTS A"),
        bad("postgres", "", "ALTER TABLE IF EXISTS old DROP COLUMN a;", "DROP COLUMN a").incomplete(),
        bad("postgres", OLD, "ALTER TABLE t RENAME COLUMN a TO b; ALTER TABLE t DROP COLUMN b;", "DROP COLUMN b"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t DROP a; END IF; END $$;", "DROP a"),
        bad("postgres", OLD, "DO $$ BEGIN EXECUTE 'ALTER TABLE t DROP COLUMN a'; END $$;", "DROP COLUMN a"),
        bad(
            "postgres",
            OLD,
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER TABLE t DROP COLUMN a'; SELECT f();",
            "SELECT f()",
        ),
        bad("postgres", "", "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, a int); ALTER TABLE t DROP a;", "DROP a")
            .incomplete()
            .at_level(Level::Warning),
        good("postgres", OLD, "ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a text;"),
        bad("sqlite", OLD, "ALTER TABLE main.[T] DROP COLUMN `A`;", "DROP COLUMN `A`"),
        bad("sqlite", OLD, "ALTER TABLE t RENAME TO u; ALTER TABLE u DROP a;", "DROP a"),
        bad("mysql", OLD, "ALTER TABLE `t` ADD b int, DROP `A`, ALGORITHM=INPLACE;", "DROP `A`"),
        bad("mysql", OLD, "ALTER TABLE t CHANGE a b bigint; ALTER TABLE t DROP COLUMN b;", "DROP COLUMN b"),
        bad("mysql", OLD, "CREATE PROCEDURE p() BEGIN IF @x THEN ALTER TABLE t DROP a; END IF; END; CALL p();", "CALL p()"),
        bad("mariadb", OLD, "RENAME TABLE t TO u; ALTER TABLE u DROP COLUMN IF EXISTS a;", "DROP COLUMN IF EXISTS a"),
        good("mysql", OLD, "ALTER TABLE t DROP INDEX a, DROP KEY b; ALTER TABLE t ADD b int; ALTER TABLE t DROP b;").incomplete(),
        good("mysql", OLD, "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN DELETE FROM u; END; ALTER TABLE t MODIFY a bigint;"),
        good("mariadb", OLD, "ALTER TABLE t DROP COLUMN IF EXISTS b; CREATE TABLE n LIKE t; ALTER TABLE n DROP a;"),
        good("sqlite", OLD, "ALTER TABLE t ADD b TEXT; ALTER TABLE t DROP b; ALTER TABLE t RENAME COLUMN a TO c;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN b int; ALTER TABLE t DROP COLUMN b;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, b int); ALTER TABLE n DROP COLUMN b;"),
        good("postgres", OLD, "ALTER TABLE t DROP COLUMN IF EXISTS never_was;"),
        good("postgres", OLD, "ALTER TABLE t ALTER COLUMN a DROP NOT NULL;"),
        good("postgres", OLD, "CREATE TEMP TABLE x AS SELECT * FROM t; ALTER TABLE x DROP COLUMN a;"),
        good("postgres", OLD, "BEGIN; ALTER TABLE t ADD COLUMN b int, ALTER b SET DEFAULT 1; COMMIT;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    let mut reported = None;
    for difference in step.differences {
        let DifferenceKind::ColumnDropped { column } = &difference.kind else { continue };
        let table = &difference.object.name;
        // A parent's column takes those of its children with it: one finding for one change.
        let repeated = reported == Some(difference.change);
        // That a new column takes its name is another matter: it is found as that.
        let replaced = step.added_again(table, column).is_some();
        // What goes because of CASCADE elsewhere is told where that stands.
        let change = step.statement.changes.get(difference.change).map(|it| &it.change.value);
        let elsewhere = matches!(change, Some(Change::Drop { .. }));
        if repeated || replaced || elsewhere || step.is_column_born(table, column) {
            continue;
        }
        reported = Some(difference.change);
        let maybe = step.maybe(difference.change);
        let with = with_it(step, difference, column);
        sink.report(step, difference.span, Subject::Column(table.clone(), column.clone()))
            .level(step.level_by_standing(table))
            .message(format!("{maybe}dropping `{table}.{column}` deletes its values{with}"))
            .old_release(", and the release that is running fails with every statement that names it")
            .help(format!(
                "ship a release that no longer uses the column, with `-- lockgate:retired column \
                 {table}.{column}` in a migration; when it is everywhere, drop the column (or \
                 allow this with `-- lockgate:allow drop-column reason=\"unused since ...\"`)"
            ))
            .push();
    }
}

/// What goes with a column: without a word the constraints and unique indexes that it shares with
/// others, and with CASCADE views and the foreign keys of other tables.
fn with_it(step: &Step<'_>, dropped: &Difference, column: &str) -> String {
    let change = step.statement.changes.get(dropped.change).map(|it| &it.change.value);
    let cascade = matches!(
        change,
        Some(Change::AlterTable { action: TableAction::DropColumn { cascade: true, .. }, .. })
    );
    let more = if cascade { taking(&lost_along(step, dropped)) } else { String::new() };
    match shared(step, &dropped.object.name, column).as_slice() {
        [] => more,
        shared => format!("; {} of it and other columns go with it{more}", listed(shared)),
    }
}

/// The constraints and unique indexes that a column has together with others.
fn shared(step: &Step<'_>, table: &Name, column: &str) -> Vec<String> {
    if step.dialect.engine != Engine::Postgres {
        return Vec::new();
    }
    let gone = |name: &str| step.end().constraint(table, name).is_absent();
    let constraints = step.before.seen_table(table).into_iter().flat_map(|(_, it)| &it.constraints);
    let constraints = constraints.filter_map(|it| {
        let columns: Vec<&String> = it.columns().collect();
        let shared = columns.len() > 1 && columns.iter().any(|it| *it == column);
        it.name.clone().filter(|name| shared && gone(name))
    });
    let indexes = step.before.indexes_of(table).filter(|(name, index)| {
        let on = index.keys.iter().any(|key| key.expr.columns.contains(column));
        let free = index.unique && index.constraint.is_none() && index.keys.len() > 1;
        on && free && !step.end().relations.contains_key(*name)
    });
    constraints.chain(indexes.map(|(name, _)| name.name.clone())).collect()
}
