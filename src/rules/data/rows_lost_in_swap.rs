//! Rows that are written to a table between the copy of it and the change of names.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::migration::LocatedChange;
use crate::replay::{DifferenceKind, Step, Unit};
use crate::rules::lock::SQL;
use crate::rules::unit::{Locks, walk};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Catalog, Table};
use crate::schema::change::{Change, DataVerb};
use crate::schema::name::{Name, ObjectKind};
use crate::schema::table::Birth;

const OLD: &str = "CREATE TABLE orders (id bigint PRIMARY KEY, total int); \
    CREATE FUNCTION both() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";

/// The rule.
pub static RULE: Rule = Rule {
    id: "rows-lost-in-swap",
    category: Category::Data,
    level: Level::Error,
    since: "0.1",
    summary: "table replaced by a copy of it while others may still write the old one",
    why: "The copy holds the rows that its statement saw. Who inserts, updates or deletes a row after \
          that, and before the names change, does so in the old table: the write succeeds, and is not \
          in the table that has the name from then on. A transaction around all of it does not help: \
          reading locks out no writer.",
    instead: "Lock the old table against writers before the copy, in the transaction that changes the \
              names: LOCK TABLE ... IN SHARE ROW EXCLUSIVE MODE. Where that takes too long, let a \
              trigger write both tables before the copy begins, and change the names when they agree.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Within BEGIN, INSERT INTO new SELECT ... FROM old, RENAME of both, COMMIT, an INSERT of \
               another session into old that commits between the copy and the renames ends in the old \
               table; with LOCK TABLE old IN SHARE ROW EXCLUSIVE MODE before the copy it waits.",
        source: "measured: PostgreSQL 15",
    }],
    same_as: &[],
    breaks: &[Breaks::Data],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "CREATE TABLE orders_new (LIKE orders INCLUDING ALL); INSERT INTO orders_new SELECT * FROM orders; ALTER TABLE orders RENAME TO orders_old; ALTER TABLE orders_new RENAME TO orders;", "INSERT INTO orders_new SELECT * FROM orders").runner("flyway"),
        bad("postgres", OLD, "BEGIN; create table public.\"n\" as select * from Orders; DROP TABLE orders; ALTER TABLE n RENAME TO orders; COMMIT;", "create table public.\"n\""),
        bad("postgres", OLD, "CREATE TABLE n (id bigint PRIMARY KEY, total bigint); BEGIN; LOCK TABLE orders IN SHARE MODE; INSERT INTO n SELECT id, total FROM orders; COMMIT; BEGIN; ALTER TABLE orders RENAME TO o; ALTER TABLE n RENAME TO orders; COMMIT;", "INSERT INTO n SELECT id, total FROM orders"),
        bad("postgres", "", "CREATE TABLE n (LIKE orders); INSERT INTO n SELECT * FROM orders; DROP TABLE orders; ALTER TABLE n RENAME TO orders;", "INSERT INTO n SELECT * FROM orders").incomplete(),
        good("postgres", OLD, "LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE; CREATE TABLE n (LIKE orders INCLUDING ALL); INSERT INTO n SELECT * FROM orders; ALTER TABLE orders RENAME TO o; ALTER TABLE n RENAME TO orders;").runner("flyway"),
        // The old table lost its name before the copy: nobody writes it by that name.
        good("postgres", OLD, "ALTER TABLE orders RENAME TO o; CREATE TABLE orders (id bigint PRIMARY KEY, total bigint); INSERT INTO orders SELECT * FROM o; DROP TABLE o;").runner("flyway"),
        good("postgres", OLD, "CREATE TABLE n (LIKE orders INCLUDING ALL); CREATE TRIGGER w AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION both(); INSERT INTO n SELECT * FROM orders; ALTER TABLE orders RENAME TO o; ALTER TABLE n RENAME TO orders;"),
        good("postgres", OLD, "CREATE TABLE n (LIKE orders INCLUDING ALL); INSERT INTO n SELECT * FROM orders; ALTER TABLE orders RENAME TO o; ALTER TABLE n RENAME TO orders; INSERT INTO orders SELECT * FROM o ON CONFLICT DO NOTHING;"),
        good("postgres", OLD, "CREATE TABLE orders_copy (LIKE orders INCLUDING ALL); INSERT INTO orders_copy SELECT * FROM orders;"),
        good("postgres", "", "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (LIKE a INCLUDING ALL); INSERT INTO b SELECT * FROM a; DROP TABLE a; ALTER TABLE b RENAME TO a;"),
    ],
    check: Check::Unit(check),
};

fn check(unit: &Unit<'_>, sink: &mut Sink) {
    walk(unit, |action, locks| {
        let step = action.step;
        if step.dialect.engine != Engine::Postgres {
            return;
        }
        for (index, located) in action.changes() {
            let Some((from, into)) = copied(&located.change.value) else { continue };
            let old = step.before.resolve(from);
            // Under its own name, that others write it by.
            let Some(table) = in_use(step, &old) else { continue };
            if !takes_the_place(step, into, &old)
                || step.rebuilt(&old).is_none()
                || is_locked(unit, locks, &old)
                || is_caught_up(step, &old, table)
            {
                continue;
            }
            report(step, index, located, &old, sink);
        }
    });
}

fn report(step: &Step<'_>, index: usize, located: &LocatedChange, old: &Name, sink: &mut Sink) {
    let (maybe, name) = (step.maybe(index), SQL.name(old));
    let size = step.size(old);
    let level = match size.is_quiet() {
        true => Level::Note,
        false => Level::Error.min(step.level_by_standing(old)),
    };
    sink.report(step, located.change.span, Subject::Table(old.clone()))
        .level(level)
        .message(format!(
            "{maybe}a copy takes the place of `{old}`, and others may write `{old}` meanwhile: what they \
             write between this statement and the change of names is not in the copy{}",
            step.standing(old)
        ))
        .help(format!(
            "before it, in the transaction that changes the names, `LOCK TABLE {name} IN SHARE ROW \
             EXCLUSIVE MODE`; or a trigger that writes both tables, created before the copy"
        ))
        .push();
}

/// The table whose rows a change copies, and the one that gets them.
fn copied(change: &Change) -> Option<(&Name, &Name)> {
    match change {
        Change::Data(data) if data.verb == DataVerb::Insert => {
            let from = data.copies.as_ref().map(|copy| &copy.from).or(data.reads.first())?;
            Some((from, data.writes.first()?))
        }
        Change::CreateTable(table) => {
            let query = || table.query.as_ref().and_then(|query| query.relations.first());
            let from = table.copies.as_ref().map(|copy| &copy.from).or_else(query)?;
            Some((from, &table.name))
        }
        _ => None,
    }
}

/// Whether a table has the name of another one when the migration has run.
fn takes_the_place(step: &Step<'_>, new: &Name, old: &Name) -> bool {
    let birth = |catalog: &Catalog, name: &Name| {
        catalog.seen_table(name).and_then(|(_, table)| table.origin.birth)
    };
    let born = birth(step.after, new);
    born.is_some() && Birth::is_same(born, birth(step.end(), old))
}

/// A table that has had its name since before the migration.
fn in_use<'a>(step: &Step<'a>, name: &Name) -> Option<&'a Table> {
    let (_, now) = step.before.seen_table(name)?;
    // One that nobody saw created was there before.
    let old = step.start.seen_table(name).and_then(|(_, old)| old.origin.birth);
    Birth::is_same(old, now.origin.birth).then_some(now)
}

/// Whether nobody can write the table from before the copy until the transaction ends that changes
/// the names.
fn is_locked(unit: &Unit<'_>, locks: &Locks<'_>, old: &Name) -> bool {
    let mut differences = unit.steps.iter().flat_map(|step| step.differences);
    let swapped = differences.any(|it| match &it.kind {
        DifferenceKind::TableRenamed { to } => to == old,
        _ => false,
    });
    swapped && locks.0.iter().any(|lock| lock.name == old && lock.mode.blocks_writes())
}

/// Whether a trigger of this migration sees what is written meanwhile, or the old rows are read once
/// more after the names changed.
fn is_caught_up(step: &Step<'_>, old: &Name, table: &Table) -> bool {
    let triggered = step.before.objects.iter().any(|(key, _)| {
        key.kind == ObjectKind::Trigger
            && key.name == *old
            && !step.start.objects.contains_key(key)
    });
    let renamed = |name: &Name| {
        let found = step.end().seen_table(name);
        found.is_some_and(|(_, it)| Birth::is_same(it.origin.birth, table.origin.birth))
    };
    let again = step.migration.statements.iter().flat_map(|it| &it.changes).any(|located| {
        match &located.change.value {
            Change::Data(data) => {
                data.verb == DataVerb::Insert && data.reads.iter().any(renamed)
            }
            _ => false,
        }
    });
    triggered || again
}
