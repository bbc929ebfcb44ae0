//! A statement that lockgate could not read.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::migration::Reading;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unread-statement",
    category: Category::Gate,
    level: Level::Error,
    since: "0.1",
    summary: "statement that could not be read, so nothing is known of what it does",
    why: "A gate that does not understand a statement must not call it clean. The statement is \
          wrong, or it is written for another engine, or it builds its SQL while it runs, or \
          lockgate has a gap. Whatever it is, the tables that it may touch are uncertain from here \
          on.",
    instead: "Correct the statement. If it is right, write SQL that is built at run time as plain \
              statements where that can be done; else read it with a colleague and allow the \
              finding with the reason.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "EXECUTE in PL/pgSQL runs a string that may be put together from anything.",
        source: "https://www.postgresql.org/docs/current/plpgsql-statements.html",
    }],
    same_as: &[("squawk", "syntax-error")],
    breaks: &[],
    checks_down: true,
    examples: &[
        bad("postgres", "", "CREATE TABEL t (id int PRIMARY KEY);", "TABEL"),
        bad("postgres", "", "CREATE TABLE t (id int PRIMARY KEY,);", ","),
        bad("postgres", "", "SELECT 'never closed;", "'never closed;"),
        bad("postgres", "", "CREATE TABLE t (id int PRIMARY KEY) CREATE TABLE u (id int PRIMARY KEY);", "CREATE"),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t FROB a;", "FROB a"),
        bad("postgres", "", "DO $$ BEGIN EXECUTE 'DROP TABLE ' || x; END $$;", "EXECUTE 'DROP TABLE ' || x"),
        bad("postgres", "", "DO LANGUAGE plpython3u $$ import os $$;", "$$ import os $$"),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "DO $$ BEGIN EXECUTE format('ALTER TABLE t DROP COLUMN %I', 'a'); END $$;", "EXECUTE format('ALTER TABLE t DROP COLUMN %I', 'a')"),
        bad("postgres", "", "SELECT 'DROP TABLE ' || relname FROM pg_class \\gexec", "\\gexec"),
        bad("postgres", "", "\\ir other.sql\nSELECT 1;", "\\ir other.sql"),
        good("postgres", "", "CREATE TABLE t (id int PRIMARY KEY, \"TABEL\" int);"),
        good("postgres", "", "-- CREATE TABEL t\nSELECT 'CREATE TABEL';"),
        good("postgres", "", "DO $$ BEGIN EXECUTE 'SELECT 1'; END $$;"),
        good("postgres", "", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE x; END $$;"),
        good("postgres", "", "\\restrict abc\nSELECT 1;\n\\unrestrict abc"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    let Reading::Unread { why, at } = &step.statement.reading else { return };
    sink.report(step, *at, step.subject())
        .message(format!("this statement could not be read: {why}"))
        .help(
            "correct it; if it is right, review it by hand and put `-- lockgate:allow \
             unread-statement reason=\"...\"` before it",
        )
        .push();
}
