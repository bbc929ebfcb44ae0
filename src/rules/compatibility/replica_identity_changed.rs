//! Tables whose rows replication can no longer tell apart.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Catalog, Object};
use crate::schema::change::{Change, TableAction};
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL); CREATE UNIQUE INDEX i ON t (a); \
                   CREATE TABLE sent (id bigint PRIMARY KEY, a int NOT NULL); CREATE UNIQUE INDEX j ON sent (a); ALTER TABLE sent REPLICA IDENTITY USING INDEX j; \
                   CREATE PUBLICATION p FOR TABLE sent;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "replica-identity-changed",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "replica identity of an existing table changed or lost",
    why: "A published table needs a replica identity: its primary key, an index, or the whole row. \
          Without one the server refuses every UPDATE and DELETE of the table, and change data \
          capture that reads the log otherwise gets changes without the old key. With FULL each \
          UPDATE and DELETE writes the whole old row to the log, and a subscriber without a fitting \
          index reads its whole table for each.",
    instead: "Let it stand at DEFAULT, with a primary key. To move to another index, build it, then \
              name it, then drop the old one.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "cannot update table because it does not have a replica identity and publishes \
               updates: with REPLICA IDENTITY NOTHING, with DEFAULT and no primary key, and when the \
               index that it names is dropped.",
        source: "measured on PostgreSQL 15",
    }],
    same_as: &[("squawk", "ban-replica-identity")],
    breaks: &[Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t REPLICA IDENTITY NOTHING;", "REPLICA IDENTITY NOTHING"),
        bad("postgres", OLD, "alter table only public.\"sent\" replica identity nothing;", "replica identity nothing").at_level(Level::Error),
        bad("postgres", OLD, "DROP INDEX j;", "j").at_level(Level::Error),
        bad("postgres", "CREATE TABLE k (id int, no int NOT NULL CONSTRAINT \"No_once\" UNIQUE); ALTER TABLE k REPLICA IDENTITY USING INDEX \"No_once\"; CREATE PUBLICATION p FOR TABLE k;", "ALTER TABLE k DROP CONSTRAINT \"No_once\";", "DROP CONSTRAINT \"No_once\"").at_level(Level::Error),
        bad("postgres", OLD, "ALTER TABLE sent DROP COLUMN a;", "DROP COLUMN a").at_level(Level::Error),
        bad("postgres", "CREATE TABLE k (id int); CREATE PUBLICATION p FOR ALL TABLES; ALTER TABLE k REPLICA IDENTITY FULL;", "ALTER TABLE k REPLICA IDENTITY DEFAULT;", "REPLICA IDENTITY DEFAULT").at_level(Level::Error),
        bad("postgres", "", "ALTER TABLE old REPLICA IDENTITY NOTHING;", "REPLICA IDENTITY NOTHING").incomplete(),
        bad("postgres", OLD, "ALTER TABLE t REPLICA IDENTITY FULL;", "REPLICA IDENTITY FULL").at_level(Level::Note),
        bad("postgres", OLD, "ALTER TABLE t REPLICA IDENTITY USING INDEX i;", "REPLICA IDENTITY USING INDEX i").at_level(Level::Note),
        good("postgres", OLD, "ALTER TABLE t REPLICA IDENTITY DEFAULT; DROP INDEX i;"),
        good("postgres", OLD, "ALTER TABLE sent REPLICA IDENTITY DEFAULT; DROP INDEX j;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n REPLICA IDENTITY NOTHING;"),
        good("postgres", OLD, "ALTER TABLE t REPLICA IDENTITY NOTHING; ALTER TABLE t REPLICA IDENTITY DEFAULT;"),
        good("postgres", OLD, "DROP TABLE sent; COMMENT ON TABLE t IS 'REPLICA IDENTITY NOTHING';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let found = match &located.change.value {
            Change::AlterTable { target, action: TableAction::SetReplicaIdentity { identity } } => {
                let table = step.before.resolve(&target.name);
                set(step, &table, identity).map(|(level, what)| (table, level, what))
            }
            Change::Drop { object, .. } if object.kind == ObjectKind::Index => {
                lost(step, &step.before.resolve(&object.name))
            }
            // The index of a constraint has its name; that of a column goes with it.
            Change::AlterTable {
                target,
                action: TableAction::DropConstraint { .. } | TableAction::DropColumn { .. },
            } => {
                let table = step.before.resolve(&target.name);
                let named = step.before.seen_table(&table).and_then(|(_, it)| {
                    it.options.get("replica identity")?.strip_prefix("USING INDEX ")
                });
                let index = named.map(|name| Name { schema: table.schema.clone(), name: name.to_owned() });
                index.filter(|it| is_gone(step, it)).and_then(|it| lost(step, &it))
            }
            _ => None,
        };
        let Some((table, level, what)) = found.filter(|(table, _, _)| !step.is_born(table)) else { continue };
        let maybe = step.maybe(index);
        let draft = sink
            .report(step, located.change.span, Subject::Table(table))
            .level(level)
            .message(format!("{maybe}{what}"))
            .help("give it a primary key and leave the identity at DEFAULT");
        if level == Level::Note { draft.breaks([]).push() } else { draft.push() }
    }
}

fn set(step: &Step<'_>, table: &Name, identity: &str) -> Option<(Level, String)> {
    let end = step.end().seen_table(table)?.1;
    let now = end.options.get("replica identity").map_or("DEFAULT", String::as_str);
    match identity {
        // A later statement of the migration sets another one.
        other if other != now => None,
        "NOTHING" => Some(refused(step, table, "it has no replica identity any more")),
        "DEFAULT" if step.end().primary_key(table).is_absent() => {
            Some(refused(step, table, "it has no primary key, which DEFAULT stands for"))
        }
        "FULL" => {
            let what = format!("each UPDATE and DELETE of `{table}` writes the whole old row to the log");
            Some((Level::Note, what))
        }
        "DEFAULT" => None,
        _ => Some((Level::Note, format!("changes of `{table}` are told apart by another key from now on"))),
    }
}

/// Whether the statement takes an index that was there.
fn is_gone(step: &Step<'_>, index: &Name) -> bool {
    step.before.relations.contains_key(index) && !step.after.relations.contains_key(index)
}

/// The table whose identity goes with an index.
fn lost(step: &Step<'_>, index: &Name) -> Option<(Name, Level, String)> {
    let uses = format!("USING INDEX {}", index.name);
    let (table, _) = step.before.tables().find(|(name, table)| {
        name.schema == index.schema && table.options.get("replica identity") == Some(&uses)
    })?;
    let (_, end) = step.end().seen_table(table)?;
    if end.options.contains_key("replica identity") {
        return None;
    }
    let (level, what) = refused(step, table, "its replica identity is dropped");
    Some((table.clone(), level, what))
}

/// The level and message where rows can no longer be told apart, and why.
fn refused(step: &Step<'_>, table: &Name, why: &str) -> (Level, String) {
    match is_published(step.before, table) {
        true => (
            Level::Error,
            format!("`{table}` is published and {why}: the server refuses every UPDATE and DELETE of it"),
        ),
        false => (
            Level::Warning,
            format!("{why}: where a publication names `{table}`, the server refuses every UPDATE and DELETE of it"),
        ),
    }
}

/// Whether a publication that was seen names a table, or all tables.
fn is_published(catalog: &Catalog, table: &Name) -> bool {
    let publications = catalog.objects.iter().filter(|(key, _)| key.kind == ObjectKind::Publication);
    let names = |object: &Object| {
        let texts = std::iter::once(&object.definition).chain(&object.alterations);
        texts.into_iter().any(|text| {
            let words = text.split([' ', ',', '.', '"']);
            text.contains("for all tables") || words.into_iter().any(|word| word == table.name)
        })
    };
    publications.into_iter().any(|(_, object)| names(object))
}
