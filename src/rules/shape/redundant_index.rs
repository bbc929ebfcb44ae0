//! Indexes that another index of the table makes needless.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::{DifferenceKind, Step};
use crate::rules::lock::SQL;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::Catalog;
use crate::schema::change::IndexKey;
use crate::schema::name::Name;
use crate::schema::table::Index;
use crate::source::Span;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, c text); CREATE INDEX old ON t (a, b);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "redundant-index",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "index that does no more than another index of its table",
    why: "Every INSERT, and most UPDATEs, write each index of a table, and each takes space and \
          memory. Of two indexes on the same columns one does nothing for it: a unique constraint \
          and a primary key have an index already. An index on the first columns of a longer one \
          finds nothing that the longer one would not find; it is smaller, so it may be meant: \
          that is a note.",
    instead: "Leave it out, or drop the other one: concurrently, where the table is in use.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "PostgreSQL automatically creates a unique index when a unique constraint or \
                   primary key is defined; there is no need to manually create indexes on unique \
                   columns, doing so would just duplicate the automatically-created index.",
            source: "https://www.postgresql.org/docs/current/indexes-unique.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "A multicolumn B-tree index is most efficient when there are constraints on its \
                   leading columns.",
            source: "https://www.postgresql.org/docs/current/indexes-multicolumn.html",
        },
    ],
    same_as: &[
        ("pg-migration-lint", "PGM508"),
        ("splinter", "duplicate_index"),
        ("migrationpilot", "MP100"),
        ("skeema", "dupe-index"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE u (id bigint PRIMARY KEY, a int UNIQUE); CREATE INDEX ON u (a);", "CREATE INDEX ON u"),
        bad("postgres", "", "CREATE TABLE u (id bigint PRIMARY KEY, UNIQUE (id));CREATE UNIQUE INDEX i ON public.U USING btree (\"id\" ASC NULLS LAST);", "CREATE UNIQUE INDEX i ON public.U USING btree"),
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a, b);", "CREATE INDEX CONCURRENTLY i ON t"),
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a, b) INCLUDE (c);", "CREATE INDEX CONCURRENTLY i ON t").at_level(Level::Note),
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a);", "CREATE INDEX CONCURRENTLY i ON t").at_level(Level::Note),
        bad("postgres", OLD, "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a, b);", "CREATE UNIQUE INDEX CONCURRENTLY i ON t"),
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a, b, c);", "CREATE INDEX CONCURRENTLY i ON t").at_level(Level::Note),
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (c, c);", "CREATE INDEX CONCURRENTLY i ON t").at_level(Level::Note),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, c text); CREATE INDEX i ON t (lower(c)) WHERE id > 0;", "CREATE INDEX CONCURRENTLY j ON t ((LOWER(c))) WHERE id > 0;", "CREATE INDEX CONCURRENTLY j ON t"),
        good("postgres", "", "CREATE TABLE u (id bigint PRIMARY KEY, a int UNIQUE, b int, UNIQUE (a, b));"),
        good("postgres", "", "CREATE TABLE u (a int UNIQUE, b int, PRIMARY KEY (a, b));"),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (b, a); CREATE INDEX CONCURRENTLY j ON t (a, b DESC); CREATE INDEX CONCURRENTLY k ON t (b text_ops);"),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t USING hash (a); CREATE INDEX CONCURRENTLY j ON t USING brin (a, b);"),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a) WHERE b > 0; CREATE UNIQUE INDEX CONCURRENTLY j ON t (a);"),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a, b) INCLUDE (c); DROP INDEX CONCURRENTLY old;"),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (c); CREATE INDEX CONCURRENTLY j ON t (c text_pattern_ops);"),
        good("postgres", "", "CREATE TABLE u (a int PRIMARY KEY DEFERRABLE); CREATE UNIQUE INDEX ON u (a);"),
        good("postgres", "", "CREATE TABLE u (a int UNIQUE); CREATE UNIQUE INDEX ON u (a) NULLS NOT DISTINCT;"),
        good("postgres", "", "CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE INDEX i ON ONLY p (a); CREATE INDEX j ON p1 (a); ALTER INDEX i ATTACH PARTITION j;"),
        good("postgres", "CREATE TABLE t (a int); CREATE INDEX i ON t (a);", "CREATE INDEX IF NOT EXISTS i ON t (a); DROP INDEX i; CREATE INDEX i ON t (a);"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'CREATE INDEX i ON t (a, b)';"),
        good("mysql", "CREATE TABLE t (a int, b int, KEY (a, b));", "CREATE INDEX i ON t (a);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for (table, name, span) in created(step) {
        let last = step.history_end();
        let all: Vec<(&Name, &Index)> = last.indexes_of(&table).collect();
        let Some((_, new)) = all.iter().find(|(it, _)| *it == &name) else { continue };
        if new.parent.is_some() {
            continue;
        }
        let others = all.iter().filter(|(other, index)| {
            **other != name
                && step.after.relations.contains_key(*other)
                // Of two that one statement makes, the constraint was not written for its index.
                && (step.before.relations.contains_key(*other) || index.constraint.is_some())
        });
        if let Some(found) = others
            .filter_map(|(other, index)| compared(last, &table, (&name, new), (other, index)))
            .max_by_key(|found| found.level)
        {
            report(step, span, &found, sink);
        } else if let Some(column) = twice(new) {
            sink.report(step, span, Subject::Index(name.clone()))
                .level(Level::Note)
                .message(format!("index `{name}` has `{column}` twice"))
                .help("leave the second one out")
                .push();
        }
    }
}

/// The indexes that a statement makes, each with its table and place; but for those of a new table's
/// own keys.
fn created(step: &Step<'_>) -> Vec<(Name, Name, Span)> {
    let indexes = step.differences.iter().filter_map(|difference| match &difference.kind {
        DifferenceKind::IndexCreated { index } => {
            Some((difference.object.name.clone(), index.clone(), difference.span))
        }
        DifferenceKind::ConstraintAdded { name } => {
            let table = &difference.object.name;
            Some((table.clone(), step.after.index_name(table, name), difference.span))
        }
        _ => None,
    });
    indexes.collect()
}

/// Of two indexes the one that is not needed.
struct Redundant<'a> {
    level: Level,
    which: &'a Name,
    by: &'a Name,
    /// The other one is a constraint's, of this name.
    key: Option<&'a str>,
    /// Its columns are no more than the other's first ones.
    prefix: bool,
}

fn compared<'a>(
    catalog: &Catalog,
    table: &Name,
    (name, new): (&'a Name, &'a Index),
    (other_name, other): (&'a Name, &'a Index),
) -> Option<Redundant<'a>> {
    let found = |which, by, key: &'a Index, prefix| Redundant {
        level: if prefix { Level::Note } else { Level::Warning },
        which,
        by,
        key: key.constraint.as_deref(),
        prefix,
    };
    let deferrable = |index: &Index| {
        let constraint = index.constraint.as_deref().and_then(|it| {
            catalog.seen_table(table).and_then(|(_, table)| table.constraint(it))
        });
        constraint.is_some_and(|it| it.deferrable)
    };
    if let Some(prefix) = covers(other, new, deferrable(other)) {
        return Some(found(name, other_name, other, prefix));
    }
    let prefix = covers(new, other, deferrable(new))?;
    Some(found(other_name, name, new, prefix))
}

/// Whether `small` does no more than `large`: `Some(true)` where it is shorter.
fn covers(large: &Index, small: &Index, deferrable: bool) -> Option<bool> {
    let method = |index: &Index| index.method.clone().unwrap_or_else(|| "btree".to_owned());
    let predicate = |index: &Index| index.predicate.as_ref().map(|it| {
        crate::schema::expr::unwrapped(&it.text).to_owned()
    });
    let same = method(large) == method(small)
        && predicate(large) == predicate(small)
        && large.valid
        && !large.keys.is_empty()
        && !small.keys.is_empty();
    // A key is wanted for what it forbids, and so is a unique index.
    let forbids = small.unique || small.constraint.is_some();
    let alike = large.keys.len() == small.keys.len();
    let forbids_too = large.unique
        && small.constraint.is_none()
        && alike
        && (large.nulls_not_distinct == small.nulls_not_distinct)
        && !deferrable;
    let begins = large.keys.len() >= small.keys.len()
        && large.keys.iter().zip(&small.keys).all(|(one, other)| is_same(one, other));
    let holds = |column: &String| {
        large.include.contains(column)
            || large.keys.iter().any(|it| it.column.as_ref() == Some(column))
    };
    let includes = small.include.iter().all(holds);
    let prefixed = alike || method(large) == "btree";
    let redundant = same && begins && includes && prefixed && (!forbids || forbids_too);
    redundant.then_some(!alike || large.include.len() > small.include.len())
}

fn is_same(one: &IndexKey, other: &IndexKey) -> bool {
    let text = |key: &IndexKey| crate::schema::expr::unwrapped(&key.expr.text).to_owned();
    let named = one.column.is_some() || other.column.is_some();
    let same = if named { one.column == other.column } else { text(one) == text(other) };
    same && order(&one.options) == order(&other.options)
}

/// The options of a key without those that hold anyway.
fn order(options: &str) -> String {
    let options = options.to_ascii_lowercase();
    let options = options.trim();
    let ascending = options.strip_suffix("nulls last").map(str::trim);
    let options = match ascending {
        Some(rest) if !rest.ends_with("desc") => rest,
        _ => options,
    };
    let options = options.strip_suffix("asc").unwrap_or(options).trim();
    match options.strip_suffix("nulls first").map(str::trim) {
        Some(rest) if rest.ends_with("desc") => rest.to_owned(),
        _ => options.to_owned(),
    }
}

/// A column that an index has as a key twice.
fn twice(index: &Index) -> Option<&String> {
    let columns: Vec<&String> = index.keys.iter().filter_map(|key| key.column.as_ref()).collect();
    let mut repeated = columns.iter().enumerate().filter(|(at, it)| {
        columns.iter().take(*at).any(|earlier| earlier == *it)
    });
    let plain = index.method.as_deref().is_none_or(|method| method == "btree");
    repeated.next().map(|(_, it)| *it).filter(|_| plain)
}

fn report(step: &Step<'_>, span: Span, found: &Redundant<'_>, sink: &mut Sink) {
    let by = match found.key {
        Some(key) => format!("the index of the constraint `{key}`"),
        None => format!("index `{}`", found.by),
    };
    let why = match found.prefix {
        true => "has no more than the first columns of",
        false => "is on the same columns as",
    };
    let born = !step.before.relations.contains_key(found.which);
    let help = match born {
        true => "leave it out, unless it is wanted for its size".to_owned(),
        false => format!("drop it later: `DROP INDEX CONCURRENTLY {}`", SQL.name(found.which)),
    };
    let help = if found.prefix || !born { help } else { "leave it out".to_owned() };
    sink.report(step, span, Subject::Index(found.which.clone()))
        .level(found.level)
        .message(format!(
            "index `{}` {why} {by}, and does nothing more: every write keeps both",
            found.which
        ))
        .help(help)
        .push();
}
