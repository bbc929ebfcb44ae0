//! Statements that PostgreSQL refuses, whatever the rows are.

use crate::dialect::Engine;
use crate::finding::{Level, Subject, listed};
use crate::migration::Context;
use crate::replay::{DifferenceKind, Step};
use crate::rules::replaced::Refused;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, dependents, existence, good, replaced};
use crate::schema::change::{Change, ConstraintKind, TableAction, TypeDefinition};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::TypeKind;
use crate::schema::types::DataType;

const OLD: &str = "CREATE TYPE state AS ENUM ('open', 'done'); CREATE TYPE state_new AS ENUM ('open', 'done', 'lost'); \
    CREATE SEQUENCE order_id; CREATE TABLE orders (id bigint PRIMARY KEY DEFAULT nextval('order_id'), code text UNIQUE, net int, \
    gross int GENERATED ALWAYS AS (net * 2) STORED, state state NOT NULL DEFAULT 'open', note text); \
    CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders, code text REFERENCES orders (code)); \
    CREATE VIEW open_orders AS SELECT id, code AS no FROM orders WHERE state = 'open'; \
    CREATE VIEW all_open AS SELECT * FROM open_orders; \
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
    CREATE TRIGGER noted BEFORE UPDATE OF note ON orders FOR EACH ROW EXECUTE FUNCTION touch(); \
    CREATE FUNCTION vat(amount int, rate int DEFAULT 20) RETURNS int LANGUAGE sql AS 'SELECT 1'; \
    CREATE INDEX by_net ON orders (net); CREATE INDEX by_note ON orders (note);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "refused-by-server",
    category: Category::Compatibility,
    level: Level::Error,
    since: "0.1",
    summary: "statement that PostgreSQL refuses: the deploy stops there",
    why: "PostgreSQL keeps track of what depends on what. It changes no type of a column that a \
          view, a trigger, a policy or a generated column uses, drops nothing that others use unless \
          CASCADE is written, takes no index from its constraint, and replaces no view or \
          function by one of another shape. No name that is taken is made again, none that is gone \
          is found, and a foreign key refers to a unique key alone. It does not matter what the tables hold. The \
          migration that works on a test database without the view fails where there is one.",
    instead: "Drop what depends on it first and create it again behind, in the same migration and \
              with its privileges; or drop it by name where nobody needs it. CASCADE drops it too, \
              without saying what it was.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "cannot alter type of a column used by a view or rule (a trigger definition, a \
                   policy definition, a generated column)",
            source: "measured: PostgreSQL 15, 0A000",
        },
        Fact {
            engine: Engine::Postgres,
            says: "cannot drop ... because other objects depend on it; cannot drop index ... because \
                   constraint ... requires it",
            source: "measured: PostgreSQL 15, 2BP01",
        },
        Fact {
            engine: Engine::Postgres,
            says: "DROP INDEX CONCURRENTLY does not support dropping multiple objects, nor CASCADE",
            source: "measured: PostgreSQL 15, 0A000",
        },
        Fact {
            engine: Engine::Postgres,
            says: "cannot drop columns from view; cannot change return type of existing function; \
                   cannot change name of input parameter; cannot remove parameter defaults",
            source: "measured: PostgreSQL 15, 42P16, 42P13",
        },
        Fact {
            engine: Engine::Postgres,
            says: "relation ... already exists; column ... of relation ... already exists; constraint ... \
                   already exists; relation, column, index ... does not exist; there is no unique constraint \
                   matching given keys (no primary key) for referenced table",
            source: "measured: PostgreSQL 15, 42P07, 42701, 42710, 42P01, 42703, 42704, 42830",
        },
        Fact {
            engine: Engine::Postgres,
            says: "default for column ... cannot be cast automatically to type; column ... is in a \
                   primary key",
            source: "measured: PostgreSQL 15, 42804, 42P16",
        },
    ],
    same_as: &[
        ("migrationpilot", "MP052"),
        ("migrationpilot", "MP097"),
        ("squawk", "ban-replace-view-function"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE orders ALTER COLUMN code TYPE varchar(20);", "ALTER COLUMN code TYPE varchar(20)"),
        bad("postgres", OLD, "alter table Public.\"orders\" alter NET type bigint;", "alter NET type bigint"),
        bad("postgres", OLD, "ALTER TABLE orders ALTER note TYPE varchar(20);", "ALTER note TYPE varchar(20)"),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY, s text DEFAULT 'a'); CREATE TYPE e AS ENUM ('a');", "ALTER TABLE t ALTER s TYPE e USING s::e;", "ALTER s TYPE e USING s::e"),
        bad("postgres", OLD, "ALTER TABLE orders DROP COLUMN code;", "DROP COLUMN code"),
        bad("postgres", OLD, "ALTER TABLE orders DROP COLUMN IF EXISTS net;", "DROP COLUMN IF EXISTS net"),
        bad("postgres", OLD, "ALTER TABLE orders ALTER id DROP NOT NULL;", "ALTER id DROP NOT NULL"),
        bad("postgres", OLD, "ALTER TABLE orders DROP CONSTRAINT orders_code_key;", "DROP CONSTRAINT orders_code_key"),
        bad("postgres", OLD, "DROP VIEW IF EXISTS open_orders;", "open_orders"),
        bad("postgres", OLD, "DROP TYPE state;", "state"),
        bad("postgres", OLD, "DROP FUNCTION touch();", "touch()"),
        bad("postgres", OLD, "DROP SEQUENCE order_id;", "order_id"),
        bad("postgres", OLD, "DROP INDEX orders_code_key;", "orders_code_key"),
        bad("postgres", OLD, "DROP INDEX CONCURRENTLY IF EXISTS by_net, by_note;", "by_note"),
        bad("postgres", OLD, "DROP INDEX CONCURRENTLY by_net CASCADE;", "by_net"),
        bad("postgres", OLD, "CREATE OR REPLACE VIEW open_orders AS SELECT code AS no, id FROM orders;", "CREATE OR REPLACE VIEW open_orders"),
        bad("postgres", OLD, "CREATE OR REPLACE FUNCTION vat(amount int, rate int DEFAULT 20) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0';", "CREATE OR REPLACE FUNCTION vat"),
        bad("postgres", OLD, "CREATE OR REPLACE FUNCTION vat(net int, rate int DEFAULT 20) RETURNS int LANGUAGE sql AS 'SELECT 1';", "CREATE OR REPLACE FUNCTION vat"),
        bad("postgres", OLD, "DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT 1 AS id;", "open_orders").runner("flyway"),
        bad("postgres", OLD, "CREATE TABLE orders (id bigint PRIMARY KEY);", "CREATE TABLE orders").runner("flyway"),
        bad("postgres", OLD, "create index BY_NET on lines (order_id);", "create index BY_NET on lines").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE orders ADD COLUMN note varchar(9) DEFAULT '';", "ADD COLUMN note varchar(9) DEFAULT ''").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE lines ADD CONSTRAINT lines_code_fkey CHECK (code <> '') NOT VALID;", "ADD CONSTRAINT lines_code_fkey CHECK (code <> '') NOT VALID").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE lines RENAME TO order_lines; ALTER TABLE lines ADD COLUMN n int;", "ADD COLUMN n int"),
        bad("postgres", OLD, "ALTER TABLE lines DROP COLUMN code; ALTER TABLE lines ALTER COLUMN code SET DEFAULT '';", "ALTER COLUMN code SET DEFAULT ''"),
        bad("postgres", OLD, "ALTER TABLE lines ALTER COLUMN never_was TYPE text;", "ALTER COLUMN never_was TYPE text").runner("flyway"),
        bad("postgres", OLD, "CREATE TABLE notes (id bigint PRIMARY KEY, net int REFERENCES orders (net));", "REFERENCES orders (net)"),
        bad("postgres", "CREATE TABLE a (x int); CREATE TABLE b (id int PRIMARY KEY, x int);", "ALTER TABLE b ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES a NOT VALID;", "ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES a NOT VALID"),
        good("postgres", OLD, "CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY); CREATE INDEX IF NOT EXISTS by_net ON orders (net); ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text; ALTER TABLE IF EXISTS never_was ADD COLUMN n int; DROP TABLE IF EXISTS never_was;").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE lines RENAME TO old_lines; CREATE TABLE lines (id bigint PRIMARY KEY, code text REFERENCES orders (code)); ALTER TABLE orders DROP COLUMN gross, ADD COLUMN gross int;").runner("flyway"),
        good("postgres", "CREATE TABLE a (x int, y int); CREATE UNIQUE INDEX u ON a (y, x);", "CREATE TABLE b (id int PRIMARY KEY, x int, y int, FOREIGN KEY (x, y) REFERENCES a (x, y), up int REFERENCES b);"),
        // Nobody says in which order these files run.
        good("postgres", OLD, "CREATE TABLE orders (id bigint PRIMARY KEY);"),
        good("postgres", "", "ALTER TABLE old ADD COLUMN a int; CREATE TABLE b (id int PRIMARY KEY, x int REFERENCES old (a));").incomplete(),
        good("postgres", OLD, "DROP VIEW all_open, open_orders; ALTER TABLE orders ALTER code TYPE varchar(20); CREATE VIEW open_orders AS SELECT id, code AS no FROM orders WHERE state = 'open'; CREATE VIEW all_open AS SELECT * FROM open_orders;"),
        good("postgres", OLD, "DROP VIEW open_orders, all_open;"),
        good("postgres", OLD, "ALTER TABLE orders DROP COLUMN gross, DROP COLUMN net;"),
        good("postgres", OLD, "ALTER TABLE orders DROP COLUMN code CASCADE; DROP SEQUENCE order_id CASCADE;"),
        good("postgres", OLD, "ALTER TABLE orders ADD COLUMN no text; ALTER TABLE orders ALTER no TYPE varchar(9); ALTER TABLE orders DROP COLUMN no;"),
        good("postgres", OLD, "ALTER TABLE lines DROP CONSTRAINT lines_code_fkey; ALTER TABLE orders DROP CONSTRAINT orders_code_key;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, s text DEFAULT 'a'); CREATE TYPE e AS ENUM ('a');", "ALTER TABLE t ALTER s DROP DEFAULT, ALTER s TYPE e USING s::e, ALTER s SET DEFAULT 'a';"),
        good("postgres", OLD, "CREATE OR REPLACE VIEW open_orders AS SELECT id, code AS no, net FROM orders; CREATE OR REPLACE FUNCTION vat(amount integer, rate integer DEFAULT 19) RETURNS integer LANGUAGE sql AS 'SELECT 2';"),
        good("postgres", OLD, "DROP TRIGGER noted ON orders; DROP FUNCTION touch(); DROP INDEX CONCURRENTLY by_net; DROP INDEX by_note;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE VIEW v AS SELECT * FROM t; ALTER TABLE t ADD b int;", "ALTER TABLE t ALTER b TYPE bigint;"),
        good("postgres", OLD, "COMMENT ON VIEW open_orders IS 'x'; -- DROP VIEW open_orders;"),
    ],
    check: Check::Step(check),
};

const DROP_FIRST: &str = "drop that first and create it again behind, with its privileges; or drop \
                          it for good if nobody needs it";

fn check(step: &Step<'_>, sink: &mut Sink) {
    let changes = &step.statement.changes;
    // In a DO block or a routine, what stands before a change is not told apart.
    let together = changes.iter().all(|located| located.context == Context::Top);
    if step.dialect.engine != Engine::Postgres || !together {
        return;
    }
    for (index, located) in changes.iter().enumerate() {
        let shaped = match &located.change.value {
            Change::AlterTable { target, action } => altered(step, index, &target.name, action),
            Change::Drop { object, cascade, concurrently, .. } => {
                dropped(step, index, object, *cascade, *concurrently)
            }
            Change::CreateView(view) if view.or_replace => replaced::view(step, view),
            Change::CreateRoutine(routine) if routine.or_replace => {
                replaced::routine(step, routine)
            }
            _ => None,
        };
        let refused = shaped.or_else(|| existence::refused(step, &located.change.value));
        if let Some(Refused { subject, message, help }) = refused {
            sink.report(step, located.change.span, subject)
                .message(format!("PostgreSQL refuses {message}"))
                .help(help)
                .push();
        }
    }
    keys(step, sink);
}

/// Foreign keys that refer to columns without a unique key.
fn keys(step: &Step<'_>, sink: &mut Sink) {
    for (new, key) in step.new_foreign_keys() {
        let Some(why) = existence::without_key(step, key) else { continue };
        let subject = Subject::Object("constraint", format!("{}.{}", new.table, new.name));
        sink.report(step, new.span, subject)
            .message(format!("PostgreSQL refuses the foreign key `{}` of `{}`: {why}", new.name, new.table))
            .help("give those columns a UNIQUE constraint before it, or refer to a key that there is")
            .push();
    }
}

fn altered(step: &Step<'_>, index: usize, table: &Name, action: &TableAction) -> Option<Refused> {
    let table = step.before.resolve(table);
    let known = step.before.table(&table).known();
    match action {
        TableAction::AlterType { column, to, .. } => {
            let subject = Subject::Column(table.clone(), column.clone());
            if has_stale_default(step, &table, column, to) {
                return Some(Refused {
                    subject,
                    message: format!(
                        "to change `{table}.{column}` to {to} while it has a default of the old type \
                         (\"default for column cannot be cast automatically to type {to}\")"
                    ),
                    help: "DROP DEFAULT before it and SET DEFAULT behind it, in the same ALTER TABLE",
                });
            }
            let users = dependents::of_column(step, &table, column);
            (!users.is_empty()).then(|| Refused {
                subject,
                message: format!(
                    "to change the type of `{table}.{column}` while {} uses it (\"cannot alter type of \
                     a column used by a view or rule\", or the like)",
                    listed(&users)
                ),
                help: DROP_FIRST,
            })
        }
        TableAction::DropColumn { column, cascade: false, .. } => {
            let mut users = dependents::of_column(step, &table, column);
            users.extend(keys_that_go(step, index, &table));
            (!users.is_empty()).then(|| Refused {
                subject: Subject::Column(table.clone(), column.clone()),
                message: format!(
                    "to drop `{table}.{column}` without CASCADE while {} uses it (\"cannot drop \
                     column because other objects depend on it\")",
                    listed(&users)
                ),
                help: DROP_FIRST,
            })
        }
        TableAction::SetNullable { column, nullable: true } => {
            let (_, key) = known?.primary_key()?;
            let keeps_key = !step.differences.iter().any(|other| {
                matches!(other.kind, DifferenceKind::ConstraintDropped { .. })
                    && other.object.name == table
            });
            (key.columns.contains(column) && keeps_key).then(|| Refused {
                subject: Subject::Column(table.clone(), column.clone()),
                message: format!(
                    "to let `{table}.{column}` be NULL (\"column is in a primary key\")"
                ),
                help: "drop the primary key first, or leave the column as it is",
            })
        }
        TableAction::DropConstraint { name, cascade: false, .. } => {
            let users = dependents::of_key(step, &table, name);
            (!users.is_empty()).then(|| Refused {
                subject: Subject::Object("constraint", format!("{table}.{name}")),
                message: format!(
                    "to drop `{name}` of `{table}` without CASCADE while {} refers to it (\"cannot \
                     drop constraint because other objects depend on it\")",
                    listed(&users)
                ),
                help: "drop these foreign keys first, or let them refer to another key",
            })
        }
        _ => None,
    }
}

/// The foreign keys of other tables that went with a column.
fn keys_that_go(step: &Step<'_>, index: usize, table: &Name) -> Vec<String> {
    let others = step.differences.iter().filter(|other| {
        other.change == index
            && other.object.name != *table
            && !dependents::goes_here(step, &other.object.name)
    });
    let keys = others.filter_map(|other| match &other.kind {
        DifferenceKind::ConstraintDropped { name } => {
            // One that the same statement drops by name is in nobody's way.
            Some(format!("{}.{name}", other.object.name))
        }
        _ => None,
    });
    keys.collect()
}

/// Whether a column becomes an enum while it has a default of another type.
fn has_stale_default(step: &Step<'_>, table: &Name, column: &str, to: &DataType) -> bool {
    let Some(old) = step.before.column(table, column).known() else { return false };
    let is_enum = step.before.type_of(&to.name).known().is_some_and(|found| {
        matches!(found.kind, TypeKind::Type(TypeDefinition::Enum(_)))
    });
    let dropped = step.statement.changes.iter().any(|located| {
        matches!(
            &located.change.value,
            Change::AlterTable { action: TableAction::SetDefault { column: of, default: None }, .. }
                if of == column
        )
    });
    let definition = &old.definition;
    let same = definition.ty.as_ref().is_none_or(|from| {
        step.before.resolve_type(&from.name) == step.before.resolve_type(&to.name)
    });
    let default = definition.default.as_ref().filter(|default| default.text != "null");
    is_enum && default.is_some() && !dropped && !same
}

fn dropped(
    step: &Step<'_>,
    index: usize,
    object: &ObjectRef,
    cascade: bool,
    concurrently: bool,
) -> Option<Refused> {
    use ObjectKind as Kind;
    let catalog = step.before;
    let (kind, name) = (object.kind, catalog.resolve_object(object).name);
    if kind == Kind::Index {
        return dropped_index(step, index, &name, cascade, concurrently);
    }
    let users = match kind {
        _ if cascade => return None,
        Kind::View | Kind::MaterializedView => dependents::readers(step, &name),
        Kind::Type | Kind::Domain => dependents::columns_of_type(step, &name),
        Kind::Function => dependents::callers(step, &name),
        Kind::Sequence => catalog
            .columns_counting_with(&name)
            .into_iter()
            .filter(|(table, column)| catalog.column(table, column).known().is_some())
            .map(|(table, column)| format!("default of {table}.{column}"))
            .collect(),
        _ => return None,
    };
    let kind = kind.words();
    (!users.is_empty()).then(|| Refused {
        subject: Subject::Object(crate::rules::drop::kind_word(object.kind), name.to_string()),
        message: format!(
            "to drop the {kind} `{name}` without CASCADE while {} depends on it (\"cannot drop {kind} \
             because other objects depend on it\")",
            listed(&users)
        ),
        help: DROP_FIRST,
    })
}

fn dropped_index(
    step: &Step<'_>,
    index: usize,
    name: &Name,
    cascade: bool,
    concurrently: bool,
) -> Option<Refused> {
    let found = step.before.index(name).known();
    let constraint = found.and_then(|found| Some((found.table.as_ref()?, found.constraint.as_ref()?)));
    let (message, help) = match constraint {
        Some((table, constraint)) => {
            let key = step.before.constraint(table, constraint).known()?;
            let keyed = matches!(
                key.kind,
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Exclude { .. }
            );
            if !keyed {
                return None;
            }
            let message = format!(
                "to drop the index `{name}` (\"cannot drop index because constraint {constraint} on \
                 table {table} requires it\")"
            );
            (message, "ALTER TABLE ... DROP CONSTRAINT drops the constraint and its index")
        }
        None if concurrently && index > 0 => (
            format!(
                "to drop `{name}` beside others (\"DROP INDEX CONCURRENTLY does not support dropping \
                 multiple objects\")"
            ),
            "write one DROP INDEX CONCURRENTLY for each index",
        ),
        None if concurrently && cascade => (
            format!("to drop `{name}` so (\"DROP INDEX CONCURRENTLY does not support CASCADE\")"),
            "leave CASCADE out",
        ),
        None => return None,
    };
    Some(Refused { subject: Subject::Index(name.clone()), message, help })
}
