//! A down migration that does not lead back.

use crate::finding::{Breaks, Label, Level, Subject, listed};
use crate::migration::Reading;
use crate::replay::{DifferenceKind, MigrationEnd, Step, WayBack};
use crate::rules::{Category, Check, Rule, Sink, bad, good, way_back};
use crate::schema::change::{Change, DataVerb};
use crate::schema::diff::{Difference, Verb};
use crate::schema::name::{Name, ObjectKind};
use crate::source::Span;

const OLD: &str = "-- +goose Up\nCREATE TABLE t (id bigint PRIMARY KEY, a integer);\n\
                   -- +goose Down\nDROP TABLE t;\n";

/// How many differences a message names.
const SHOWN_MAX: usize = 3;

/// The rule.
pub static RULE: Rule = Rule {
    id: "down-differs",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "down migration that does not give back the schema before its up",
    why: "A way back that nobody has tried is found to be none on the day that it is needed: an \
          index or a type that stays makes the next up fail (it already exists), a column or a \
          constraint that is missing breaks the release that comes back. lockgate replays the up and \
          then the down, and compares what there is with what there was. Values that a dropped \
          column or table held do not come back at all: that is a finding of its own, which counts \
          under `promise: rollback`.",
    instead: "Let the down undo each statement of the up, in the opposite order. Who only rolls \
              forward keeps no downs, or says `rollback: off` in lockgate.yaml.",
    facts: &[],
    same_as: &[],
    breaks: &[Breaks::Rollback],
    checks_down: true,
    examples: &[
        bad("postgres", OLD, "-- +goose Up\nALTER TABLE t ADD b int; CREATE TYPE mood AS ENUM ('sad', 'ok');\n-- +goose Down\nALTER TABLE t DROP b;", "ALTER TABLE t DROP b"),
        bad("postgres", OLD, "-- +goose Up\nALTER TABLE t ADD b int;\nCREATE UNIQUE INDEX i ON t (a);\n-- +goose Down\nDROP INDEX i;", "DROP INDEX i"),
        bad("postgres", OLD, "-- +goose Up\nALTER TABLE t ALTER a TYPE bigint;\n-- +goose Down\nALTER TABLE t ALTER a TYPE smallint;", "ALTER TABLE t ALTER a TYPE smallint"),
        bad("postgres", OLD, "-- +goose Up\nALTER TABLE t RENAME a TO b;\n-- +goose Down\nSELECT 'down SQL query';", "SELECT 'down SQL query'"),
        good("postgres", OLD, "-- +goose Up\nALTER TABLE t ADD b int, ADD UNIQUE (a); COMMENT ON COLUMN t.a IS 'x';\n-- +goose Down\nALTER TABLE t DROP b, DROP CONSTRAINT t_a_key; COMMENT ON COLUMN t.a IS NULL;"),
        good("postgres", OLD, "-- +goose Up\nALTER TABLE t RENAME a TO b; ALTER TABLE t RENAME TO u;\n-- +goose Down\nALTER TABLE u RENAME TO t; ALTER TABLE t RENAME b TO a;"),
        good("postgres", OLD, "-- +goose Up\nALTER TABLE t DROP a;\n-- +goose Down\nALTER TABLE t ADD a integer;"),
        good("postgres", "-- +goose Up\nCREATE TYPE mood AS ENUM ('sad');\n-- +goose Down\nDROP TYPE mood;", "-- +goose Up\nALTER TYPE mood ADD VALUE 'ok';\n-- +goose Down\nSELECT 1;"),
        good("postgres", OLD, "-- +goose Up\nALTER TABLE t ADD b int;\n-- +goose Down\n-- there is no way back"),
        good(
            "postgres",
            "-- +goose Up\nCREATE TABLE t (id int PRIMARY KEY);\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS int AS $$\n    BEGIN\n        RETURN 1;\n    END\n$$ LANGUAGE plpgsql;\n-- +goose StatementEnd\n-- +goose Down\nDROP FUNCTION f(); DROP TABLE t;",
            "-- +goose Up\n-- +goose StatementBegin\nCREATE OR REPLACE FUNCTION f() RETURNS int AS 'BEGIN RETURN 2; END' LANGUAGE plpgsql;\n-- +goose StatementEnd\n-- +goose Down\n-- +goose StatementBegin\nCREATE OR REPLACE FUNCTION f() RETURNS int AS $body$\nBEGIN\n  RETURN 1;\nEND\n$body$ LANGUAGE plpgsql;\n-- +goose StatementEnd",
        ),
        good("postgres", OLD, "-- +goose Up\nCREATE EXTENSION IF NOT EXISTS pgcrypto;\n-- +goose Down\nSELECT 1;"),
        bad("postgres", OLD, "-- +goose Up\nALTER TABLE t ADD b int;\n-- +goose Down\n-- +goose StatementBegin\nDO $$ BEGIN EXECUTE 'ALTER TABLE t DROP ' || 'b'; END $$;\n-- +goose StatementEnd", "DO $$ BEGIN EXECUTE 'ALTER TABLE t DROP ' || 'b'; END $$")
            .at_level(Level::Note),
    ],
    check: Check::Migration(check),
};

fn check(end: &MigrationEnd<'_>, sink: &mut Sink) {
    let Some(way) = end.way_back() else { return };
    // One that does nothing is no way back: whether one is missed is another question.
    if end.steps.is_empty() {
        return;
    }
    if let Some(step) = end.steps.iter().chain(way.up_steps).find(|step| !is_followed(step)) {
        return not_compared(end, step, sink);
    }
    let found = way_back::differences(way.before, way.after);
    if found.is_empty() {
        return emptied(end, &way, sink);
    }
    let words: Vec<String> = found.iter().take(SHOWN_MAX).map(words).collect();
    let more = match found.len().saturating_sub(SHOWN_MAX) {
        0 => String::new(),
        1 => "; and 1 more difference".to_owned(),
        more => format!("; and {more} more differences"),
    };
    let mut draft = sink
        .report_at(end.migration.migration.file, place(end), subject(end))
        // Who keeps downs promises the way back, whatever else is promised.
        .breaks([])
        .message(format!(
            "up and down again does not give back the schema before: {}{more}",
            words.join("; ")
        ))
        .help(
            "let the down undo each statement of the up, in the opposite order; `rollback: off` in \
             lockgate.yaml is for teams that only roll forward",
        );
    let mut shown: Vec<Span> = Vec::new();
    for difference in found.iter().take(SHOWN_MAX) {
        if let Some(span) = cause(&way, difference).filter(|span| !shown.contains(span)) {
            shown.push(span);
            let text = format!("the up changes {} here", named(difference));
            draft = draft.related(Label { file: way.up.migration.file, span, text });
        }
    }
    draft.push();
}

/// Whether what a statement does to the schema is known.
fn is_followed(step: &Step<'_>) -> bool {
    step.statement.reading == Reading::Understood
}

/// Says that a way back was not compared, and why.
fn not_compared(end: &MigrationEnd<'_>, step: &Step<'_>, sink: &mut Sink) {
    let way = match step.index == end.index {
        true => "this statement",
        false => "a statement of the up",
    };
    sink.report_at(step.migration.migration.file, step.statement.span, subject(end))
        .level(Level::Note)
        .breaks([])
        .message(format!(
            "whether the down leads back was not checked: lockgate does not follow {way}"
        ))
        .push();
}

/// The object of a difference: `column `public.t.a``.
fn named(difference: &Difference) -> String {
    let Difference { of, group, .. } = difference;
    let kind = &of.kind;
    match difference.is_whole() {
        true => format!("{kind} `{}`", of.name),
        false if of.object.kind == ObjectKind::Index => format!("{kind} `{}`", of.name),
        false => format!("{kind} `{}.{}`", group.name, of.name),
    }
}

fn words(difference: &Difference) -> String {
    const VALUE_MAX: usize = 60;
    let named = named(difference);
    match difference.verb {
        Verb::Added => format!("{named} stays"),
        Verb::Removed => format!("{named} is missing"),
        Verb::Changed => {
            let said = difference.said.iter().map(|said| {
                let name = said.name.replace('_', " ");
                let value = |value: &Option<String>| match value.as_deref() {
                    None => Some("none".to_owned()),
                    Some("") => Some("yes".to_owned()),
                    Some(text) => {
                        (text.len() <= VALUE_MAX && !text.contains('\n')).then(|| text.to_owned())
                    }
                };
                let (before, after) = (said.before.as_deref(), said.after.as_deref());
                match (value(&said.before), value(&said.after)) {
                    _ if (before, after) == (Some(""), None) => format!("no {}", said.lead),
                    _ if (before, after) == (None, Some("")) => {
                        format!("{}, before not", said.lead)
                    }
                    (Some(before), Some(after)) => format!("{name} {after}, before {before}"),
                    _ => format!("another {name}"),
                }
            });
            format!("{named} has {}", said.collect::<Vec<_>>().join(", and "))
        }
    }
}

/// The statement of the up that touched the object of a difference.
fn cause(way: &WayBack<'_>, difference: &Difference) -> Option<Span> {
    let object = &difference.of.object;
    let of_part = |kind: &DifferenceKind| match kind {
        DifferenceKind::ColumnAdded { column }
        | DifferenceKind::ColumnDropped { column }
        | DifferenceKind::ColumnRenamed { column, .. }
        | DifferenceKind::ColumnTypeChanged { column, .. }
        | DifferenceKind::ColumnMadeNotNull { column }
        | DifferenceKind::ColumnMadeNullable { column }
        | DifferenceKind::ColumnDefaultChanged { column } => Some(column.clone()),
        DifferenceKind::ConstraintAdded { name } | DifferenceKind::ConstraintDropped { name } => {
            Some(name.clone())
        }
        _ => None,
    };
    let touches = |it: &&crate::replay::Difference| match &it.kind {
        DifferenceKind::IndexCreated { index } | DifferenceKind::IndexDropped { index } => {
            *index == object.name
        }
        kind => it.object.name == object.name && of_part(kind) == object.part,
    };
    way.up_steps.iter().flat_map(|step| step.differences).find(touches).map(|it| it.span)
}

/// Says what the up took and the down gives back without its values.
fn emptied(end: &MigrationEnd<'_>, way: &WayBack<'_>, sink: &mut Sink) {
    let fills = |table: &Name| {
        end.steps.iter().any(|step| {
            step.statement.changes.iter().any(|located| match &located.change.value {
                Change::Data(data) => {
                    matches!(data.verb, DataVerb::Insert | DataVerb::Update | DataVerb::Merge)
                        && data.writes.iter().any(|name| step.before.resolve(name) == *table)
                }
                _ => false,
            })
        })
    };
    let mut gone = Vec::new();
    for step in way.up_steps {
        for difference in step.differences {
            let table = &difference.object.name;
            let column = match &difference.kind {
                DifferenceKind::TableDropped if !step.is_born(table) => None,
                DifferenceKind::ColumnDropped { column } if !step.is_column_born(table, column) => {
                    let old = step.before.column(table, column).seen();
                    if old.is_some_and(|old| old.definition.generated.is_some()) {
                        continue;
                    }
                    Some(column)
                }
                _ => continue,
            };
            let is_back = match column {
                Some(column) => way.after.column(table, column).seen().is_some(),
                None => way.after.seen_table(table).is_some(),
            };
            if is_back && !fills(table) {
                gone.push((table, column, difference.span));
            }
        }
    }
    let Some((_, _, span)) = gone.first() else { return };
    let names: Vec<String> = gone
        .iter()
        .map(|(table, column, _)| match column {
            Some(column) => format!("{table}.{column}"),
            None => table.to_string(),
        })
        .collect();
    let text = "dropped here".to_owned();
    sink.report_at(end.migration.migration.file, place(end), subject(end))
        .message(format!("the down gives {} back empty: what the up dropped is lost", listed(&names)))
        .related(Label { file: way.up.migration.file, span: *span, text })
        .help("drop in a later release, when nobody goes back any more")
        .push();
}

/// The first statement of a down.
fn place(end: &MigrationEnd<'_>) -> Span {
    let first = end.migration.statements.first().map(|statement| statement.span);
    first.unwrap_or(end.migration.migration.span)
}

fn subject(end: &MigrationEnd<'_>) -> Subject {
    let version = &end.migration.migration.version;
    let key = version.key.join(".");
    Subject::Migration(if version.text.is_empty() { key } else { version.text.clone() })
}
