//! An enum value that is used in the transaction that added it.

use crate::dialect::{Engine, Version};
use crate::finding::{Label, Level, Subject};
use crate::migration::{Advice, Context, LocatedChange, advise};
use crate::replay::{Step, Transaction};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Catalog, Table};
use crate::schema::change::{Change, DataVerb, TableAction, TypeDefinition};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{Name, ObjectKind};
use crate::schema::table::TypeKind;
use crate::sql::words::{Words, words};

const OLD: &str = "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (id bigint PRIMARY KEY, m mood, note text);";

/// From this version on a value may be used where its type was created in the same transaction.
const NEW_TYPES_SINCE: Version = Version::major(17);

/// The rule.
pub static RULE: Rule = Rule {
    id: "enum-value-used-where-added",
    category: Category::Transactions,
    level: Level::Error,
    since: "0.1",
    summary: "new enum value used before the transaction that added it commits",
    why: "PostgreSQL lets ALTER TYPE ... ADD VALUE run in a transaction, but refuses the new value \
          until that has committed: \"unsafe use of new value\" (55P04). The deploy stops. Where \
          the runner takes all pending migrations into one transaction, two files share it.",
    instead: "Use the value in a later migration that runs in another transaction.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "If ALTER TYPE ... ADD VALUE is executed inside a transaction block, the new \
                   value cannot be used until after the transaction has been committed.",
            source: "https://www.postgresql.org/docs/current/sql-altertype.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "Refused: casts, rows, WHERE, DEFAULT, CHECK, index predicates, views, policies, \
                   triggers' WHEN, domains and bodies in SQL, even where the type was created in \
                   the same transaction. Not refused: AFTER, RENAME VALUE, bodies in PL/pgSQL.",
            source: "measured: psql -c on PostgreSQL 15",
        },
    ],
    same_as: &[
        ("pgfence", "alter-enum-add-value"),
        ("migrationpilot", "MP054"),
        ("postgres-language-server", "avoidAlterEnumAddValue"),
    ],
    breaks: &[],
    checks_down: true,
    examples: &[
        bad("postgres", OLD, "BEGIN; ALTER TYPE mood ADD VALUE 'new'; UPDATE t SET m = 'new' WHERE id = 1; COMMIT;", "UPDATE t SET m = 'new' WHERE id = 1"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; INSERT INTO t VALUES (1, 'new');", "INSERT INTO t VALUES (1, 'new')").runner("flyway"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; INSERT INTO t (id, m) VALUES (1, E'new'); SELECT 'new'::mood;", "INSERT INTO t (id, m) VALUES (1, E'new')").runner("golang-migrate"),
        bad("postgres", OLD, "ALTER TYPE public.mood ADD VALUE IF NOT EXISTS 'new' BEFORE 'ok'; SELECT CAST('new' AS \"mood\");", "SELECT CAST('new' AS \"mood\")").runner("liquibase"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; ALTER TABLE t ALTER m SET DEFAULT 'new';", "ALTER TABLE t ALTER m SET DEFAULT 'new'").runner("flyway"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; ALTER TABLE t ADD last mood DEFAULT 'new';", "ALTER TABLE t ADD last mood DEFAULT 'new'").runner("flyway"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; ALTER TABLE t ADD CHECK (m <> 'new') NOT VALID;", "ALTER TABLE t ADD CHECK (m <> 'new') NOT VALID").runner("flyway"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; CREATE INDEX i ON t (id) WHERE m = 'new';", "CREATE INDEX i ON t (id) WHERE m = 'new'").runner("flyway"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; CREATE VIEW v AS SELECT id FROM t WHERE m IN ('new');", "CREATE VIEW v AS SELECT id FROM t WHERE m IN ('new')").runner("flyway"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; DO $$ BEGIN DELETE FROM t WHERE m = 'new'; END $$;", "DO $$ BEGIN DELETE FROM t WHERE m = 'new'; END $$").runner("flyway"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS $$ SELECT 'new'::mood $$;", "CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS $$ SELECT 'new'::mood $$").runner("flyway"),
        bad("postgres", "", "CREATE TYPE mood AS ENUM ('ok'); ALTER TYPE mood ADD VALUE 'new'; SELECT 'new'::mood;", "SELECT 'new'::mood").runner("flyway"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; SELECT 'new'::mood;", "SELECT 'new'::mood").at_level(Level::Warning),
        bad("postgres", "", "BEGIN; ALTER TYPE mood ADD VALUE 'new'; UPDATE old SET m = 'new' WHERE id = 1; COMMIT;", "UPDATE old SET m = 'new' WHERE id = 1")
            .incomplete()
            .at_level(Level::Warning),
        good("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new';").runner("flyway"),
        good("postgres", "CREATE TYPE mood AS ENUM ('ok'); ALTER TYPE mood ADD VALUE 'new';", "SELECT 'new'::mood;").runner("flyway"),
        good("postgres", OLD, "BEGIN; ALTER TYPE mood ADD VALUE 'new'; COMMIT; BEGIN; SELECT 'new'::mood; COMMIT;"),
        good("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; ALTER TYPE mood ADD VALUE 'newer' AFTER 'new'; COMMENT ON TYPE mood IS 'new';").runner("flyway"),
        good("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; INSERT INTO t (id, note) VALUES (1, 'new'); SELECT 'ok'::mood /* 'new' */;").runner("flyway"),
        good("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; CREATE FUNCTION f() RETURNS mood LANGUAGE plpgsql AS $$ BEGIN RETURN 'new'::mood; END $$;").runner("flyway"),
        good("postgres", "CREATE TYPE mood AS ENUM ('ok', 'new');", "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'new'; SELECT 'new'::mood;").runner("flyway"),
        good("postgres", "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (id bigint PRIMARY KEY, mood text);", "ALTER TYPE mood ADD VALUE 'new'; UPDATE t SET mood = 'new' WHERE id = 1;").runner("flyway"),
        bad("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; CREATE DOMAIN d AS mood CHECK (VALUE <> 'new');", "CREATE DOMAIN d AS mood CHECK (VALUE <> 'new')").runner("flyway"),
        good("postgres", OLD, "ALTER TYPE mood ADD VALUE 'new'; CREATE TABLE u (id bigint PRIMARY KEY, m text DEFAULT 'new');").runner("flyway"),
        good("postgres@17", "", "CREATE TYPE mood AS ENUM ('ok'); ALTER TYPE mood ADD VALUE 'new'; SELECT 'new'::mood;").runner("flyway"),
        good("postgres@11", OLD, "ALTER TYPE mood ADD VALUE 'new'; SELECT 'new'::mood;").runner("flyway"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    // Before 12 the server refuses ALTER TYPE ... ADD VALUE itself.
    if step.dialect.engine != Engine::Postgres || !step.dialect.may_be_since(Version::major(12)) {
        return;
    }
    for located in &step.statement.changes {
        let Change::AddEnumValue { name, value, .. } = &located.change.value else { continue };
        let ty = step.before.resolve_type(name);
        let new_type = step.is_type_born(name);
        let may_use = new_type && !step.dialect.may_be_before(NEW_TYPES_SINCE);
        if may_use || has_value(step.before, &ty, value) {
            continue;
        }
        let used = step.later_in_transaction().find_map(|later| {
            let certain = uses(&later, &ty, value)?;
            Some((later, certain))
        });
        if let Some((later, certain)) = used {
            report(step, located, &later, certain, new_type, sink);
        }
    }
}

fn report(
    step: &Step<'_>,
    added: &LocatedChange,
    later: &Step<'_>,
    certain: bool,
    new_type: bool,
    sink: &mut Sink,
) {
    let Change::AddEnumValue { name, value, .. } = &added.change.value else { return };
    let may = |context: Context| matches!(context, Context::Do { certain: false });
    let level = match later.transaction {
        Transaction::Unknown => Level::Warning,
        _ if !certain || may(added.context) => Level::Warning,
        _ => Level::Error,
    };
    let (uses, refuses) = match (certain, new_type) {
        (false, _) => ("may use", "PostgreSQL refuses it".to_owned()),
        (true, false) => ("uses", "PostgreSQL refuses it".to_owned()),
        (true, true) => ("uses", format!("PostgreSQL before {NEW_TYPES_SINCE} refuses it")),
    };
    let message = format!(
        "{}: this {uses} the value '{value}' of `{name}` before the transaction that adds it has \
         committed, and {refuses} (\"unsafe use of new value\")",
        step.shares_transaction(later)
    );
    let label = Label {
        file: step.migration.migration.file,
        span: added.change.span,
        text: "added here".to_owned(),
    };
    let advice = Advice::Later {
        now: format!("ALTER TYPE {name} ADD VALUE '{value}'"),
        later: beginning(&later.statement.text),
    };
    sink.report(later, later.statement.span, Subject::Object("type", name.to_string()))
        .level(level)
        .message(message)
        .help(advise(&step.migration.migration.runner, &advice))
        .related(label)
        .push();
}

/// As much of a statement as a help has room for.
fn beginning(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{} ...", text.get(..end).unwrap_or_default().trim_end()),
        None => text,
    }
}

/// Whether the type is known to have the value already.
fn has_value(catalog: &Catalog, ty: &Name, value: &str) -> bool {
    match catalog.type_of(ty).known().map(|ty| &ty.kind) {
        Some(TypeKind::Type(TypeDefinition::Enum(labels))) => labels.iter().any(|it| it == value),
        _ => false,
    }
}

/// Whether a statement uses a value: `Some(false)` where the column that takes it is not known.
fn uses(step: &Step<'_>, ty: &Name, value: &str) -> Option<bool> {
    let runs = step.statement.changes.iter().any(|located| may_use(&located.change.value));
    if !runs {
        return None;
    }
    let bodies = step.statement.changes.iter().any(|located| match &located.change.value {
        Change::CreateRoutine(_) => true,
        _ => matches!(located.context, Context::Do { .. }),
    });
    let words = words(&step.statement.text, Engine::Postgres, bodies);
    if !words.strings.contains(value) {
        return None;
    }
    let names_table = |(name, table): (&Name, &Table)| {
        words.names.contains(&name.name) && takes(step, table, &words, ty)
    };
    let of_domain = step.statement.changes.iter().any(|located| {
        matches!(&located.change.value, Change::CreateDomain { ty: base, .. }
            if step.after.resolve_type(&base.name) == *ty)
    });
    if words.casts.contains(&ty.name) || of_domain || step.after.tables().any(names_table) {
        return Some(true);
    }
    writes_unknown(step).then_some(false)
}

/// Whether a change evaluates the strings in it: not a stored PL/pgSQL body, nor a comment.
fn may_use(change: &Change) -> bool {
    match change {
        Change::Data(_)
        | Change::CreateTable(_)
        | Change::CreateIndex(_)
        | Change::CreateView(_)
        | Change::CreateDomain { .. } => true,
        Change::AlterTable { action, .. } => matches!(
            action,
            TableAction::AddColumn { .. }
                | TableAction::AddConstraint { .. }
                | TableAction::AlterType { .. }
                | TableAction::SetDefault { .. }
                | TableAction::SetExpression { .. }
        ),
        Change::CreateRoutine(routine) => routine.language.as_deref() == Some("sql"),
        Change::Create { object, .. } => {
            matches!(object.kind, ObjectKind::Policy | ObjectKind::Rule | ObjectKind::Trigger)
        }
        _ => false,
    }
}

/// Whether a statement names a column of the type, or writes whole rows of a table that has one.
fn takes(step: &Step<'_>, table: &Table, words: &Words, ty: &Name) -> bool {
    let of_type = |name: &str| {
        let column = table.column(name).and_then(|column| column.definition.ty.as_ref());
        column.is_some_and(|column| step.after.resolve_type(&column.name) == *ty)
    };
    let mut columns = table.columns.iter().map(|column| column.definition.name.as_str());
    let names_one = table.columns.iter().any(|column| words.names.contains(&column.definition.name));
    let inserts = step.statement.changes.iter().any(|located| {
        matches!(&located.change.value, Change::Data(data) if data.verb == DataVerb::Insert)
    });
    columns.any(|name| of_type(name) && (words.names.contains(name) || (inserts && !names_one)))
}

/// Whether a statement writes rows of a table whose columns are not known.
fn writes_unknown(step: &Step<'_>) -> bool {
    step.statement.changes.iter().any(|located| match &located.change.value {
        Change::Data(data) => {
            let known = |table: &Name| matches!(step.before.shape(table), Knowledge::Known(_));
            data.writes.iter().any(|table| !known(table))
        }
        _ => false,
    })
}
