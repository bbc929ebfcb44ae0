//! What the rules on drops share: what goes, what goes with it, and what comes back.

use crate::dialect::Engine;
use crate::finding::{Level, Subject, listed};
use crate::replay::{Difference, DifferenceKind, Step};
use crate::schema::catalog::TEMPORARY_SCHEMA;
use crate::schema::change::Change;
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{ObjectKind, ObjectRef};

/// An object that a `DROP` names and takes away, and that somebody may be using.
#[derive(Clone, Copy, Debug)]
pub struct Dropped<'a> {
    /// The statement.
    pub step: &'a Step<'a>,
    /// That it is gone.
    pub difference: &'a Difference,
    /// What, resolved.
    pub object: &'a ObjectRef,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

/// The objects of these kinds that a statement of PostgreSQL's names in a `DROP`.
pub fn dropped<'a>(
    step: &'a Step<'a>,
    kinds: &'static [ObjectKind],
) -> impl Iterator<Item = Dropped<'a>> {
    let postgres = step.dialect.engine == Engine::Postgres;
    let changes = step.statement.changes.iter().enumerate().filter(move |_| postgres);
    changes.filter_map(move |(index, located)| {
        let Change::Drop { object, if_exists, cascade, .. } = &located.change.value else {
            return None;
        };
        // The first is the one that is named.
        let difference = step.differences.iter().find(|it| it.change == index)?;
        let dropped = difference.kind == DifferenceKind::ObjectDropped;
        let of_kind = kinds.contains(&object.kind) && dropped;
        let dropped = Dropped {
            step,
            difference,
            object: &difference.object,
            if_exists: *if_exists,
            cascade: *cascade,
        };
        (of_kind && !dropped.is_born()).then_some(dropped)
    })
}

impl Dropped<'_> {
    /// Whether nobody can be using it.
    fn is_born(&self) -> bool {
        let ObjectRef { kind, name, .. } = self.object;
        let temporary = name.schema.as_deref() == Some(TEMPORARY_SCHEMA);
        temporary
            || match kind {
                ObjectKind::Type | ObjectKind::Domain => self.step.is_type_born(name),
                kind if kind.is_relation() => {
                    self.step.before.relations.contains_key(name) && self.step.is_born(name)
                }
                _ => {
                    let on_born = self.object.part.is_some() && self.step.is_born(name);
                    on_born || self.step.is_object_born(self.object)
                }
            }
    }

    /// Whether it took its name in this migration: what carried the name before is another.
    pub fn came_by_rename(&self) -> bool {
        let (start, name) = (self.step.start, &self.object.name);
        let was_there = match self.object.kind {
            ObjectKind::Type | ObjectKind::Domain => start.types.contains_key(name),
            kind if kind.is_relation() => start.relations.contains_key(name),
            kind => start.objects_named(kind, name).next().is_some(),
        };
        let standing = match self.object.kind {
            ObjectKind::Type | ObjectKind::Domain => start.type_of(name).is_absent(),
            kind if kind.is_relation() => start.relation(name).is_absent(),
            _ => start.object(self.object).is_absent(),
        };
        !was_there && standing
    }

    /// `level`, or a warning where the object may not exist.
    pub fn level(&self, level: Level) -> Level {
        if self.is_sure() { level } else { level.min(Level::Warning) }
    }

    /// That it may not exist, as the end of a message.
    pub fn standing(&self) -> String {
        match self.is_sure() {
            true => String::new(),
            false => format!(". These migrations do not show whether `{}` exists", self.object),
        }
    }

    fn is_sure(&self) -> bool {
        let (before, name) = (self.step.before, &self.object.name);
        let assumed = match self.object.kind {
            ObjectKind::Type | ObjectKind::Domain => {
                matches!(before.type_of(name), Knowledge::Assumed)
            }
            kind if kind.is_relation() => {
                if self.step.level_by_standing(name) == Level::Warning {
                    return false;
                }
                matches!(before.relation(name), Knowledge::Assumed)
            }
            _ => matches!(before.object(self.object), Knowledge::Assumed),
        };
        !(assumed && self.if_exists)
    }

    /// What goes with it and does not come back in this migration, in words.
    pub fn along(&self) -> Vec<String> {
        lost_along(self.step, self.difference)
    }

    /// The same as the end of a sentence.
    pub fn with(&self) -> String {
        taking(&self.along())
    }

    /// It as what a finding is about.
    pub fn subject(&self) -> Subject {
        let ObjectRef { kind, name, part, .. } = self.object;
        let name = match part {
            Some(part) => format!("{name}.{part}"),
            None => name.to_string(),
        };
        Subject::Object(kind_word(*kind), name)
    }
}

/// What a change takes along beside what it names, and what this migration does not put back: the
/// names that reports use.
pub fn lost_along(step: &Step<'_>, named: &Difference) -> Vec<String> {
    let others = step.differences.iter().filter(|other| {
        other.change == named.change && !std::ptr::eq(*other, named) && !is_back(step, other)
    });
    let mut names: Vec<String> = others
        .map(|other| match &other.kind {
            DifferenceKind::ConstraintDropped { name: part }
            | DifferenceKind::ColumnDropped { column: part } => {
                format!("{}.{part}", other.object.name)
            }
            DifferenceKind::ColumnDefaultChanged { column } => {
                format!("default of {}.{column}", other.object.name)
            }
            _ => other.object.to_string(),
        })
        .collect();
    names.dedup();
    names
}

/// What CASCADE takes, as the end of a sentence; empty where it takes nothing.
pub fn taking(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => format!("; CASCADE takes {} with it", listed(names)),
    }
}

/// Whether the object of a difference is there again when the migration has run.
fn is_back(step: &Step<'_>, other: &Difference) -> bool {
    let (end, object) = (step.end(), &other.object);
    match &other.kind {
        DifferenceKind::ConstraintDropped { name } => {
            end.constraint(&object.name, name).seen().is_some()
        }
        DifferenceKind::ColumnDropped { column } => {
            end.column(&object.name, column).seen().is_some()
        }
        DifferenceKind::ColumnDefaultChanged { column } => {
            let found = end.column(&object.name, column).seen();
            found.is_none_or(|found| found.definition.default.is_some())
        }
        _ if object.kind.is_relation() => end.relations.contains_key(&object.name),
        _ => end.objects.contains_key(object),
    }
}

/// A kind of object in kebab case, as subjects and `lockgate:retired` comments call it.
pub fn kind_word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::MaterializedView => "materialized-view",
        ObjectKind::EventTrigger => "event-trigger",
        kind => kind.name(),
    }
}
