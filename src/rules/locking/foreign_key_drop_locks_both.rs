//! Drops of foreign keys, which lock the referenced table too.

use crate::dialect::Engine;
use crate::effects::Role;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::lock::{bounded_wait, held, is_timeout_set};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE TABLE users (id int PRIMARY KEY); \
                   CREATE TABLE t (id int PRIMARY KEY, u int CONSTRAINT f REFERENCES users);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "foreign-key-drop-locks-both",
    category: Category::Locking,
    level: Level::Warning,
    since: "0.1",
    summary: "drop of a foreign key that locks the referenced table against everybody",
    why: "A foreign key has triggers on the table that it refers to. Dropping it, alone or with its \
          column or its table, removes them and takes an ACCESS EXCLUSIVE lock on that table too, \
          which is often the busiest one. The lock waits for all who use that table, all who come \
          later wait behind it, and two such locks in one transaction invite a deadlock.",
    instead: "SET lock_timeout, drop each foreign key in a transaction of its own, try again when \
              the timeout strikes, and drop the table or column after that.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "DROP CONSTRAINT of a foreign key, DROP COLUMN and DROP TABLE that hold one take ACCESS \
               EXCLUSIVE on the referenced table too.",
        source: "measured: tests/facts/postgres.csv, drop-fk, drop column, drop table",
    }],
    same_as: &[],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t DROP CONSTRAINT f;", "DROP CONSTRAINT f"),
        bad("postgres", OLD, "alter table public.T drop constraint if exists \"f\";", "drop constraint if exists \"f\""),
        bad("postgres", OLD, "ALTER TABLE t DROP COLUMN u;", "DROP COLUMN u"),
        bad("postgres", OLD, "DROP TABLE t;", "t"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t DROP CONSTRAINT f; END IF; END $$;", "DROP CONSTRAINT f"),
        bad("postgres", "CREATE TABLE u (id bigint PRIMARY KEY); CREATE TABLE t (id bigint PRIMARY KEY, u_id bigint REFERENCES u);", "ALTER TABLE u DROP CONSTRAINT u_pkey CASCADE;", "DROP CONSTRAINT u_pkey CASCADE"),
        good("postgres", OLD, "SET lock_timeout = '2s'; ALTER TABLE t DROP CONSTRAINT f;"),
        good("postgres", OLD, "ALTER TABLE t DROP COLUMN id;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT c CHECK (a > 0));", "ALTER TABLE t DROP CONSTRAINT c;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT f REFERENCES t);", "ALTER TABLE t DROP CONSTRAINT f;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "START TRANSACTION; ALTER TABLE t DROP CONSTRAINT t_pkey; COMMIT;"),
        good("postgres", "CREATE TABLE users (id int PRIMARY KEY);", "CREATE TABLE n (id int PRIMARY KEY, u int); ALTER TABLE n ADD CONSTRAINT f FOREIGN KEY (u) REFERENCES users NOT VALID; ALTER TABLE n DROP CONSTRAINT f;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'DROP CONSTRAINT f'; -- ALTER TABLE t DROP CONSTRAINT f;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t DROP CONSTRAINT f; END $$;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for held in held(step) {
        let (what, name) = match &held.located.change.value {
            Change::AlterTable { target, action: TableAction::DropConstraint { name, .. } } => {
                (format!("DROP CONSTRAINT `{name}`"), &target.name)
            }
            Change::AlterTable { target, action: TableAction::DropColumn { column, .. } } => {
                (format!("DROP COLUMN `{column}`"), &target.name)
            }
            Change::Drop { object, cascade, .. } if object.kind == ObjectKind::Table || *cascade => {
                {
                let words = object.kind.words().to_ascii_uppercase();
                (format!("DROP {words} `{}`", object.name), &object.name)
            }
            }
            _ => continue,
        };
        // What CASCADE takes is a target of its own.
        let end = |role: Role| matches!(role, Role::Target | Role::Referenced | Role::Referencing);
        let ends = held.touches.iter().filter(|touch| {
            end(touch.role) && touch.object.kind == ObjectKind::Table && touch.mode.blocks_reads()
        });
        if ends.count() < 2 || step.is_born(name) || is_timeout_set(step, "lock_timeout") {
            continue;
        }
        let table = step.before.resolve(name);
        let doing = format!("{what} drops a foreign key and");
        held.report_brief(sink, held.located.change.span, Subject::Table(table), &doing)
            .help(format!(
                "{}; drop each foreign key in a transaction of its own first",
                bounded_wait(step)
            ))
            .push();
    }
}
