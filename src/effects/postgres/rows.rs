//! Reading and writing rows, LOCK and TRUNCATE.

use super::forms::{self, Work};
use super::plan::{Plan, Reach};
use crate::effects::{LockMode, Role};
use crate::schema::catalog::Relation;
use crate::schema::change::{Data, DataVerb};
use crate::schema::name::Name;
use std::collections::BTreeSet;

impl Plan<'_> {
    /// Reads, writes or locks a relation as a query does: a view with what is behind it, a table
    /// with its partitions and those that inherit.
    pub fn read(&mut self, name: &Name, mode: LockMode, work: Work) {
        let role = if mode <= LockMode::RowShare { Role::Source } else { Role::Target };
        let mut names = vec![self.before.resolve(name)];
        let mut seen: BTreeSet<Name> = names.iter().cloned().collect();
        while let Some(name) = names.pop() {
            self.touch(role, &name, mode, work);
            let next: Vec<Name> = match self.before.relations.get(&name) {
                Some(Relation::View(view)) if !view.materialized => view.reads.clone(),
                _ => self.below(&name, Reach::Family),
            };
            names.extend(next.into_iter().filter(|name| seen.insert(name.clone())));
        }
    }
}

/// The touches of a statement on rows. Whether a query reads a whole table is not worked out: it
/// may.
pub(super) fn classify(plan: &mut Plan<'_>, data: &Data) {
    for name in &data.writes {
        let every_row = data.every_row.iter().any(|(_, target)| target == name);
        let all = every_row || data.verb == DataVerb::Merge;
        let work = if all { Work::Scan } else { Work::Brief };
        plan.read(name, LockMode::RowExclusive, work);
        foreign_keys(plan, name, data.verb);
    }
    let mode = if data.locks_rows { LockMode::RowShare } else { LockMode::AccessShare };
    for name in &data.reads {
        plan.read(name, mode, Work::Scan);
    }
    for sequence in &data.sequences {
        plan.touch(Role::Sequence, sequence, LockMode::RowExclusive, Work::Brief);
    }
}

/// The tables at the other ends of foreign keys, whose rows are looked up.
fn foreign_keys(plan: &mut Plan<'_>, name: &Name, verb: DataVerb) {
    if matches!(verb, DataVerb::Delete | DataVerb::Merge) {
        for found in plan.referencing(name) {
            let acts = !matches!(found.key.on_delete.as_str(), "NO ACTION" | "RESTRICT");
            let mode = if acts { LockMode::RowExclusive } else { LockMode::RowShare };
            plan.touch(Role::Referencing, found.table, mode, Work::Scan);
        }
    }
    if verb != DataVerb::Delete {
        for found in plan.foreign_keys(name) {
            plan.touch(Role::Referenced, &found.key.references, LockMode::RowShare, Work::Brief);
        }
    }
}

/// `LOCK TABLE`.
pub(super) fn lock(plan: &mut Plan<'_>, tables: &[Name], mode: &str) {
    let mode = LockMode::ALL.into_iter().find(|it| it.name() == mode);
    for table in tables {
        plan.read(table, mode.unwrap_or(LockMode::AccessExclusive), Work::Brief);
    }
}

/// `TRUNCATE`: a new, empty file for each table and index.
pub(super) fn truncate(plan: &mut Plan<'_>, tables: &[Name], cascade: bool, restart: bool) {
    let mut names: Vec<Name> = tables.iter().map(|name| plan.before.resolve(name)).collect();
    let mut seen: BTreeSet<Name> = names.iter().cloned().collect();
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        plan.apply(&forms::EXCLUSIVE, &name, Reach::Family, &[]);
        for member in plan.family(&name, Reach::Family) {
            let indexes = plan.indexes(&member).into_iter();
            for index in indexes.filter(|it| plan.stores_rows(it)).collect::<Vec<_>>() {
                plan.touch(Role::Index, &index, LockMode::AccessExclusive, Work::Brief);
            }
            if restart {
                let sequences = plan.sequences(&member, None);
                plan.apply(&forms::SEQUENCES, &member, Reach::Alone, &sequences);
            }
            if cascade {
                let referencing = plan.referencing(&member);
                let new = referencing.into_iter().map(|found| found.table.clone());
                names.extend(new.filter(|name| seen.insert(name.clone())));
            }
        }
        // Before 14 the bound of a partition was looked up.
        let parent = plan.table(&name).and_then(|table| table.partition_of.clone());
        if plan.before_version(14)
            && let Some((parent, _)) = parent
        {
            plan.touch(Role::Parent, &parent, LockMode::AccessShare, Work::Brief);
        }
    }
}
