//! New `money` columns.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

/// The rule.
pub static RULE: Rule = Rule {
    id: "money-type",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "new column of type money",
    why: "money has no currency of its own: how many digits it keeps behind the point, and which sign it shows, follow lc_monetary, a setting of the server. A dump that is restored where the setting differs can fail or mean other amounts. Division by an integer drops what does not divide.",
    instead: "Use numeric, and a column for the currency; or bigint for the smallest unit.",
    facts: &[Fact { engine: Engine::Postgres, says: "The fractional precision is determined by the database lc_monetary setting; loading money data into a database that has a different setting of lc_monetary might not work.", source: "https://www.postgresql.org/docs/current/datatype-money.html" }],
    same_as: &[("pg-migration-lint", "PGM104")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, price MONEY);", "price MONEY"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD price pg_catalog.money;", "ADD price pg_catalog.money"),
        bad("postgres", "", "CREATE DOMAIN price AS money;", "CREATE DOMAIN price"),
        good("postgres", "", "CREATE TABLE money (id bigint PRIMARY KEY, money numeric(12, 2)); CREATE TEMP TABLE t (a money);"),
        good("postgres", "", "CREATE TYPE app.money AS (amount numeric, currency text); CREATE TABLE t (id bigint PRIMARY KEY, price app.money);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for written in step.written_types() {
        if !written.ty.is_or_holds("money") {
            continue;
        }
        sink.report(step, written.span, written.subject)
            .message(format!("{} is of type money: its digits and its sign follow lc_monetary, not the data", written.words))
            .help("use numeric, and a column for the currency")
            .push();
    }
}
