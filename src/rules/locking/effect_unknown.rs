//! The other net: a change of something that exists whose locks nobody knows.

use crate::dialect::Engine;
use crate::finding::{Finding, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE TABLE t (id int PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "effect-unknown",
    category: Category::Locking,
    level: Level::Warning,
    since: "0.1",
    summary: "change of an existing object whose locks are not known",
    why: "lockgate knows the locks of a form from measurements on real servers. Where it has none, it \
          does not take the form for harmless. It looks at changes of tables, indexes, materialized \
          views and types that exist already. Statements on rows, what is created, and what is \
          dropped whole are other rules' matter.",
    instead: "Try it on a copy with real amounts of data, and look at what waits meanwhile. In MySQL \
              and MariaDB write ALGORITHM=INSTANT, or ALGORITHM=INPLACE, LOCK=NONE: the server then \
              refuses where it would have to copy the table.",
    facts: &[
        Fact {
            engine: Engine::Mysql,
            says: "An ALTER TABLE is done by ALGORITHM=COPY, which blocks writes, unless the operation \
                   supports INPLACE or INSTANT; with the clause written, an operation that does not \
                   support it fails.",
            source: "https://dev.mysql.com/doc/refman/8.4/en/alter-table.html",
        },
        Fact {
            engine: Engine::Mariadb,
            says: "ALGORITHM and LOCK fail where the operation does not support them.",
            source: "https://mariadb.com/kb/en/innodb-online-ddl-overview/",
        },
        Fact {
            engine: Engine::Sqlite,
            says: "DROP COLUMN writes the table anew; RENAME and most ADD COLUMN do not.",
            source: "https://www.sqlite.org/lang_altertable.html",
        },
    ],
    same_as: &[],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("mysql", OLD, "ALTER TABLE t ADD COLUMN b int, ADD COLUMN c int;", "ADD COLUMN b int"),
        bad("mysql", OLD, "CREATE INDEX i ON t (a);", "CREATE INDEX i ON t (a)"),
        bad("mariadb", OLD, "ALTER TABLE t DROP COLUMN a;", "DROP COLUMN a"),
        bad("sqlite", OLD, "ALTER TABLE t DROP COLUMN a;", "DROP COLUMN a"),
        bad("postgres", "CREATE EXTENSION citext; CREATE TABLE t (id bigint PRIMARY KEY, e citext);", "DROP EXTENSION citext CASCADE;", "citext"),
        good("mysql", OLD, "INSERT INTO t VALUES (1, 2); UPDATE t SET a = 1 WHERE id = 1; DROP TABLE t;"),
        good("mysql", OLD, "CREATE TABLE n (id int PRIMARY KEY, a int); ALTER TABLE n ADD COLUMN b int; CREATE INDEX i ON n (a);"),
        good("mariadb", OLD, "CREATE TABLE n (id int PRIMARY KEY);"),
        good("sqlite", OLD, "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n ADD COLUMN b int;"),
        bad("sqlite", OLD, "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE id = 0; END;", "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE id = 0; END"),
        bad("sqlite", "CREATE TABLE t (id int PRIMARY KEY); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;", "DROP TRIGGER g;", "DROP TRIGGER g"),
        bad("mysql", OLD, "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;", "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1"),
        bad("mysql", "CREATE TABLE t (id int PRIMARY KEY); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1;", "DROP TRIGGER g;", "g"),
        bad("mysql", "CREATE TABLE t (a int, KEY i (a));", "ALTER TABLE t RENAME INDEX i TO j;", "RENAME INDEX i TO j"),
        good("mysql", OLD, "CREATE TABLE n (id int PRIMARY KEY, a int, KEY i (a)); ALTER TABLE n RENAME INDEX i TO j; CREATE TRIGGER g BEFORE INSERT ON n FOR EACH ROW SET NEW.a = 1; DROP TRIGGER g;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN b int; DROP TABLE t;"),
    ],
    check: Check::Net(check),
};

fn check(step: &Step<'_>, findings: &[Finding], sink: &mut Sink) {
    for (located, effect) in step.statement.changes.iter().zip(step.effects()) {
        let Some(why) = &effect.unknown else { continue };
        let Some((kind, name)) = changed(step, &located.change.value) else { continue };
        let span = located.change.span;
        let told = findings.iter().any(|finding| {
            let speaks = matches!(finding.category(), Some(Category::Locking | Category::Gate));
            speaks && span.contains(finding.primary.span)
        });
        if told {
            continue;
        }
        let subject = match kind {
            ObjectKind::Index => Subject::Index(name.clone()),
            ObjectKind::Type | ObjectKind::Domain => Subject::Object("type", name.to_string()),
            ObjectKind::Extension => Subject::Object("extension", name.to_string()),
            _ => Subject::Table(name.clone()),
        };
        let help = match step.dialect.engine {
            Engine::Mysql | Engine::Mariadb if may_state_how(step, &located.change.value) => {
                "write ALGORITHM=INSTANT, or ALGORITHM=INPLACE, LOCK=NONE: the server then refuses \
                 where it would copy the table and block writes"
            }
            _ => {
                "try it on a copy with real amounts of data, and look at what waits meanwhile"
            }
        };
        sink.report(step, span, subject)
            .message(format!("what this does to `{name}` while it runs is not known: {why}"))
            .help(help)
            .push();
        // Once for a statement.
        return;
    }
}

/// Whether the statement takes ALGORITHM and LOCK, and does not state them.
fn may_state_how(step: &Step<'_>, change: &Change) -> bool {
    let states = step.statement.changes.iter().any(|located| match &located.change.value {
        Change::AlterTable { action: TableAction::SetOnline { option, .. }, .. } => {
            matches!(option.as_str(), "ALGORITHM" | "LOCK")
        }
        _ => false,
    });
    let takes = match change {
        Change::AlterTable { .. } | Change::CreateIndex(_) | Change::Rename { .. } => true,
        Change::Drop { object, .. } => object.kind == ObjectKind::Index,
        _ => false,
    };
    takes && !states
}

/// The object that a change changes, where that may stop those who use it: not what it creates, nor
/// what it drops whole, nor rows.
fn changed(step: &Step<'_>, change: &Change) -> Option<(ObjectKind, Name)> {
    let postgres = step.dialect.engine == Engine::Postgres;
    let (kind, name) = match change {
        Change::AlterTable { target, action } => match action {
            // Its name alone changes.
            TableAction::RenameTable { .. } | TableAction::SetOwner { .. } => return None,
            _ => (target.kind, &target.name),
        },
        Change::CreateIndex(index) => (ObjectKind::Table, &index.table),
        Change::CreateTable(table) => {
            (ObjectKind::Table, &table.partition_of.as_ref()?.0)
        }
        Change::Drop { object, .. } if object.kind == ObjectKind::Index => {
            (object.kind, &object.name)
        }
        Change::RefreshMaterializedView { name, .. } => (ObjectKind::MaterializedView, name),
        Change::Maintenance(maintenance) => {
            let object = maintenance.objects.first()?;
            (object.kind, &object.name)
        }
        Change::Create { object, on: Some(table), .. }
            if postgres || object.kind == ObjectKind::Trigger =>
        {
            (ObjectKind::Table, table)
        }
        Change::Drop { object, .. } if object.kind == ObjectKind::Trigger && !postgres => {
            (ObjectKind::Table, step.before.object(object).seen()?.on.as_ref()?)
        }
        // MySQL's RENAME INDEX.
        Change::Rename { object, .. } if object.kind == ObjectKind::Index && !postgres => {
            (ObjectKind::Table, &object.name)
        }
        Change::AddEnumValue { name, .. } | Change::RenameEnumValue { name, .. } => {
            (ObjectKind::Type, name)
        }
        Change::Alter { object, .. } if postgres => (object.kind, &object.name),
        Change::Drop { object, .. } if object.kind == ObjectKind::Extension => {
            (object.kind, &object.name)
        }
        _ => return None,
    };
    match kind {
        ObjectKind::Extension => Some((kind, name.clone())),
        ObjectKind::Type | ObjectKind::Domain => {
            (!step.is_type_born(name)).then(|| (kind, step.before.resolve_type(name)))
        }
        ObjectKind::Table
        | ObjectKind::ForeignTable
        | ObjectKind::Index
        | ObjectKind::MaterializedView => {
            (!step.is_born(name)).then(|| (kind, step.before.resolve(name)))
        }
        _ => None,
    }
}
