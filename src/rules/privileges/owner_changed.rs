//! Objects that change hands.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};
use crate::schema::name::{ObjectKind, ObjectRef};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY); CREATE TABLE owned (id bigint PRIMARY KEY); ALTER TABLE owned OWNER TO app;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "owner-changed",
    category: Category::Privileges,
    level: Level::Warning,
    since: "0.1",
    summary: "existing table, view or schema given to another owner",
    why: "The old owner's own rights go with the ownership: where the running release connects as \
          that role, and was granted nothing, each of its statements fails with permission denied. \
          It can no longer alter the object either, and later migrations that it runs fail. The \
          role that runs this one must be a member of the new owner.",
    instead: "Grant the old owner what it goes on using in the same transaction, before the change \
              of hands; make the role that migrates the owner from the start.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "After ALTER TABLE ... OWNER TO the old owner's SELECT fails: permission denied for \
               table; a role that is no member of the new owner may not give it away.",
        source: "measured on PostgreSQL 15",
    }],
    same_as: &[],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t OWNER TO app;", "OWNER TO app"),
        bad("postgres", OLD, "alter table if exists public.\"owned\" owner to \"Admin\";", "owner to \"Admin\""),
        bad("postgres", "CREATE SCHEMA s;", "ALTER SCHEMA s OWNER TO app;", "ALTER SCHEMA s OWNER TO app"),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t;", "ALTER VIEW v OWNER TO app;", "OWNER TO app"),
        bad("postgres", "", "ALTER TABLE old OWNER TO app;", "OWNER TO app").incomplete(),
        bad("postgres", OLD, "DO $$ BEGIN ALTER TABLE t OWNER TO app; END $$;", "OWNER TO app"),
        good("postgres", OLD, "ALTER TABLE owned OWNER TO app;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n OWNER TO app;"),
        good("postgres", "", "CREATE TABLE IF NOT EXISTS n (id int PRIMARY KEY); ALTER TABLE n OWNER TO app;").incomplete(),
        good("postgres", OLD, "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() OWNER TO app;"),
        good("postgres", OLD, "ALTER TABLE t OWNER TO current_user; COMMENT ON TABLE t IS 'ALTER TABLE t OWNER TO app';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let (object, owner) = match &located.change.value {
            Change::AlterTable { target, action: TableAction::SetOwner { owner } } => {
                (ObjectRef::new(target.kind, target.name.clone()), owner)
            }
            Change::SetOwner { object, owner } if object.kind == ObjectKind::Schema => {
                (object.clone(), owner)
            }
            _ => continue,
        };
        let found = step.before.relation(&object.name).seen();
        let kind = match found {
            Some(found) if object.kind.is_relation() => found.kind(),
            _ => object.kind,
        };
        let key = step.before.resolve_object(&ObjectRef { kind, ..object });
        let was = step.before.owners.get(&key);
        // Written again behind each replacement, as dumps do it.
        let replaced = created_again(step, &key);
        // The role that migrates is the owner already, or could not do it.
        let own = matches!(owner.as_str(), "current_user" | "session_user" | "current_role");
        let may_be_new = kind.is_relation() && step.level_by_standing(&key.name) == Level::Warning;
        if may_be_new || own || replaced || was == Some(owner) || step.is_object_born(&key) {
            continue;
        }
        let from = was.map(|was| format!(" from `{was}`")).unwrap_or_default();
        let (maybe, subject) = (step.maybe(index), Subject::Object(words(kind), key.to_string()));
        sink.report(step, located.change.span, subject)
            .message(format!(
                "{maybe}`{key}` goes{from} to `{owner}`: the old owner loses what it may do as \
                 owner, and the role that runs this must be a member of `{owner}`"
            ))
            .old_release(
                ", and the running release fails with permission denied where it connects as the \
                 old one",
            )
            .help("grant the old owner what it goes on using, in the same transaction")
            .push();
    }
}

fn words(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Schema => "schema",
        ObjectKind::View | ObjectKind::MaterializedView => "view",
        ObjectKind::Sequence => "sequence",
        _ => "table",
    }
}

/// Whether this migration replaced the object, as `CREATE OR REPLACE VIEW` does.
fn created_again(step: &Step<'_>, key: &ObjectRef) -> bool {
    let changes = step.migration.statements.iter().flat_map(|statement| &statement.changes);
    let mut creates = changes.filter_map(|located| match &located.change.value {
        Change::CreateView(view) => Some(&view.name),
        _ => None,
    });
    creates.any(|name| step.before.resolve(name) == key.name)
}
