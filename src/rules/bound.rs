//! A bound that nobody set: on the wait for a lock, on the time of a statement.
//!
//! The bound belongs on the role or into the runner, once for all migrations. So what lacks it is
//! told once for a set, at the last migration that needs it, which is the one that can still be
//! changed. Where a migration sets it and that has no effect, this is told each time.

use super::lock::{Held, milliseconds};
use super::{Draft, Sink};
use crate::dialect::Engine;
use crate::finding::{Label, Level};
use crate::migration::{Direction, LocatedChange};
use crate::replay::{History, Step, Transaction};
use crate::schema::change::{Change, SetVariable};
use crate::schema::name::ObjectKind;

/// A setting that bounds something.
#[derive(Debug)]
pub struct Bound {
    /// Its name.
    pub setting: &'static str,
    /// So long a time bounds nothing, in milliseconds.
    pub most: u64,
    /// Which changes need it: those that take locks for which somebody waits are asked.
    pub needs: fn(&Held<'_>) -> bool,
}

/// The first change of a migration that needs a bound and has none.
struct Unbounded<'a> {
    held: Held<'a>,
    /// What the migration does with the setting, in vain.
    vain: Option<Vain>,
}

/// A bound that the migration sets, in vain.
struct Vain {
    why: String,
    at: Label,
}

/// Finds what has no bound. `word` begins the finding: the change, why there is no bound (empty
/// where nothing is said about it), and how many other migrations are the same.
pub fn check(
    bound: &Bound,
    history: &History<'_>,
    sink: &mut Sink,
    word: impl for<'s> Fn(&'s mut Sink, &Held<'_>, &str, usize) -> Draft<'s>,
) {
    let mut plain: Vec<Unbounded<'_>> = Vec::new();
    let mut by_role = false;
    for steps in history.steps {
        let Some(first) = steps.first().filter(|step| step.dialect.engine == Engine::Postgres)
        else {
            continue;
        };
        let forward =
            matches!(first.migration.migration.direction, Direction::Up | Direction::Repeatable);
        let found = steps.iter().filter(|_| forward).find_map(|step| unbounded(bound, step, steps));
        match found {
            Some(Unbounded { held, vain: Some(vain), .. }) => {
                word(sink, &held, &vain.why, 0).related(vain.at).push();
            }
            Some(found) if !by_role => plain.push(found),
            _ => {}
        }
        by_role |= steps
            .iter()
            .flat_map(|step| &step.statement.changes)
            .any(|it| sets_for_role(bound, it));
    }
    let others = plain.len().saturating_sub(1);
    if let Some(last) = plain.pop() {
        word(sink, &last.held, "", others).push();
    }
}

/// How many others do the same, as the end of a message.
pub fn others(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => ". One earlier migration of this set does the same".to_owned(),
        others => format!(". {others} earlier migrations of this set do the same"),
    }
}

/// `ALTER ROLE ... SET` and `ALTER DATABASE ... SET`: it may be the one that runs migrations.
fn sets_for_role(bound: &Bound, located: &LocatedChange) -> bool {
    let Change::Alter { object, action, .. } = &located.change.value else { return false };
    let mut words =
        action.split([' ', '=']).filter(|it| !it.is_empty() && !it.eq_ignore_ascii_case("to"));
    let sets = words.any(|word| word.eq_ignore_ascii_case("set"))
        && words.next().is_some_and(|name| name.eq_ignore_ascii_case(bound.setting));
    let value = words.next().map(|it| it.trim_matches('\''));
    matches!(object.kind, ObjectKind::Role | ObjectKind::Database)
        && sets
        && value.is_some_and(|it| milliseconds(it).is_none_or(|ms| ms > 0))
}

/// The first change of a statement that needs the bound and has none.
fn unbounded<'a>(
    bound: &Bound,
    step: &'a Step<'a>,
    steps: &'a [Step<'a>],
) -> Option<Unbounded<'a>> {
    super::lock::held(step).find_map(|held| {
        // What may have been created here most likely was.
        if !(bound.needs)(&held) || held.level(Level::Error) != Level::Error {
            return None;
        }
        let (before, after) = settings(bound, steps, &held);
        let here = before.iter().rev().find(|it| std::ptr::eq(it.0, step)).map(|it| it.2);
        let value = match here {
            Some(set) => set.value.as_ref().and_then(|value| value.first()),
            None => step.before.setting(bound.setting).and_then(<[String]>::first),
        };
        let time = value.map(|value| milliseconds(value).unwrap_or(1));
        if time.is_some_and(|ms| ms > 0 && ms <= bound.most) {
            return None;
        }
        let label = |(step, located, _): &Set<'_>| Label {
            file: step.migration.migration.file,
            span: located.change.span,
            text: String::new(),
        };
        let vain = match (before.last(), after.first()) {
            (Some(last), _) => {
                Some(Vain { why: in_vain(bound, last, value, time), at: label(last) })
            }
            (None, Some(first)) => Some(Vain {
                why: format!("{} is set only after it", bound.setting),
                at: label(first),
            }),
            (None, None) => None,
        };
        Some(Unbounded { held, vain })
    })
}

/// A change of a setting.
type Set<'a> = (&'a Step<'a>, &'a LocatedChange, &'a SetVariable);

/// The changes of the setting in a migration: those before a change, and those after it.
fn settings<'a>(
    bound: &Bound,
    steps: &'a [Step<'a>],
    held: &Held<'a>,
) -> (Vec<Set<'a>>, Vec<Set<'a>>) {
    let all = steps.iter().flat_map(|step| step.statement.changes.iter().map(move |it| (step, it)));
    let sets = all.filter_map(|(step, located)| match &located.change.value {
        Change::Session(set) if set.name == bound.setting || set.name == "all" => {
            Some((step, located, set))
        }
        _ => None,
    });
    sets.partition(|(_, located, _)| located.change.span.start < held.located.change.span.start)
}

/// Why a bound that was set does not hold.
fn in_vain(
    bound: &Bound,
    (step, _, set): &Set<'_>,
    value: Option<&String>,
    time: Option<u64>,
) -> String {
    let name = bound.setting;
    match (time, value) {
        (Some(0), _) => format!("{name} is 0 here, which turns it off"),
        (Some(_), Some(value)) => format!("{name} is {value} here, and so long they wait"),
        _ if set.value.is_none() => format!("{name} was reset before it"),
        _ if set.local && step.transaction == Transaction::None => {
            format!("SET LOCAL {name} has no effect outside a transaction")
        }
        _ => format!("{name} was set in a transaction that has ended"),
    }
}
