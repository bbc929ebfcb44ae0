//! `ADD COLUMN` that computes a value for every row.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::lock::{SQL, held};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, Column, TableAction};
use crate::schema::table::TypeKind;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";
const PARTITIONED: &str = "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); \
                           CREATE TABLE p1 PARTITION OF p DEFAULT;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "volatile-default-rewrite",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "new column whose value is computed for every row under a full lock",
    why: "ADD COLUMN takes an ACCESS EXCLUSIVE lock. Where all rows get one value PostgreSQL keeps \
          it in the catalog and is done at once. A volatile default (random(), \
          gen_random_uuid()), serial, an identity, a stored generated column, or a domain with a \
          constraint gives each row its own value or check: the table and all its indexes are \
          written anew, and nobody can read or write the table until that is done.",
    instead: "Add the column without the default, set the default with ALTER COLUMN ... SET \
              DEFAULT, which counts for new rows, and fill the old rows in batches.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Adding a column with a volatile DEFAULT, a stored generated column, an identity \
                   column, or a domain type with constraints will require the entire table and \
                   its indexes to be rewritten.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "now(), CURRENT_DATE, and stable and immutable functions rewrite nothing from 11; \
                   in 10 every default rewrites.",
            source: "measured: tests/facts/postgres.csv, category add column, 10 to 18",
        },
    ],
    same_as: &[
        ("squawk", "adding-field-with-default"),
        ("atlas", "PG302"),
        ("eugene", "E11"),
        ("strong_migrations", "add_column"),
        ("pgfence", "add-column-serial"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN x double precision DEFAULT random();", "ADD COLUMN x double precision DEFAULT random()"),
        bad("postgres", OLD, "ALTER TABLE public.T ADD \"X\" uuid NOT NULL DEFAULT gen_random_uuid();", "ADD \"X\" uuid NOT NULL DEFAULT gen_random_uuid()"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN x bigserial;", "ADD COLUMN x bigserial"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN x bigint GENERATED ALWAYS AS IDENTITY;", "ADD COLUMN x bigint GENERATED ALWAYS AS IDENTITY"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS (a * 2) STORED;", "ADD COLUMN x int GENERATED ALWAYS AS (a * 2) STORED"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY); CREATE DOMAIN d AS int CHECK (VALUE > 0);", "ALTER TABLE t ADD COLUMN x d;", "ADD COLUMN x d"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY); CREATE SEQUENCE s;", "ALTER TABLE t ADD COLUMN x bigint DEFAULT nextval('s');", "ADD COLUMN x bigint DEFAULT nextval('s')"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN x int, ADD COLUMN y double precision DEFAULT random();", "ADD COLUMN y double precision DEFAULT random()"),
        bad("postgres@10", OLD, "ALTER TABLE t ADD COLUMN x boolean NOT NULL DEFAULT false;", "ADD COLUMN x boolean NOT NULL DEFAULT false"),
        bad("postgres", PARTITIONED, "ALTER TABLE p ADD COLUMN x double precision DEFAULT random();", "ADD COLUMN x double precision DEFAULT random()"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t ADD x serial; END IF; END $$;", "ADD x serial"),
        bad("postgres", "", "ALTER TABLE old ADD COLUMN x uuid DEFAULT gen_random_uuid();", "ADD COLUMN x uuid DEFAULT gen_random_uuid()").incomplete(),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN IF NOT EXISTS x serial;", "ADD COLUMN IF NOT EXISTS x serial"),
        // Whether the function is volatile is not known.
        bad("postgres", "", "ALTER TABLE old ADD COLUMN x int DEFAULT f();", "ADD COLUMN x int DEFAULT f()")
            .incomplete()
            .at_level(Level::Warning),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN foo boolean NOT NULL DEFAULT false;"),
        good("postgres@11", OLD, "ALTER TABLE t ADD COLUMN foo boolean NOT NULL DEFAULT false;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN d timestamptz DEFAULT now(), ADD e timestamptz DEFAULT date_trunc('day', now());"),
        good("postgres", OLD, "ALTER TABLE t ADD x int DEFAULT -1, ADD y int DEFAULT (0), ADD z date DEFAULT current_date, ADD u text DEFAULT current_user, ADD v text DEFAULT lower('ABC');"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN x uuid; ALTER TABLE t ALTER x SET DEFAULT gen_random_uuid();"),
        good("postgres@18", OLD, "ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS (a * 2) VIRTUAL;"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY); CREATE DOMAIN d AS int;", "ALTER TABLE t ADD COLUMN x d;"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, x int);", "ALTER TABLE t ADD COLUMN IF NOT EXISTS x serial;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n ADD COLUMN x serial;"),
        good("postgres", OLD, "CREATE TEMP TABLE n (id int); ALTER TABLE n ADD COLUMN x serial;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'ADD COLUMN x serial'; -- ALTER TABLE t ADD x serial;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t ADD x serial; END $$;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for held in held(step) {
        let Change::AlterTable { target, action: TableAction::AddColumn { column, .. } } =
            &held.located.change.value
        else {
            continue;
        };
        if !held.any(|touch| touch.rewrites) {
            continue;
        }
        let table = step.before.resolve(&target.name);
        let (reason, help) = reason(step, column);
        let rows = held.names(|touch| touch.rewrites);
        let subject = Subject::Column(table, column.name.clone());
        let unknown = step.effects().get(held.change).and_then(|effect| effect.unknown.as_ref());
        let writes = format!("ADD COLUMN `{}` writes {rows} and every index anew", column.name);
        let doing = match unknown {
            Some(why) => why.clone(),
            None => format!("{reason}: {writes}"),
        };
        let draft = held.report(sink, held.located.change.span, subject, &doing).help(help);
        match unknown {
            Some(_) => draft.level(Level::Warning).push(),
            None => draft.push(),
        }
    }
}

/// Why each row needs work of its own, and what to do instead.
fn reason(step: &Step<'_>, column: &Column) -> (String, String) {
    let (name, quoted) = (&column.name, SQL.ident(&column.name));
    let ty = column.ty.as_ref();
    if column.identity.is_some() || ty.is_some_and(|ty| ty.serial_of().is_some()) {
        return (
            "each row gets a number of its own".to_owned(),
            format!(
                "add `{name}` as a plain bigint, CREATE SEQUENCE ... OWNED BY it, SET DEFAULT \
                 nextval(...), and number the old rows in batches"
            ),
        );
    }
    if column.generated.is_some() {
        return (
            "a stored generated column is computed for each row".to_owned(),
            format!(
                "add `{name}` as a plain column, fill it with a trigger for new rows and in batches \
                 for old ones, or compute it in a view"
            ),
        );
    }
    let domain = ty.and_then(|ty| Some((ty, step.before.type_of(&ty.name).seen()?)));
    match (domain, &column.default) {
        (Some((ty, found)), _) if matches!(found.kind, TypeKind::Domain { .. }) => (
            format!("the constraints of the domain `{ty}` are checked for each row"),
            format!(
                "give `{name}` the type beneath the domain, and ADD CONSTRAINT ... CHECK ... NOT \
                 VALID, then VALIDATE CONSTRAINT in a later transaction"
            ),
        ),
        (_, Some(default)) if !default.literal => (
            format!("the default `{}` is computed for each row", default.text),
            format!(
                "ADD COLUMN {quoted} without the default, then ALTER COLUMN {quoted} SET DEFAULT \
                 {}, which counts for new rows; fill the old rows in batches, in transactions of \
                 their own",
                default.text
            ),
        ),
        _ => (
            "each row gets a value of its own".to_owned(),
            format!("add `{name}` as a plain column and fill the old rows in batches"),
        ),
    }
}
