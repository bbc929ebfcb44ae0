//! Constraints and unique indexes that are dropped, and with them what they promised.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::replay::{Difference, DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Catalog, Index};
use crate::schema::change::{Change, Constraint, ConstraintKind, IndexKey, Key, TableAction};
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE teams (id bigint PRIMARY KEY); \
    CREATE TABLE users (id bigint PRIMARY KEY, team bigint REFERENCES teams, email text, name text NOT NULL, age int, \
    CONSTRAINT email_once UNIQUE (email), CONSTRAINT adult CHECK (age > 17), \
    CONSTRAINT named CHECK (name IS NOT NULL)); CREATE UNIQUE INDEX name_once ON users (name, team);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-constraint",
    category: Category::Compatibility,
    level: Level::Note,
    since: "0.1",
    summary: "constraint or unique index dropped that the running release may rely on",
    why: "Without a unique constraint or index, INSERT ... ON CONFLICT on its columns fails at once, \
          and duplicates come in that the code takes for impossible. Without a CHECK or a foreign \
          key, nothing fails: rows come in that the running release does not expect. Neither can be put back before the new rows are mended.",
    instead: "To change it, add the new one first, under another name, and drop the old one then. \
              To be rid of it, ship a release that does not rely on it first.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "ON CONFLICT on columns that no unique or exclusion constraint matches is an error.",
        source: "measured: PostgreSQL 15, 42P10",
    }],
    same_as: &[
        ("squawk", "ban-drop-constraint"),
        ("squawk", "ban-drop-index"),
        ("atlas", "CD101"),
        ("pgfence", "drop-constraint"),
        ("diesel-guard", "DropPrimaryKeyCheck"),
        ("spirit", "check/primarykey"),
    ],
    breaks: &[Breaks::Readers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT email_once;", "DROP CONSTRAINT email_once"),
        bad("postgres", OLD, "drop index if exists Public.\"name_once\";", "Public.\"name_once\""),
        bad("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT adult;", "DROP CONSTRAINT adult"),
        bad("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT users_team_fkey;", "DROP CONSTRAINT users_team_fkey"),
        bad("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT users_pkey; ALTER TABLE users ADD PRIMARY KEY (id, email);", "DROP CONSTRAINT users_pkey"),
        bad("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT email_once; CREATE UNIQUE INDEX e ON users (lower(email));", "DROP CONSTRAINT email_once"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE users DROP CONSTRAINT email_once; END IF; END $$;", "DROP CONSTRAINT email_once"),
        good("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT named;"),
        good("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT email_once; ALTER TABLE users ADD CONSTRAINT mail_once UNIQUE (email);"),
        good("postgres", OLD, "CREATE UNIQUE INDEX CONCURRENTLY just_name ON users (name); DROP INDEX CONCURRENTLY name_once;"),
        good("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT adult, ADD CONSTRAINT adult CHECK (age > 20) NOT VALID;"),
        good("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT users_team_fkey; ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (team) REFERENCES teams ON DELETE CASCADE;"),
        good("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT adult; ALTER TABLE users DROP COLUMN age;"),
        good("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT users_pkey; ALTER TABLE users ADD CONSTRAINT pk PRIMARY KEY (id);"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, a int UNIQUE); ALTER TABLE n DROP CONSTRAINT n_a_key;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE INDEX i ON t (a);", "DROP INDEX CONCURRENTLY i;"),
        good("postgres", OLD, "COMMENT ON TABLE users IS 'x'; -- ALTER TABLE users DROP CONSTRAINT email_once;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for difference in step.differences {
        let table = &difference.object.name;
        if step.is_born(table) || step.end().relation(table).is_absent() {
            continue;
        }
        let change = step.statement.changes.get(difference.change);
        match (&difference.kind, change.map(|located| &located.change.value)) {
            (
                DifferenceKind::ConstraintDropped { name },
                Some(Change::AlterTable { action: TableAction::DropConstraint { name: named, .. }, .. }),
            ) if name == named => {
                // One that was added here guarded nothing yet.
                let old = step.start.constraint(table, name).seen();
                if let Some(old) = old.filter(|old| old.enforced) {
                    constraint(step, difference, name, old, sink);
                }
            }
            (DifferenceKind::IndexDropped { index }, Some(Change::Drop { .. })) => {
                let old = step.start.index(index).seen();
                if let Some(old) = old.filter(|it| it.unique && it.constraint.is_none()) {
                    unique_index(step, difference, index, old, sink);
                }
            }
            _ => {}
        }
    }
}

fn constraint(
    step: &Step<'_>,
    difference: &Difference,
    name: &str,
    old: &Constraint,
    sink: &mut Sink,
) {
    let table = &difference.object.name;
    let kind = old.kind.words();
    let what = match &old.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
            // That a table has no key at all is found as that.
            let primary = matches!(old.kind, ConstraintKind::PrimaryKey(_));
            let keyless = primary && step.end().primary_key(table).is_absent();
            let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
            if keyless || is_unique_at_end(step, table, &columns) {
                return;
            }
            uniqueness(step, difference, kind, name, &columns, sink);
            return;
        }
        ConstraintKind::Exclude { .. } if !has_other(step, table, old) => {
            "rows that exclude each other can come in from now on"
        }
        ConstraintKind::ForeignKey(_) if !has_other(step, table, old) => {
            "rows that refer to nothing can come in from now on, and ON DELETE does nothing any more"
        }
        ConstraintKind::Check(_) if !is_redundant(step.end(), table, old) && !has_other(step, table, old) => {
            "rows that it refused can come in from now on"
        }
        _ => return,
    };
    let maybe = step.maybe(difference.change);
    let subject = Subject::Object("constraint", format!("{table}.{name}"));
    sink.report(step, difference.span, subject)
        .message(format!("{maybe}without the {kind} `{name}` of `{table}`, {what}"))
        .old_release(", which the release that is running does not expect")
        .help("ship a release first that does not rely on it; to change it, add the new one first")
        .push();
}

fn unique_index(
    step: &Step<'_>,
    difference: &Difference,
    name: &Name,
    old: &Index,
    sink: &mut Sink,
) {
    let columns: Vec<&str> = old.keys.iter().map(text_of).collect();
    let table = &difference.object.name;
    // The columns may be gone too, or another index of the same may have its name.
    let same = step.end().indexes_of(table).any(|(_, it)| {
        it.unique && it.keys.len() <= old.keys.len()
            && it.keys.iter().all(|key| columns.contains(&text_of(key)))
    });
    if !same && !is_unique_at_end(step, table, &columns) {
        uniqueness(step, difference, "unique index", &name.name, &columns, sink);
    }
}

/// What an index is on: a column's name, or an expression.
fn text_of(key: &IndexKey) -> &str {
    key.column.as_deref().unwrap_or(&key.expr.text)
}

/// Nothing keeps some columns unique any more.
fn uniqueness(
    step: &Step<'_>,
    difference: &Difference,
    kind: &str,
    name: &str,
    columns: &[&str],
    sink: &mut Sink,
) {
    let table = &difference.object.name;
    let maybe = step.maybe(difference.change);
    let subject = Subject::Object("constraint", format!("{table}.{name}"));
    sink.report(step, difference.span, subject)
        .breaks([Breaks::Readers, Breaks::Writers, Breaks::Rollback])
        .message(format!(
            "{maybe}without the {kind} `{name}` of `{table}`, nothing keeps {} unique",
            listed(columns)
        ))
        .old_release(
            ": INSERT ... ON CONFLICT of the release that is running fails if it names these, and \
             duplicates come in that it does not expect",
        )
        .help("add what takes its place first, and drop it when no release relies on it")
        .push();
}

/// Whether columns are unique when the migration has run, by themselves or by fewer of them, or
/// one of them is gone: that is found as that.
fn is_unique_at_end(step: &Step<'_>, table: &Name, columns: &[&str]) -> bool {
    let end = step.end();
    let within = |key: &[String]| key.iter().all(|column| columns.contains(&column.as_str()));
    let by_key = end.seen_table(table).is_some_and(|(_, table)| {
        table.constraints.iter().any(|it| match &it.kind {
            ConstraintKind::PrimaryKey(Key { columns, .. })
            | ConstraintKind::Unique(Key { columns, .. }) => within(columns),
            _ => false,
        })
    });
    let by_index = end.indexes_of(table).any(|(_, index)| {
        let keys: Option<Vec<String>> = index.keys.iter().map(|key| key.column.clone()).collect();
        index.unique && index.predicate.is_none() && keys.is_some_and(|keys| within(&keys))
    });
    let gone = columns.iter().any(|column| {
        step.start.column(table, column).seen().is_some() && end.column(table, column).is_absent()
    });
    by_key || by_index || gone
}

/// Whether a CHECK that a column is not null says what the column says itself.
fn is_redundant(end: &Catalog, table: &Name, check: &Constraint) -> bool {
    let ConstraintKind::Check(expr) = &check.kind else { return false };
    let text = crate::schema::expr::unwrapped(&expr.text);
    let is_null_test = text.ends_with(" is not null") && expr.columns.len() == 1;
    is_null_test
        && expr.columns.iter().all(|column| {
            let found = end.seen_table(table).and_then(|(_, table)| table.column(column));
            found.is_some_and(|column| column.definition.not_null)
        })
}

/// Whether a constraint of the same kind on one of the same columns comes in this migration, or
/// one of the columns is gone.
fn has_other(step: &Step<'_>, table: &Name, old: &Constraint) -> bool {
    let columns: Vec<&String> = old.columns().collect();
    let gone = columns.iter().any(|column| {
        step.start.column(table, column).seen().is_some()
            && step.end().column(table, column).is_absent()
    });
    gone || step.of_migration().any(|difference| {
        let DifferenceKind::ConstraintAdded { name } = &difference.kind else { return false };
        let new = step.end().constraint(table, name).seen();
        difference.object.name == *table
            && new.is_some_and(|new| {
                let same = std::mem::discriminant(&new.kind) == std::mem::discriminant(&old.kind);
                same && new.columns().any(|column| columns.contains(&column))
            })
    })
}
