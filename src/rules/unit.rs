//! What a unit of statements does, one action after another, which locks it holds meanwhile, and
//! which of the actions take long.

use super::lock::{Held, SQL, held, list, worked};
use crate::effects::{LockMode, Touch};
use crate::finding::{Label, Level};
use crate::migration::{Context, LocatedChange};
use crate::replay::{DifferenceKind, Step, Unit};
use crate::schema::catalog::Relation;
use crate::schema::change::{Change, Data, DataVerb, TableAction, TransactionMark};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{Name, ObjectKind};
use crate::statistics::Class;
use std::ops::Range;

/// What the server runs in one go: a statement with its sub-commands, or one in a `DO` block.
#[derive(Debug)]
pub struct Action<'a> {
    /// Its statement.
    pub step: &'a Step<'a>,
    /// Its changes.
    changes: Range<usize>,
    /// Those of its locks for which somebody waits, by change.
    held: Vec<Held<'a>>,
}

/// A lock for which somebody waits, on a table or view that somebody may be using.
#[derive(Clone, Copy, Debug)]
pub struct Lock<'a> {
    /// On what, resolved.
    pub name: &'a Name,
    /// How strong.
    pub mode: LockMode,
    /// The statement that took it.
    pub step: &'a Step<'a>,
    /// The change that did.
    pub located: &'a LocatedChange,
}

impl<'a> Lock<'a> {
    /// The place where it is taken.
    pub fn label(&self) -> Label {
        Label {
            file: self.step.migration.migration.file,
            span: self.located.change.span,
            text: format!("takes {} on `{}`", self.mode.name(), self.name),
        }
    }

    /// What took it: "ALTER TABLE".
    pub fn words(&self) -> String {
        words(&self.located.change.value)
    }
}

/// What a change is, in the words of SQL: "ALTER TABLE", "CREATE INDEX", "UPDATE".
pub fn words(change: &Change) -> String {
    match change {
        Change::AlterTable { target, .. } => {
            format!("ALTER {}", target.kind.words().to_ascii_uppercase())
        }
        Change::Lock { .. } => "LOCK TABLE".to_owned(),
        other => other.kind().replace('_', " ").to_ascii_uppercase(),
    }
}

/// A change with what it is about, as it stands in an advice: "ALTER TABLE t".
pub fn named(change: &Change) -> String {
    let name = match change {
        Change::AlterTable { target, .. } => Some(&target.name),
        Change::CreateIndex(index) => return format!("CREATE INDEX ON {}", SQL.name(&index.table)),
        Change::CreateTable(table) => Some(&table.name),
        Change::Data(data) => data.writes.first(),
        Change::Drop { object, .. } => Some(&object.name),
        Change::Lock { tables, .. } => tables.first(),
        _ => None,
    };
    let name = name.map(|name| format!(" {}", SQL.name(name)));
    format!("{}{}", words(change), name.unwrap_or_default())
}

/// The locks that a unit holds, in the order in which it took them; one for each table, the
/// strongest.
#[derive(Debug, Default)]
pub struct Locks<'a>(pub Vec<Lock<'a>>);

impl<'a> Locks<'a> {
    fn take(&mut self, lock: Lock<'a>) {
        match self.0.iter_mut().find(|it| it.name == lock.name) {
            // What this migration takes is sure; that the one before is pending is not.
            Some(old) if old.step.index != lock.step.index || old.mode < lock.mode => *old = lock,
            Some(_) => {}
            None => self.0.push(lock),
        }
    }
}

/// The locks in words, with who waits: "ACCESS EXCLUSIVE on `t` (nobody can read or write it)".
pub fn in_words<'a>(locks: &[&Lock<'a>]) -> String {
    let mut modes: Vec<LockMode> = locks.iter().map(|lock| lock.mode).collect();
    modes.sort_by(|a, b| b.cmp(a));
    modes.dedup();
    let of_mode = |mode: &LockMode| {
        let names: Vec<&Name> =
            locks.iter().filter(|lock| lock.mode == *mode).map(|lock| lock.name).collect();
        let waits = super::lock::who_waits(*mode, names.len());
        format!("{} on {} ({waits})", mode.name(), list(names.into_iter()))
    };
    modes.iter().map(of_mode).collect::<Vec<_>>().join(" and ")
}

/// Goes through the actions of a unit; `see` is shown each with the locks that are held when it
/// begins.
pub fn walk<'a>(unit: &Unit<'a>, mut see: impl FnMut(&Action<'a>, &Locks<'a>)) {
    let mut locks = Locks::default();
    for action in unit.pending.iter().flat_map(actions) {
        action.locks().for_each(|lock| locks.take(lock));
    }
    for action in unit.steps.iter().flat_map(actions) {
        see(&action, &locks);
        if action.commits() {
            locks.0.clear();
        }
        action.locks().for_each(|lock| locks.take(lock));
    }
}

/// The actions of a statement.
fn actions<'a>(step: &'a Step<'a>) -> Vec<Action<'a>> {
    let together = |a: &LocatedChange, b: &LocatedChange| {
        a.context == Context::Top && b.context == Context::Top
    };
    let mut held: Vec<Held<'a>> = held(step).collect();
    let mut at = 0;
    let chunks = step.statement.changes.chunk_by(together);
    chunks
        .map(|chunk| {
            let changes = at..at + chunk.len();
            at = changes.end;
            let rest = held.split_off(held.partition_point(|it| it.change < changes.end));
            Action { step, changes, held: std::mem::replace(&mut held, rest) }
        })
        .collect()
}

/// What an action does that takes as long as a table is large.
#[derive(Debug)]
pub struct Work<'a> {
    /// The change that does it.
    pub located: &'a LocatedChange,
    /// What it does: "writes every row of `t`".
    pub doing: String,
    /// How sure it is that this takes long.
    pub level: Level,
    /// The relations that it blocks by itself while it works: another rule says so.
    pub blocks: Vec<&'a Touch>,
}

impl<'a> Action<'a> {
    /// The locks that it takes for which somebody waits, but for those on what is gone with it.
    pub fn locks(&self) -> impl Iterator<Item = Lock<'a>> {
        let step = self.step;
        self.held.iter().flat_map(move |held| {
            let taken = held.touches.iter().filter(move |touch| {
                let kind = touch.object.kind;
                !matches!(kind, ObjectKind::Index | ObjectKind::Sequence)
                    && !is_dropped(step, held.change, &touch.object.name)
            });
            let (located, touches): (_, Vec<&'a Touch>) = (held.located, taken.copied().collect());
            touches.into_iter().map(move |touch| Lock {
                name: &touch.object.name,
                mode: touch.mode,
                step,
                located,
            })
        })
    }

    /// Whether it is a COMMIT or ROLLBACK of a `DO` block, which ends the transaction where none is
    /// open around it.
    pub fn commits(&self) -> bool {
        let mark = |located: &LocatedChange| {
            matches!(
                located.change.value,
                Change::Transaction(
                    TransactionMark::Commit { .. } | TransactionMark::Rollback { .. }
                )
            )
        };
        self.changes().any(|(_, located)| located.context != Context::Top && mark(located))
    }

    /// Its changes, with their indexes in the statement.
    pub fn changes(&self) -> impl Iterator<Item = (usize, &'a LocatedChange)> {
        let own = self.step.statement.changes.get(self.changes.clone()).unwrap_or_default();
        self.changes.clone().zip(own)
    }

    /// What it does that takes long; the first such change speaks for all.
    pub fn work(&self) -> Option<Work<'a>> {
        self.changes().find_map(|(change, located)| match &located.change.value {
            Change::Data(data) => {
                let (doing, level) = rows(self.step, data)?;
                Some(Work { located, doing, level, blocks: Vec::new() })
            }
            _ => {
                let (doing, level) = whole_table(self.step, change)?;
                let working = self.held.iter().flat_map(|it| it.touches.iter().copied());
                Some(Work { located, doing, level, blocks: working.collect() })
            }
        })
    }
}

/// Whether the change takes a relation away.
pub fn is_dropped(step: &Step<'_>, change: usize, name: &Name) -> bool {
    let gone = |kind: &DifferenceKind| {
        matches!(kind, DifferenceKind::TableDropped | DifferenceKind::ObjectDropped)
    };
    let mut own = step.differences.iter().filter(|it| it.change == change);
    own.any(|it| it.object.name == *name && gone(&it.kind))
}

/// What a change reads, writes or builds whole.
fn whole_table(step: &Step<'_>, change: usize) -> Option<(String, Level)> {
    // What no transaction takes holds up nobody: another rule says so.
    let effect = step.effects().get(change).filter(|it| it.refused_in_block.is_none())?;
    let old = step.old_touches(change).filter(|touch| touch.works());
    if let Some(largest) = old.map(|touch| step.size(&touch.object.name).class()).max() {
        return sized(largest, (worked(step, change), Level::Error));
    }
    // A new table may hold the rows of an old one.
    let filled = effect.touches.iter().find(|it| it.works() && is_filled(step, &it.object.name))?;
    Some((format!("works on all of the new `{}`", filled.object.name), Level::Warning))
}

/// Milder where the table is small, nothing where it is tiny.
fn sized(class: Class, (does, level): (String, Level)) -> Option<(String, Level)> {
    match class {
        Class::Tiny => None,
        Class::Small => Some((does, level.min(Level::Warning))),
        Class::Large => Some((does, level)),
    }
}

/// Whether a new table was filled with the rows of another one.
fn is_filled(step: &Step<'_>, name: &Name) -> bool {
    let found = step.before.seen_table(name);
    found.is_some_and(|(_, table)| !table.filled_from.is_empty() || table.query.is_some())
}

/// What a statement on rows does, where those may be many; its `WITH` list counts like itself.
fn rows(step: &Step<'_>, data: &Data) -> Option<(String, Level)> {
    if data.sleeps {
        return Some(("sleeps".to_owned(), Level::Error));
    }
    let (own, within) = (own_rows(step, data), rows_within(step, data));
    match (&own, &within) {
        (Some((_, own)), Some((_, other))) if own < other => within,
        (None, _) => within,
        _ => own,
    }
}

/// What the UPDATEs and DELETEs in a `WITH` list do to old tables.
fn rows_within(step: &Step<'_>, data: &Data) -> Option<(String, Level)> {
    let own = match data.verb {
        DataVerb::Select | DataVerb::Call | DataVerb::Copy => None,
        _ => data.writes.first(),
    };
    let old = |(_, name): &&(DataVerb, Name)| own != Some(name) && !step.is_born(name);
    let doing = |verb: DataVerb| if verb == DataVerb::Delete { "deletes" } else { "writes" };
    let every = data.every_row.iter().filter(old).map(|(verb, name)| {
        let does = format!("{} every row of `{}`", doing(*verb), step.before.resolve(name));
        (name, does, Level::Error)
    });
    let many = data.many_rows.iter().filter(old).map(|(verb, name)| {
        let table = step.before.resolve(name);
        let does = format!("{} the rows of `{table}` that its condition finds", doing(*verb));
        (name, does, Level::Warning)
    });
    every.chain(many).find_map(|(name, does, level)| sized(step.size(name).class(), (does, level)))
}

/// What the statement itself does, without its `WITH` list.
fn own_rows(step: &Step<'_>, data: &Data) -> Option<(String, Level)> {
    let named = |name: &Name| format!("`{}`", step.before.resolve(name));
    let old = |name: &&Name| !step.is_born(name);
    match data.verb {
        DataVerb::Update | DataVerb::Delete | DataVerb::Merge => {
            let Some(target) = data.writes.first() else {
                return data.batched.then(|| ("writes rows in a loop".to_owned(), Level::Error));
            };
            let bounded = !data.every_row.iter().any(|(_, name)| name == target);
            let found = match bounded && data.verb != DataVerb::Merge {
                _ if step.is_born(target) => is_filled(step, target)
                    .then(|| (format!("writes rows of the new {}", named(target)), Level::Warning)),
                _ if data.batched => {
                    Some((format!("writes rows of {} in a loop", named(target)), Level::Error))
                }
                false => {
                    Some((format!("{} every row of {}", writes(data), named(target)), Level::Error))
                }
                true if is_pinned(step, target, data) => None,
                true => Some((
                    format!(
                        "{} the rows of {} that its condition finds",
                        writes(data),
                        named(target)
                    ),
                    Level::Warning,
                )),
            };
            sized(step.size(target).class(), found?)
        }
        DataVerb::Insert => {
            match &data.copies {
                Some(copied) if !step.is_born(&copied.from) => {
                    let does = format!("copies every row of {}", named(&copied.from));
                    sized(step.size(&copied.from).class(), (does, Level::Error))
                }
                _ => data.reads.iter().find(old).map(|from| {
                    (format!("writes what it reads from {}", named(from)), Level::Warning)
                }),
            }
        }
        DataVerb::Call | DataVerb::Copy | DataVerb::Select => None,
    }
}

fn writes(data: &Data) -> &'static str {
    match data.verb {
        DataVerb::Delete => "deletes",
        _ => "writes",
    }
}

/// Whether a condition leaves a few rows: it gives the value of a unique key, or of any column
/// where the keys of the table are not known.
fn is_pinned(step: &Step<'_>, target: &Name, data: &Data) -> bool {
    let pinned = |column: &String| data.pins.contains(column);
    let Knowledge::Known(_) = step.before.shape(target) else { return !data.pins.is_empty() };
    let Some((name, table)) = step.before.seen_table(target) else { return false };
    let key = table.primary_key().is_some_and(|(_, key)| key.columns.iter().all(pinned));
    key || table.indexes.iter().any(|index| {
        let index = step.before.index_name(name, index);
        match step.before.relations.get(&index) {
            Some(Relation::Index(index)) => {
                let column =
                    |key: &crate::schema::change::IndexKey| key.column.as_ref().is_some_and(pinned);
                index.unique && index.predicate.is_none() && index.keys.iter().all(column)
            }
            _ => false,
        }
    })
}

/// Whether the action validates a constraint that its transaction added: another rule says so.
pub fn validates_own(action: &Action<'_>, unit: &Unit<'_>) -> bool {
    let added = |table: &Name, wanted: &str| {
        let steps = unit.pending.iter().chain(unit.steps);
        steps.flat_map(|step| step.differences).any(|it| {
            it.object.name == *table
                && matches!(&it.kind, DifferenceKind::ConstraintAdded { name } if name == wanted)
        })
    };
    action.changes().any(|(change, located)| {
        let validates = matches!(
            located.change.value,
            Change::AlterTable { action: TableAction::ValidateConstraint { .. }, .. }
        );
        validates
            && action.step.differences.iter().any(|it| {
                it.change == change
                    && matches!(&it.kind, DifferenceKind::ConstraintValidated { name } if added(&it.object.name, name))
            })
    })
}
