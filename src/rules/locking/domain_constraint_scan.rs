//! Constraints of a domain for which every table that uses it is read.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::migration::Advice;
use crate::replay::Step;
use crate::rules::lock::{SQL, held};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE DOMAIN email AS text; CREATE TABLE users (id int PRIMARY KEY, mail email);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "domain-constraint-scan",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "constraint of a domain that reads every table with a column of it under a lock",
    why: "ALTER DOMAIN ... ADD CONSTRAINT, SET NOT NULL and VALIDATE CONSTRAINT lock every table that \
          has a column of the domain, or of a domain over it, in SHARE mode, and read all of their \
          rows: nobody can write to any of them until the last one is read.",
    instead: "ADD CONSTRAINT ... NOT VALID is done at once and holds for new values. VALIDATE CONSTRAINT \
              takes the lock all the same: run it when few write, or put a CHECK on the tables \
              instead, whose VALIDATE lets others write. SET NOT NULL has no such form: CHECK (VALUE IS \
              NOT NULL) NOT VALID does.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "NOT VALID: do not verify existing stored data for constraint validity.",
            source: "https://www.postgresql.org/docs/current/sql-alterdomain.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "ADD CONSTRAINT, VALIDATE CONSTRAINT and SET NOT NULL hold SHARE on each table with \
                   a column of the domain while it is read; NOT VALID locks none.",
            source: "measured: tests/facts/postgres.csv, domains, 10 to 18",
        },
    ],
    same_as: &[
        ("squawk", "ban-alter-domain-with-add-constraint"),
        ("pgfence", "ban-alter-domain-add-constraint"),
    ],
    breaks: &[Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%');", "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%')"),
        bad("postgres", OLD, "ALTER DOMAIN \"public\".Email ADD CHECK (VALUE <> '');", "ALTER DOMAIN \"public\".Email ADD CHECK (VALUE <> '')"),
        bad("postgres", OLD, "ALTER DOMAIN email SET NOT NULL;", "ALTER DOMAIN email SET NOT NULL"),
        bad(
            "postgres",
            "CREATE DOMAIN d AS int; CREATE DOMAIN e AS d; CREATE TABLE t (id int PRIMARY KEY, a e); ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID;",
            "ALTER DOMAIN d VALIDATE CONSTRAINT c;",
            "ALTER DOMAIN d VALIDATE CONSTRAINT c",
        ),
        good("postgres", OLD, "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%') NOT VALID;"),
        good("postgres", OLD, "ALTER DOMAIN email DROP NOT NULL; ALTER DOMAIN email SET DEFAULT 'x';"),
        good("postgres", "CREATE DOMAIN email AS text; CREATE TABLE t (id int PRIMARY KEY);", "ALTER DOMAIN email ADD CHECK (VALUE <> '');"),
        good("postgres", "", "CREATE DOMAIN d AS int; CREATE TABLE t (id int PRIMARY KEY, a d); ALTER DOMAIN d ADD CHECK (VALUE > 0);"),
        good("postgres", OLD, "COMMENT ON DOMAIN email IS 'ALTER DOMAIN email SET NOT NULL'; -- ALTER DOMAIN email SET NOT NULL;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for held in held(step).filter(|held| held.any(|touch| touch.scans)) {
        let Change::Alter { object, action, .. } = &held.located.change.value else { continue };
        if object.kind != ObjectKind::Domain {
            continue;
        }
        let domain = SQL.name(&object.name);
        let words: Vec<&str> = action.split_whitespace().collect();
        let is = |at: usize, word: &str| words.get(at).is_some_and(|it| it.eq_ignore_ascii_case(word));
        let (doing, help) = if is(0, "validate") {
            let help = "run it while few write; or put the CHECK on the tables themselves, whose \
                        VALIDATE CONSTRAINT lets others write";
            ("VALIDATE CONSTRAINT", help.to_owned())
        } else {
            let needed = is(0, "set");
            let name = words.get(2).filter(|_| is(1, "constraint")).copied();
            let name = name.unwrap_or(if needed { "value_not_null" } else { "name_it" });
            let check = if needed { "CHECK (VALUE IS NOT NULL)" } else { "CHECK (...)" };
            let advice = held.advise(&Advice::Later {
                now: format!("ALTER DOMAIN {domain} ADD CONSTRAINT {name} {check} NOT VALID"),
                later: format!("ALTER DOMAIN {domain} VALIDATE CONSTRAINT {name}"),
            });
            let help = format!("{advice}, while few write: it reads the tables under the same lock");
            (if needed { "SET NOT NULL" } else { "ADD CONSTRAINT" }, help)
        };
        let rows = held.names(|touch| touch.scans);
        let subject = Subject::Object("domain", step.before.resolve_type(&object.name).to_string());
        let doing = format!("{doing} of the domain `{}` reads every row of {rows}", object.name);
        held.report(sink, held.located.change.span, subject, &doing).help(help).push();
    }
}
