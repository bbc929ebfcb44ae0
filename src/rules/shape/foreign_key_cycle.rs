//! Foreign keys that close a circle of tables.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::{Step, foreign_keys};
use crate::rules::lock::list;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::Catalog;
use crate::schema::name::Name;
use std::collections::BTreeSet;

const PARENT: &str = "CREATE TABLE a (id bigint PRIMARY KEY, c_id bigint UNIQUE); CREATE TABLE b (id bigint PRIMARY KEY REFERENCES a); CREATE TABLE c (id bigint PRIMARY KEY REFERENCES b);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "foreign-key-cycle",
    category: Category::Shape,
    level: Level::Note,
    since: "0.1",
    summary: "new foreign key that closes a circle of tables",
    why: "Where tables refer to one another in a circle, no order of them is right to load, to \
          empty or to drop: a restore of rows alone fails, and a DELETE has to take one link away \
          first. A table that refers to itself is no circle of this kind.",
    instead: "Move one of the links into a table of its own, or make its foreign key DEFERRABLE.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "pg_dump warns of circular foreign-key constraints: a dump of the data alone may not \
               be restorable without --disable-triggers.",
        source: "measured: pg_dump 15",
    }],
    same_as: &[("schemacrawler", "LinterTableCycles")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", PARENT, "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (c_id) REFERENCES c NOT VALID;", "ADD CONSTRAINT f FOREIGN KEY (c_id) REFERENCES c NOT VALID"),
        bad("postgres", PARENT, "ALTER TABLE a ADD COLUMN b_id bigint UNIQUE REFERENCES b;", "REFERENCES b"),
        good("postgres", PARENT, "ALTER TABLE a ADD COLUMN up bigint UNIQUE REFERENCES a; CREATE TABLE d (id bigint PRIMARY KEY REFERENCES a, c_id bigint UNIQUE REFERENCES c);"),
        good("postgres", PARENT, "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (c_id) REFERENCES c DEFERRABLE INITIALLY DEFERRED;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for (new, key) in step.new_foreign_keys() {
        if new.constraint.deferrable || key.references == *new.table {
            continue;
        }
        if let Some(circle) = way(step.after, &key.references, new.table) {
            let subject = Subject::Object("constraint", format!("{}.{}", new.table, new.name));
            sink.report(step, new.span, subject)
                .message(format!(
                    "{} refer to one another in a circle: no order of them is right to load or to \
                     drop",
                    list(circle.iter())
                ))
                .help("make this foreign key DEFERRABLE, or move the link into a table of its own")
                .push();
        }
    }
}

/// The tables on a shortest way along foreign keys from one to another, both ends included.
fn way(catalog: &Catalog, from: &Name, to: &Name) -> Option<Vec<Name>> {
    let mut reached: Vec<(&Name, usize)> = vec![(from, 0)];
    let mut seen: BTreeSet<&Name> = [from].into();
    let mut next = 0;
    while let Some((table, _)) = reached.get(next).copied() {
        if table == to {
            let mut tables = vec![table.clone()];
            let mut at = next;
            while at > 0 {
                at = reached.get(at)?.1;
                tables.push(reached.get(at)?.0.clone());
            }
            tables.reverse();
            return Some(tables);
        }
        let found = catalog.seen_table(table).map(|(_, it)| it);
        for key in found.into_iter().flat_map(foreign_keys) {
            let other = &key.references;
            if seen.insert(other) {
                reached.push((other, next));
            }
        }
        next += 1;
    }
    None
}
