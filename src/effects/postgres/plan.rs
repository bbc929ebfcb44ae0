//! What is touched, put together form by form: roles become objects here.

use super::forms::{Form, Work};
use crate::dialect::{Dialect, Version};
use crate::effects::{ChangeEffect, LockMode, Role, Touch, merged};
use crate::schema::catalog::{Catalog, Relation};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::Table;
use std::collections::BTreeSet;

/// How far below its target a form reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The target alone.
    Alone,
    /// The partitions of a partitioned table, at every level.
    Partitions,
    /// Those, and the tables that inherit.
    Family,
}

impl Reach {
    /// This, unless the statement says ONLY.
    pub fn unless(self, only: bool) -> Self {
        if only { Self::Alone } else { self }
    }
}

/// The effect of one change, while it is being worked out.
#[derive(Debug)]
pub(super) struct Plan<'c> {
    pub before: &'c Catalog,
    pub after: &'c Catalog,
    pub dialect: Dialect,
    /// What the statement calls its target, for one that nobody saw.
    pub target_kind: ObjectKind,
    touches: Vec<Touch>,
    unknown: Option<String>,
}

impl<'c> Plan<'c> {
    pub fn new(before: &'c Catalog, after: &'c Catalog, dialect: Dialect) -> Self {
        let target_kind = ObjectKind::Table;
        Self { before, after, dialect, target_kind, touches: Vec::new(), unknown: None }
    }

    pub fn finish(self) -> ChangeEffect {
        ChangeEffect {
            touches: merged(&self.touches),
            unknown: self.unknown,
            refused_in_block: None,
        }
    }

    /// Keeps why the touches are not all that may happen; the first reason stays.
    pub fn unknown(&mut self, why: impl Into<String>) {
        self.unknown.get_or_insert_with(|| why.into());
    }

    /// Whether some version in range is `major` or newer.
    pub fn since(&self, major: u16) -> bool {
        self.dialect.may_be_since(Version::major(major))
    }

    /// Whether some version in range is older than `major`.
    pub fn before_version(&self, major: u16) -> bool {
        self.dialect.may_be_before(Version::major(major))
    }

    /// Does a form to a target. Objects of the roles Partition and Index follow from the target
    /// where `others` names none of that role; all other roles are named.
    pub fn apply(&mut self, form: &Form, target: &Name, reach: Reach, others: &[(Role, Name)]) {
        let target = self.before.resolve(target);
        let below = self.below(&target, reach);
        for part in form.parts {
            let named: Vec<Name> = others
                .iter()
                .filter(|(role, _)| *role == part.role)
                .map(|it| it.1.clone())
                .collect();
            let names = match part.role {
                Role::Target => vec![target.clone()],
                Role::Partition if named.is_empty() => below.clone(),
                Role::Index if named.is_empty() => {
                    let reached = part_reaches(form);
                    let members = std::iter::once(&target).chain(below.iter().filter(|_| reached));
                    members.flat_map(|member| self.indexes(member)).collect()
                }
                _ => named,
            };
            for name in names {
                self.touch(part.role, &name, part.mode, part.work);
            }
        }
    }

    /// Locks one object, and does something to it.
    pub fn touch(&mut self, role: Role, name: &Name, mode: LockMode, work: Work) {
        let kind = match role {
            Role::Target => self.target_kind,
            Role::Index => ObjectKind::Index,
            Role::Sequence => ObjectKind::Sequence,
            _ => ObjectKind::Table,
        };
        self.touch_kind(kind, role, name, mode, work);
    }

    /// As [`Plan::touch`]; `kind` is what the statement calls an object that nobody saw.
    pub fn touch_kind(
        &mut self,
        kind: ObjectKind,
        role: Role,
        name: &Name,
        mode: LockMode,
        work: Work,
    ) {
        let Some(object) = self.object(kind, name) else { return };
        let is_index = object.kind == ObjectKind::Index;
        let stores_rows = self.stores_rows(&object.name);
        if is_index && work == Work::Build && !stores_rows {
            return; // the index of a partitioned table is built nowhere
        }
        // What the same statement drops is dropped first.
        let goes = is_index && self.after.relation(&object.name).is_absent();
        let work = if stores_rows && !goes { work } else { Work::Brief };
        let builds = work == Work::Build;
        if is_index && builds {
            self.note_rebuilt(&object.name);
        }
        // A table that nobody saw whole may have indexes to be written with it.
        let hidden = work == Work::Rewrite
            && matches!(
                self.before.shape(&object.name),
                Knowledge::Assumed | Knowledge::Clouded { .. }
            );
        self.touches.push(Touch {
            object,
            role,
            mode,
            rewrites: work == Work::Rewrite,
            scans: work != Work::Brief && !is_index,
            rebuilds: builds || hidden,
        });
    }

    /// Says of the table of an index, which is touched already, that an index is built.
    fn note_rebuilt(&mut self, index: &Name) {
        let Some(Relation::Index(found)) = self.before.relations.get(index) else { return };
        let table = found.table.clone();
        for touch in
            self.touches.iter_mut().filter(|touch| Some(&touch.object.name) == table.as_ref())
        {
            touch.rebuilds = true;
        }
    }

    /// The object that other sessions know by this name; `None` for one that does not exist before
    /// the statement, and for those of the engine itself.
    pub fn object(&self, kind: ObjectKind, name: &Name) -> Option<ObjectRef> {
        let name = self.before.resolve(name);
        let schema = name.schema.as_deref();
        if matches!(schema, Some("pg_catalog" | "information_schema"))
            || name.name.starts_with("pg_")
        {
            return None;
        }
        let found = self.before.relations.get(&name);
        if found.is_none() && self.before.relation(&name).is_absent() && !self.was_renamed(&name) {
            return None;
        }
        let found = found.or_else(|| self.after.relations.get(&name));
        Some(ObjectRef::new(found.map_or(kind, Relation::kind), name))
    }

    /// Whether an older object got this name earlier in the same statement (a `DO` block).
    fn was_renamed(&self, name: &Name) -> bool {
        let now = self.after.relations.get(name).and_then(|it| it.origin().birth);
        let same = |birth| Some(birth) == now;
        now.is_some()
            && self.before.relations.values().any(|it| it.origin().birth.is_some_and(same))
    }

    /// Whether a relation has a file of its own with something in it.
    pub fn stores_rows(&self, name: &Name) -> bool {
        match self.before.relations.get(name) {
            Some(Relation::Table(table)) => {
                table.kind == ObjectKind::Table && table.partition_by.is_none()
            }
            Some(Relation::View(view)) => view.materialized,
            Some(Relation::Index(index)) => {
                index.table.as_ref().is_none_or(|table| self.stores_rows(table))
            }
            Some(Relation::Sequence(_)) => false,
            None => true,
        }
    }

    /// The table as far as it was seen.
    pub fn table(&self, name: &Name) -> Option<&'c Table> {
        self.before.seen_table(name).map(|(_, table)| table)
    }

    /// Whether it is known that a table is partitioned.
    pub fn is_partitioned(&self, name: &Name) -> bool {
        self.table(name).is_some_and(|table| table.partition_by.is_some())
    }

    /// The names of a relation's indexes.
    pub fn indexes(&self, name: &Name) -> Vec<Name> {
        self.before.indexes_of(name).map(|(index, _)| index.clone()).collect()
    }

    /// What stands below a relation, each once; its name is resolved.
    pub fn below(&self, name: &Name, reach: Reach) -> Vec<Name> {
        let reaches = match reach {
            Reach::Alone => false,
            Reach::Partitions => self.is_partitioned(name),
            Reach::Family => true,
        };
        if !reaches {
            return Vec::new();
        }
        let mut below: Vec<Name> = self.before.children(name).map(|(it, _)| it.clone()).collect();
        // Statements that the server would refuse can make a circle of parents.
        let mut seen: BTreeSet<Name> = below.iter().chain([name]).cloned().collect();
        let mut next = 0;
        while let Some(parent) = below.get(next).cloned() {
            next += 1;
            let children = self.before.children(&parent).map(|(child, _)| child.clone());
            below.extend(children.filter(|child| seen.insert(child.clone())));
        }
        below
    }

    /// A table and what stands below it.
    pub fn family(&self, name: &Name, reach: Reach) -> Vec<Name> {
        let name = self.before.resolve(name);
        let below = self.below(&name, reach);
        std::iter::once(name).chain(below).collect()
    }
}

/// Whether a form goes on below its target.
fn part_reaches(form: &Form) -> bool {
    form.parts.iter().any(|part| part.role == Role::Partition)
}
