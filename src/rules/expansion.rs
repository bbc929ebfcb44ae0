//! Expand and contract: a new column takes over from an old one in three steps of three releases
//! (it is added, it is filled, the old one is dropped), and what a drop can say of the first two.

use crate::finding::Label;
use crate::migration::{ReadMigration, Statement};
use crate::replay::{DifferenceKind, Past, Step};
use crate::schema::change::{Change, DataVerb};
use crate::schema::name::{Name, ObjectKind};
use crate::sql::words::sets_from;

/// What comes before the drop of a column.
#[derive(Debug)]
pub struct Expansion<'a> {
    /// The column that takes over.
    pub to: &'a str,
    added: Past<'a>,
    filled: Option<(Past<'a>, bool)>,
}

/// The column that took over from a dropped one: one that a statement or trigger fills from it, or
/// else the last one whose name goes on where the old one ends.
pub fn expansion<'a>(step: &Step<'a>, table: &Name, old: &str) -> Option<Expansion<'a>> {
    let old_folded = old.to_ascii_lowercase();
    let mut alike = None;
    let mut fills = Vec::new();
    let mut triggered = false;
    let mut added: Vec<(Past<'a>, &'a str)> = Vec::new();
    for past in step.past() {
        for difference in past.differences.iter().filter(|it| it.object.name == *table) {
            if let DifferenceKind::ColumnAdded { column } = &difference.kind {
                added.push((past, column));
            }
            triggered |= difference.object.kind == ObjectKind::Trigger;
        }
        // Most statements do not name the column at all.
        let names_it = || past.statement.text.to_ascii_lowercase().contains(&old_folded);
        if let Some(by_trigger) = fills_rows(past.statement, step, table).filter(|_| names_it()) {
            fills.push((past, by_trigger));
        }
    }
    for (past, to) in added.into_iter().rev() {
        let is_there = step.before.column(table, to).seen().is_some();
        if to == old || !is_there || step.after.column(table, to).seen().is_none() {
            continue;
        }
        let engine = step.dialect.engine;
        let filled = fills.iter().copied().find(|(fill, by_trigger)| {
            (triggered || !by_trigger) && sets_from(&fill.statement.text, engine, to, old)
        });
        // Where it also takes the name, another rule says what becomes of the values.
        let takes_name = past.same_migration && step.end().column(table, old).seen().is_some();
        if takes_name {
            continue;
        }
        if filled.is_some() {
            return Some(Expansion { to, added: past, filled });
        }
        if goes_on(old, to) && !past.same_migration {
            alike = alike.or(Some(Expansion { to, added: past, filled: None }));
        }
    }
    alike
}

/// Whether a statement may fill columns of a table, and whether it is code of a trigger.
fn fills_rows(statement: &Statement, step: &Step<'_>, table: &Name) -> Option<bool> {
    statement.changes.iter().find_map(|located| match &located.change.value {
        Change::Data(data) if data.verb == DataVerb::Update => {
            let first = data.writes.first()?;
            (first.name == table.name && step.before.resolve(first) == *table).then_some(false)
        }
        Change::CreateRoutine(_) => Some(true),
        _ => None,
    })
}

/// Whether one name is the other with words behind it: `total`, `total_cents`.
fn goes_on(old: &str, new: &str) -> bool {
    new.strip_prefix(old).is_some_and(|rest| rest.starts_with('_'))
}

impl Expansion<'_> {
    /// The end of a message on the drop of `old`.
    pub fn words(&self, old: &str) -> String {
        let to = self.to;
        let added = version(self.added.migration);
        match &self.filled {
            Some(_) if self.added.same_migration => format!(
                ". `{to}` is added, filled and takes its place in one migration: a rename in \
                 disguise, with no time in which both releases work"
            ),
            Some((fill, by_trigger)) => {
                let filled = version(fill.migration);
                let how = if *by_trigger { "kept in step by a trigger since" } else { "filled in" };
                let at_once = match fill.same_migration {
                    true => format!(
                        "; what the release that is running writes to `{old}` after that, `{to}` \
                         does not get"
                    ),
                    false => String::new(),
                };
                format!(
                    ". This is the contract step of `{old}` -> `{to}` (added in {added}, {how} \
                     {filled}){at_once}"
                )
            }
            None => format!(
                ". `{to}`, added in {added}, looks like what takes its place, but no migration fills \
                 it from `{old}`"
            ),
        }
    }

    /// The statements before the drop.
    pub fn labels(&self) -> Vec<Label> {
        let label = |past: &Past<'_>, text: &str| Label {
            file: past.migration.migration.file,
            span: past.statement.span,
            text: text.to_owned(),
        };
        let added = label(&self.added, "expanded here");
        let filled = self.filled.as_ref().map(|(past, _)| label(past, "filled here"));
        std::iter::once(added).chain(filled).collect()
    }
}

fn version(migration: &ReadMigration) -> &str {
    let version = &migration.migration.version;
    match version.text.as_str() {
        "" => version.key.last().map_or("an earlier migration", String::as_str),
        text => text,
    }
}
