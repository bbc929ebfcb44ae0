//! Several tables that one transaction locks one after another.

use crate::dialect::Engine;
use crate::effects::{LockMode, Role};
use crate::finding::{Breaks, Label, Level, Subject};
use crate::migration::{Advice, Context, LocatedChange, advise};
use crate::replay::{DifferenceKind, Step, Transaction, Unit};
use crate::rules::lock::{held, is_timeout_set, list};
use crate::rules::unit::{is_dropped, named};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE TABLE users (id bigint PRIMARY KEY, a int); \
                   CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "several-tables-locked",
    category: Category::Locking,
    level: Level::Warning,
    since: "0.1",
    summary: "several existing tables locked one after another in one transaction",
    why: "The first table stands still while the transaction waits for the second. An application \
          transaction that uses the two in the other order then waits for the first and holds up the \
          second: a deadlock, which the server ends after a second by failing one of them, the \
          migration or the request.",
    instead: "Alter one table in each transaction. Where they belong together, lock them at the beginning, \
              with a lock_timeout, by one LOCK TABLE in the order in which the application uses them; \
              what fails then has changed nothing, and can be run again.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "The best defense against deadlocks is generally to avoid them by being certain that all \
                   applications using a database acquire locks on multiple objects in a consistent \
                   order.",
            source: "https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS",
        },
        Fact {
            engine: Engine::Postgres,
            says: "ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on both tables, CREATE TABLE ... REFERENCES on \
                   the other one, CREATE TRIGGER on its own; dropping a foreign key takes ACCESS \
                   EXCLUSIVE on both.",
            source: "measured: tests/facts/postgres.csv, add constraint, create-trigger, drop-fk",
        },
    ],
    same_as: &[
        ("postgres-language-server", "avoidWideLockWindow"),
        ("pgfence", "wide-lock-window"),
        ("pg-migration-lint", "ACQUIRES_ACCESS_EXCLUSIVE_LOCK"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE users ADD b int; ALTER TABLE orders ADD b int;", "ADD b int").runner("golang-migrate"),
        bad("postgres", OLD, "BEGIN; alter table public.USERS add b int; ALTER TABLE \"orders\" DROP COLUMN a; COMMIT;", "DROP COLUMN a"),
        bad("postgres", OLD, "ALTER TABLE users ADD b int; ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;", "ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID").runner("flyway"),
        bad(
            "postgres",
            "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE organizations (id bigint PRIMARY KEY); \
             CREATE TABLE a (id bigint PRIMARY KEY, u bigint REFERENCES users); CREATE TABLE b (id bigint PRIMARY KEY, o bigint REFERENCES organizations);",
            "DROP TABLE a, b;",
            "b",
        ),
        bad("postgres", OLD, "DO $$ BEGIN ALTER TABLE users ADD b int; ALTER TABLE orders RENAME COLUMN a TO b; END $$;", "RENAME COLUMN a TO b"),
        bad("postgres", OLD, "LOCK TABLE users, orders; ALTER TABLE users ADD b int; ALTER TABLE orders ADD b int;", "LOCK TABLE users, orders").runner("flyway"),
        bad("postgres", OLD, "SET LOCAL lock_timeout = '5s'; ALTER TABLE users ADD b int; ALTER TABLE orders ADD c int;", "ADD c int").runner("flyway").at_level(Level::Note),
        bad("postgres", OLD, "ALTER TABLE users ADD b int; ALTER TABLE orders ADD c int;", "ADD c int").at_level(Level::Note),
        bad("postgres", "", "BEGIN; ALTER TABLE a ADD x int; ALTER TABLE b ADD x int; COMMIT;", "ADD x int").incomplete(),
        bad("postgres", OLD, "CREATE TABLE n (id bigint PRIMARY KEY REFERENCES users); CREATE TABLE m (id bigint PRIMARY KEY REFERENCES orders);", "CREATE TABLE m").runner("flyway").at_level(Level::Note),
        bad("postgres", OLD, "ALTER TABLE users ADD b int; CREATE TABLE m (id bigint PRIMARY KEY REFERENCES orders);", "CREATE TABLE m").runner("flyway"),
        bad("postgres", OLD, "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER u AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER o AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();", "CREATE TRIGGER o AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f").runner("flyway").at_level(Level::Note),
        good("postgres", OLD, "ALTER TABLE users ADD b int; ALTER TABLE users ADD c int;").runner("flyway"),
        good("postgres", OLD, "CREATE TABLE n (id bigint PRIMARY KEY REFERENCES users, o bigint UNIQUE REFERENCES orders);").runner("flyway"),
        good("postgres", OLD, "BEGIN; ALTER TABLE users ADD b int; COMMIT; BEGIN; ALTER TABLE orders ADD b int; COMMIT;"),
        good("postgres", OLD, "SET LOCAL lock_timeout = '5s'; LOCK TABLE users, orders; ALTER TABLE orders ADD b int; ALTER TABLE users ADD b int;").runner("flyway"),
        good("postgres", OLD, "LOCK TABLE users, orders IN ACCESS EXCLUSIVE MODE NOWAIT; ALTER TABLE orders ADD b int; ALTER TABLE users ADD b int;").runner("flyway"),
        // One statement cannot be taken apart; another rule names both ends.
        good("postgres", OLD, "ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;"),
        good("postgres", OLD, "ALTER TABLE users ADD b int; CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n ADD b int;").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME a TO b;").runner("flyway"),
        good("postgres", OLD, "DROP TABLE orders; DROP TABLE users;").runner("flyway"),
        good("postgres", OLD, "CREATE INDEX i ON users (a); CREATE INDEX j ON orders (a);").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE users ADD b int; COMMENT ON TABLE orders IS 'ALTER TABLE orders ADD b int';").runner("flyway"),
    ],
    check: Check::Unit(check),
};

/// A table with the change that locks it.
struct Taken<'a> {
    step: &'a Step<'a>,
    located: &'a LocatedChange,
    table: &'a Name,
    /// For a foreign key of a new table or a trigger: writers wait a moment, readers do not.
    brief: bool,
}

fn check(unit: &Unit<'_>, sink: &mut Sink) {
    let mut locked = Locked::default();
    unit.steps.iter().for_each(|step| locked.take(step));
    let taken = &locked.taken;
    let Some(first) = taken.first() else { return };
    // Whoever writes one statement for both cannot take it apart, but for a list of names.
    let second = taken.iter().skip(1).find(|it| match (&it.located.change.value, it.located.context) {
        _ if !std::ptr::eq(it.step, first.step) => true,
        (Change::Lock { .. }, _) => true,
        (Change::Drop { .. }, _) | (_, Context::Do { .. }) => !std::ptr::eq(it.located, first.located),
        _ => false,
    });
    let Some(second) = second else { return };
    let standing = taken.iter().map(|it| it.step.level_by_standing(it.table)).min();
    let level = match second.step.transaction {
        Transaction::Unknown if !std::ptr::eq(first.step, second.step) => Level::Note,
        // Then it gives way before long.
        _ if is_timeout_set(second.step, "lock_timeout") => Level::Note,
        _ if taken.iter().all(|it| it.brief) => Level::Note,
        _ => Level::Warning.min(standing.unwrap_or(Level::Warning)),
    };
    let why = match std::ptr::eq(first.step, second.step) {
        true => "one statement is one transaction".to_owned(),
        false => first.step.shares_transaction(second.step),
    };
    let names = list(taken.iter().map(|it| it.table));
    let runner = &first.step.migration.migration.runner;
    let later = Advice::Later {
        now: named(&first.located.change.value),
        later: named(&second.located.change.value),
    };
    let message = format!(
        "{why}, and it locks {names} one after another: each stands still while it waits for the next, \
         and who uses them in another order runs into a deadlock{}",
        first.step.standing(first.table),
    );
    let label = Label {
        file: first.step.migration.migration.file,
        span: first.located.change.span,
        text: format!("locks `{}` first", first.table),
    };
    sink.report(second.step, second.located.change.span, Subject::Table(second.table.clone()))
        .level(level)
        .message(message)
        .help(format!(
            "{}; or at the beginning `SET LOCAL lock_timeout = '2s'; LOCK TABLE` with all of them, in the \
             order in which the application uses them",
            advise(runner, &later)
        ))
        .related(label)
        .push();
}

/// What was locked so far.
#[derive(Default)]
struct Locked<'a> {
    /// One after another.
    taken: Vec<Taken<'a>>,
    /// All at once by a LOCK TABLE that gives up when it has to wait: nothing is lost then.
    up_front: Vec<&'a Name>,
    /// New names of tables, with the old ones.
    renamed: Vec<(&'a Name, &'a Name)>,
}

impl<'a> Locked<'a> {
    /// Takes in the tables that a statement locks against readers, or for a foreign key or a trigger
    /// against writers.
    fn take(&mut self, step: &'a Step<'a>) {
        let renamed = step.differences.iter().filter_map(|it| match &it.kind {
            DifferenceKind::TableRenamed { to } => Some((to, &it.object.name)),
            _ => None,
        });
        self.renamed.extend(renamed);
        for held in held(step) {
            let gives_up = match &held.located.change.value {
                Change::Lock { nowait, .. } => *nowait || is_timeout_set(step, "lock_timeout"),
                _ => false,
            };
            // Nothing is read under them.
            let brief = match &held.located.change.value {
                Change::CreateTable(_) => true,
                Change::Create { object, .. } => object.kind == ObjectKind::Trigger,
                _ => false,
            };
            let stops_writes = brief || held.constraints().next().is_some();
            for touch in &held.touches {
                let table = self.first_name(&touch.object.name);
                let end = matches!(touch.role, Role::Target | Role::Referenced | Role::Referencing);
                let strong = touch.mode.blocks_reads()
                    || (stops_writes && touch.mode == LockMode::ShareRowExclusive);
                let known = self.up_front.contains(&table)
                    || self.taken.iter().any(|it| it.table == table);
                let stays = !is_dropped(step, held.change, &touch.object.name);
                if touch.object.kind != ObjectKind::Table || !end || !strong || known || !stays {
                    continue;
                }
                let located = held.located;
                match gives_up {
                    true => self.up_front.push(table),
                    false => self.taken.push(Taken { step, located, table, brief }),
                }
            }
        }
    }

    /// The name that a table had when the transaction began.
    fn first_name(&self, table: &'a Name) -> &'a Name {
        let renames = self.renamed.iter().rev();
        renames.fold(table, |name, (to, from)| if *to == name { from } else { name })
    }
}
