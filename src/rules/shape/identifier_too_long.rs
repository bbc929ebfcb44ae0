//! New names that PostgreSQL cuts.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::migration::Context;
use crate::replay::{Difference, DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::source::Span;
use crate::sql::words::cut_names;
use std::collections::BTreeSet;

/// What is left of a name that was cut is at least so long: it is cut between characters.
const KEPT_MIN: usize = 60;

/// The rule.
pub static RULE: Rule = Rule {
    id: "identifier-too-long",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "new name of more than 63 bytes, which PostgreSQL cuts",
    why: "What is longer than 63 bytes is cut, with a notice that a migration's log may not \
          show. The object then has a name that nobody wrote: tools that look for the one that \
          was written, or compare schemas, do not find it. Two long names that begin alike \
          become one, and the second statement fails, or does nothing with IF NOT EXISTS.",
    instead: "Use a name of at most 63 bytes.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "The system uses no more than NAMEDATALEN-1 bytes of an identifier; longer names \
               can be written in commands, but they will be truncated. The limit is 63 bytes.",
        source: "https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS",
    }],
    same_as: &[("squawk", "identifier-too-long")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE the_orders_of_customers_that_were_imported_from_the_old_system_in_may (id bigint PRIMARY KEY);", "CREATE TABLE the_orders_of_customers_that_were_imported_from_the_old_system_in_may"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, a int);", "CREATE INDEX CONCURRENTLY \"Index_on_t_for_the_monthly_report_of_orders_by_customer_and_region\" ON t (a);", "CREATE INDEX CONCURRENTLY \"Index_on_t_for_the_monthly_report_of_orders_by_customer_and_region\" ON t"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, a int);", "ALTER TABLE t ADD CONSTRAINT the_amount_of_an_order_is_at_least_zero_and_below_a_million_euros CHECK (a > 0) NOT VALID;", "ADD CONSTRAINT the_amount_of_an_order_is_at_least_zero_and_below_a_million_euros CHECK (a > 0) NOT VALID"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE INDEX index_on_t_for_the_monthly_report_of_orders_by_customer_and_region ON t (id, a);", "CREATE INDEX CONCURRENTLY index_on_t_for_the_monthly_report_of_orders_by_customer_and_regime ON t (a, id);", "CREATE INDEX CONCURRENTLY index_on_t_for_the_monthly_report_of_orders_by_customer_and_regime ON t")
            .at_level(Level::Error),
        good("postgres", "", "CREATE TABLE the_orders_of_customers_that_were_imported_from_the_old_system (id bigint PRIMARY KEY);"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "DROP INDEX IF EXISTS index_on_t_for_the_monthly_report_of_orders_by_customer_and_region_and_day;"),
        good("postgres", "", "COMMENT ON SCHEMA public IS 'the_orders_of_customers_that_were_imported_from_the_old_system_in_may';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    let differences = step.differences.iter();
    let named: Vec<(&Difference, String, Span)> = differences
        .flat_map(|it| named(step, it).into_iter().map(move |(name, span)| (it, name, span)))
        .filter(|(_, name, _)| name.len() >= KEPT_MIN)
        .collect();
    if named.is_empty() {
        return;
    }
    let runs = step.statement.changes.iter().any(|it| it.context != Context::Top);
    let cut = cut_names(&step.statement.text, step.dialect.engine, runs);
    let mut told: BTreeSet<String> = BTreeSet::new();
    for (difference, name, span) in named {
        let Some(whole) = cut.get(&name).and_then(BTreeSet::first) else { continue };
        if !told.insert(name.clone()) {
            continue;
        }
        let taken = is_taken(step, difference);
        let then = match taken {
            true => ", and something of that name is there: the statement fails",
            false => "",
        };
        sink.report(step, span, Subject::Object("name", name.clone()))
            .level(if taken { Level::Error } else { RULE.level })
            .message(format!(
                "`{whole}` is longer than 63 bytes: PostgreSQL makes it `{name}`{then}"
            ))
            .help("use a shorter name")
            .push();
    }
}

/// Whether a relation of the name was there before the statement, so that it fails.
fn is_taken(step: &Step<'_>, difference: &Difference) -> bool {
    let name = match &difference.kind {
        DifferenceKind::TableCreated => &difference.object.name,
        DifferenceKind::IndexCreated { index } => index,
        _ => return false,
    };
    step.before.relation(name).known().is_some()
}

/// The names that a difference brings, each with its place.
fn named(step: &Step<'_>, difference: &Difference) -> Vec<(String, Span)> {
    let (object, span) = (&difference.object, difference.span);
    let one = |name: &str| vec![(name.to_owned(), span)];
    match &difference.kind {
        DifferenceKind::TableCreated => {
            let located = step.statement.changes.get(difference.change);
            let mut names = one(&object.name.name);
            if let Some(Change::CreateTable(table)) = located.map(|it| &it.change.value) {
                names.extend(table.columns.iter().map(|it| (it.value.name.clone(), it.span)));
                names.extend(
                    table.constraints.iter().filter_map(|it| Some((it.value.name.clone()?, it.span))),
                );
            }
            names
        }
        DifferenceKind::TableRenamed { to } | DifferenceKind::ObjectRenamed { to } => one(&to.name),
        DifferenceKind::ColumnAdded { column: name }
        | DifferenceKind::ColumnRenamed { to: name, .. }
        | DifferenceKind::ConstraintAdded { name } => one(name),
        DifferenceKind::IndexCreated { index } => one(&index.name),
        DifferenceKind::ObjectCreated => one(object.part.as_ref().unwrap_or(&object.name.name)),
        _ => Vec::new(),
    }
}
