//! `DROP EXTENSION`.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, listed};
use crate::replay::Step;
use crate::rules::drop::dropped;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE EXTENSION citext; CREATE EXTENSION pg_trgm; \
                   CREATE TABLE users (id bigint PRIMARY KEY, email citext);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-extension",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "extension dropped whose functions and types the running release may use",
    why: "Its functions, operators and types go with it, and each statement of the running release \
          that uses one fails from then on. With CASCADE go all columns of its types with their \
          values, and the indexes, defaults, views and functions that use any of it, without \
          being named: then this is an error.",
    instead: "Ship a release that does without it, change what uses it by name, and drop it then, \
              without CASCADE: PostgreSQL refuses while something uses it.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Dropping an extension causes its member objects, and other explicitly dependent \
               routines, to be dropped as well; CASCADE drops what depends on them.",
        source: "https://www.postgresql.org/docs/current/sql-dropextension.html",
    }],
    same_as: &[("squawk", "ban-drop-extension"), ("migrationpilot", "MP022")],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP EXTENSION pg_trgm;", "pg_trgm"),
        bad("postgres", OLD, "drop extension if exists \"citext\" cascade;", "\"citext\"").at_level(Level::Error),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DROP EXTENSION pg_trgm; END IF; END $$;", "pg_trgm"),
        bad("postgres", "", "DROP EXTENSION hstore;", "hstore").incomplete(),
        good("postgres", OLD, "DROP EXTENSION pg_trgm; CREATE EXTENSION pg_trgm SCHEMA public;"),
        good("postgres", OLD, "CREATE EXTENSION hstore; DROP EXTENSION hstore;"),
        good("postgres", OLD, "DROP EXTENSION IF EXISTS never_was;"),
        good("postgres", OLD, "COMMENT ON EXTENSION citext IS 'DROP EXTENSION citext'; -- DROP EXTENSION citext;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for extension in dropped(step, &[ObjectKind::Extension]) {
        let name = &extension.object.name.name;
        let end = step.end();
        let back = end.objects_named(ObjectKind::Extension, &extension.object.name).next().is_some();
        // Extensions of one type call it as they are called: citext, hstore, ltree, vector ...
        let ty = step.before.resolve_type(&Name::bare(name.clone()));
        let columns: Vec<String> = step
            .before
            .columns_of_type(&ty)
            .into_iter()
            .map(|(table, column)| format!("{table}.{column}"))
            .collect();
        if back && !extension.cascade {
            continue;
        }
        let maybe = step.maybe(extension.difference.change);
        let draft = sink.report(step, extension.difference.span, extension.subject());
        let draft = match extension.cascade {
            true => {
                let what = match columns.as_slice() {
                    [] => String::new(),
                    columns => format!(", as {}", listed(columns)),
                };
                draft
                    .level(extension.level(Level::Error).max(if columns.is_empty() {
                        Level::Warning
                    } else {
                        Level::Error
                    }))
                    .breaks([Breaks::Data, Breaks::Readers, Breaks::Writers, Breaks::Rollback])
                    .message(format!(
                        "{maybe}dropping the extension `{name}` with CASCADE drops every column of \
                         its types{what}, and all else that uses it"
                    ))
                    .old_release(", and the release that is running fails where it uses any of it")
            }
            false => draft
                .level(extension.level(Level::Warning))
                .message(format!("{maybe}dropping the extension `{name}`"))
                .old_release(
                    ": the release that is running fails where it uses its functions, operators or \
                     types",
                ),
        };
        draft
            .also(&extension.standing())
            .help("change what uses it by name, and drop it without CASCADE when no release uses it")
            .push();
    }
}
