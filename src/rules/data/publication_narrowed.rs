//! Publications that publish less.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY); CREATE PUBLICATION p FOR TABLE t;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "publication-narrowed",
    category: Category::Data,
    level: Level::Warning,
    since: "0.1",
    summary: "publication that publishes less than before",
    why: "Subscribers, replicas and change data capture get the rows of the tables that a \
          publication names, and nobody tells them that one is gone: their copy stands still. What \
          was written meanwhile does not come when the table is put back; it has to be copied \
          anew. Without the publication the subscription fails.",
    instead: "Stop the subscribers of the table first, or SET the list when they have switched to \
              another publication.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "SET replaces the list of tables in the publication, DROP removes tables from it; \
               each takes effect on the subscriber after a REFRESH PUBLICATION.",
        source: "https://www.postgresql.org/docs/current/sql-alterpublication.html",
    }],
    same_as: &[],
    breaks: &[Breaks::Data],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER PUBLICATION p DROP TABLE t;", "ALTER PUBLICATION p DROP TABLE t"),
        bad("postgres", OLD, "alter publication \"p\" set (publish = 'insert');", "alter publication \"p\" set (publish = 'insert')"),
        bad("postgres", OLD, "DROP PUBLICATION p;", "p"),
        bad("postgres", "", "ALTER PUBLICATION old SET TABLE a, b;", "ALTER PUBLICATION old SET TABLE a, b").incomplete(),
        good("postgres", OLD, "CREATE TABLE u (id int PRIMARY KEY); ALTER PUBLICATION p ADD TABLE u; ALTER PUBLICATION p RENAME TO q;"),
        good("postgres", "", "CREATE PUBLICATION n; ALTER PUBLICATION n SET (publish = 'insert'); DROP PUBLICATION n; DROP PUBLICATION IF EXISTS never_was;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let (object, what) = match &located.change.value {
            Change::Drop { object, .. } => (object, "is dropped"),
            Change::Alter { object, action, .. } if action.starts_with("drop ") => {
                (object, "publishes less than before")
            }
            Change::Alter { object, action, .. } if action.starts_with("set") => {
                (object, "publishes only what stands here")
            }
            _ => continue,
        };
        let publication = object.kind == ObjectKind::Publication;
        if !publication || step.is_object_born(object) || step.before.object(object).is_absent() {
            continue;
        }
        let (maybe, name) = (step.maybe(index), object.to_string());
        sink.report(step, located.change.span, Subject::Object("publication", name.clone()))
            .message(format!(
                "{maybe}`{name}` {what}: subscribers of what is gone get no change from now on, and \
                 are not told"
            ))
            .help("stop what subscribes to it first")
            .push();
    }
}
