//! Renames and moves of what is no table and no column: views, routines, types, sequences, labels.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::{DifferenceKind, Step};
use crate::rules::drop::kind_word;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::Catalog;
use crate::schema::change::{Change, TableAction, TypeDefinition};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::TypeKind;

const OLD: &str = "CREATE TABLE orders (id bigserial PRIMARY KEY, total int); \
    CREATE VIEW open_orders AS SELECT id, total FROM orders; CREATE SCHEMA shop; \
    CREATE TYPE state AS ENUM ('open', 'done'); CREATE SEQUENCE invoice_number; \
    CREATE FUNCTION vat(amount int) RETURNS int LANGUAGE sql AS 'SELECT amount / 5'; \
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
    CREATE INDEX by_total ON orders (total);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "rename-object",
    category: Category::Compatibility,
    level: Level::Error,
    since: "0.1",
    summary: "view, routine, type, enum value or sequence renamed while in use",
    why: "From the rename until the next release is everywhere, each statement of the running \
          release that uses the old name fails; the next release fails until then. For an enum \
          value both read and write: rows show the new label, which the running release does not \
          know. Views and defaults follow a rename; the bodies of functions do not.",
    instead: "Create the new object beside the old one (a view of the view, a function that calls \
              the function, a new enum value), move the application over, and drop the old one \
              in a later release. Or keep the name and map it in the application.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "A function's body is kept as text: what it names is looked up when it runs, so \
                   a rename breaks it then.",
            source: "https://www.postgresql.org/docs/current/xfunc-sql.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "RENAME VALUE renames a value of an enum type; rows that hold it show the new \
                   label.",
            source: "https://www.postgresql.org/docs/current/sql-altertype.html",
        },
    ],
    same_as: &[
        ("squawk", "renaming-object"),
        ("squawk", "ban-set-schema"),
        ("strong_migrations", "rename_enum_value"),
        ("migrationpilot", "MP060"),
        ("migrationpilot", "MP098"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER VIEW open_orders RENAME TO orders_open;", "RENAME TO orders_open"),
        bad("postgres", OLD, "alter view Public.\"open_orders\" set schema shop;", "set schema shop"),
        bad("postgres", OLD, "ALTER VIEW open_orders RENAME COLUMN total TO amount;", "RENAME COLUMN total TO amount"),
        bad("postgres", OLD, "ALTER FUNCTION vat(int) RENAME TO tax;", "ALTER FUNCTION vat(int) RENAME TO tax"),
        bad("postgres", OLD, "ALTER TYPE state RENAME VALUE 'done' TO 'closed';", "ALTER TYPE state RENAME VALUE 'done' TO 'closed'"),
        bad("postgres", OLD, "ALTER TYPE state RENAME TO order_state;", "ALTER TYPE state RENAME TO order_state")
            .at_level(Level::Warning),
        bad("postgres", OLD, "ALTER SEQUENCE invoice_number RENAME TO invoice_no;", "RENAME TO invoice_no")
            .at_level(Level::Warning),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TYPE state RENAME VALUE 'done' TO 'x'; END IF; END $$;", "ALTER TYPE state RENAME VALUE 'done' TO 'x'"),
        bad("postgres", "", "ALTER VIEW report RENAME TO old_report;", "RENAME TO old_report").incomplete(),
        bad("postgres", OLD, "ALTER VIEW open_orders RENAME TO orders_open;", "RENAME TO orders_open").runner("flyway"),
        good("postgres", OLD, "ALTER VIEW open_orders RENAME TO orders_open; CREATE VIEW open_orders AS SELECT * FROM orders_open;"),
        good("postgres", OLD, "ALTER TYPE state RENAME TO state_old; CREATE TYPE state AS ENUM ('open', 'done', 'paid'); DROP TYPE state_old;"),
        good("postgres", OLD, "ALTER FUNCTION vat(int) RENAME TO tax; CREATE FUNCTION vat(amount int) RETURNS int LANGUAGE sql AS 'SELECT tax(amount)';"),
        good("postgres", OLD, "ALTER FUNCTION touch() RENAME TO touched; ALTER INDEX by_total RENAME TO orders_total;"),
        good("postgres", OLD, "ALTER SEQUENCE orders_id_seq RENAME TO order_ids; ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO pk;"),
        good("postgres", OLD, "CREATE VIEW n AS SELECT id FROM orders; ALTER VIEW n RENAME TO m;"),
        good("postgres", OLD, "ALTER TYPE state ADD VALUE 'x'; ALTER TYPE state RENAME VALUE 'x' TO 'y';"),
        good("postgres", OLD, "COMMENT ON VIEW open_orders IS 'RENAME TO x'; -- ALTER VIEW open_orders RENAME TO x;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for difference in step.differences {
        if let DifferenceKind::ObjectRenamed { to } = &difference.kind
            && let Some(level) = level(step, &difference.object, to)
        {
            let object = &difference.object;
            let (kind, name) = (object.kind.words(), &object.name);
            let moved = match name.schema == to.schema {
                true => "",
                false => ", unless its search_path holds both schemas and it never names one",
            };
            let maybe = step.maybe(difference.change);
            let subject = Subject::Object(kind_word(object.kind), name.to_string());
            sink.report(step, difference.span, subject)
                .level(level)
                .gone(&name.name, name.name == to.name)
                .message(format!(
                    "{maybe}the {kind} `{name}` becomes `{to}`: a release that names `{name}` fails \
                     from then on, and one that names `{to}` until then{moved}"
                ))
                .help(
                    "keep the name, or leave something under the old one that leads to the new one, \
                     and drop that when no release uses it",
                )
                .push();
        }
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let (subject, what, from, to) = match &located.change.value {
            Change::RenameEnumValue { name, from, to } if is_label_known(step, name, from) => {
                let name = step.before.resolve_type(name);
                (Subject::Object("type", name.to_string()), format!("`{name}`"), from, to)
            }
            Change::AlterTable { target, action: TableAction::RenameColumn { from, to } }
                if is_old_view(step, &target.name) =>
            {
                let name = step.before.resolve(&target.name);
                (Subject::Column(name.clone(), from.clone()), format!("the view `{name}`"), from, to)
            }
            _ => continue,
        };
        let maybe = step.maybe(index);
        sink.report(step, located.change.span, subject)
            .gone(from, false)
            .message(format!(
                "{maybe}`{from}` of {what} becomes `{to}`: a release that knows `{from}` fails from \
                 then on, and one that knows `{to}` until then"
            ))
            .help("add the new name beside the old one, and take the old one away in a later release")
            .push();
    }
}

/// How bad it is that an object goes by another name; `None` where that breaks nothing.
fn level(step: &Step<'_>, object: &ObjectRef, to: &Name) -> Option<Level> {
    use ObjectKind as Kind;
    let (name, start, end) = (&object.name, step.start, step.end());
    let born = match object.kind {
        Kind::Type | Kind::Domain => step.is_type_born(to),
        kind if kind.is_relation() => step.is_born(to),
        kind => step.is_object_born(&ObjectRef { kind, name: to.clone(), ..object.clone() }),
    };
    let has = |catalog: &Catalog| match object.kind {
        Kind::Type | Kind::Domain => catalog.types.contains_key(name),
        kind if kind.is_relation() => catalog.relations.contains_key(name),
        _ => catalog.objects_named(Kind::Routine, name).next().is_some(),
    };
    // It took the name in this migration, or something has the name when it has run.
    if born || has(end) || (!has(start) && start.complete) {
        return None;
    }
    match object.kind {
        Kind::View | Kind::MaterializedView => Some(Level::Error),
        kind if kind.is_routine() => {
            let mut routines = step.before.objects_named(Kind::Routine, name);
            let of_triggers = routines.any(|(_, found)| {
                let returns = found.routine.as_ref().and_then(|it| it.returns.as_deref());
                returns.is_some_and(|it| it.to_lowercase().contains("trigger"))
            });
            (!of_triggers).then_some(Level::Error)
        }
        Kind::Type | Kind::Domain => Some(Level::Warning),
        Kind::Sequence => {
            let owner = step.before.sequence(name).seen().and_then(|it| it.owner());
            owner.is_none().then_some(Level::Warning)
        }
        _ => None,
    }
}

/// Whether releases can know a label: the type had it when the migration began, or nobody saw
/// which it had, and it does not have it again at the end.
fn is_label_known(step: &Step<'_>, name: &Name, label: &String) -> bool {
    let labels = |catalog: &Catalog| {
        let found = catalog.types.get(&catalog.resolve_type(name))?;
        match &found.kind {
            TypeKind::Type(TypeDefinition::Enum(labels)) => Some(labels.contains(label)),
            _ => None,
        }
    };
    !step.is_type_born(name)
        && labels(step.start) != Some(false)
        && labels(step.end()) != Some(true)
}

fn is_old_view(step: &Step<'_>, name: &Name) -> bool {
    step.before.view(name).seen().is_some() && !step.is_born(name)
}
