//! Statements onto the catalog: each gives a [`Step`] with the catalog before and after.
//!
//! The history is the up migrations, then the repeatable ones, in the order given. A down migration
//! is replayed on the catalog that its up left, a baseline on an empty one where the versions that
//! it stands for are there too; neither continues the history. Each migration has a session of its
//! own.

mod alter;
mod apply;
mod calls;
mod cascade;
mod constraints;
mod drops;
mod history;
mod mysql;
mod names;
mod new_constraints;
mod objects;
mod past;
mod privileges;
mod rebuild;
mod renames;
mod run;
mod same_migration;
mod same_transaction;
mod sequences;
mod settings;
mod tables;
#[cfg(test)]
mod tests;
mod transaction;
mod written_types;

mod views;
mod way_back;

pub use history::History;
pub use new_constraints::{NewConstraint, foreign_keys};
pub use past::Past;
pub use rebuild::Rebuilt;
pub use same_transaction::{Unit, units};
pub use transaction::{
    Automatic, Transaction, automatic, flyway_recognises, runs_alone, transaction_of,
};
pub use way_back::WayBack;
pub use written_types::{WrittenType, base_type};

use crate::dialect::{Dialect, Engine};
use crate::effects::{self, ChangeEffect, Role, Touch};
use crate::finding::{Level, Subject};
use crate::migration::{Context, ReadMigration, Statement};
use crate::schema::catalog::{Catalog, Table};
use crate::schema::change::Change;
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::{Birth, KeyDropped};
use crate::schema::types::DataType;
use crate::source::Span;
use crate::statistics::{Size, Sizes};
use run::{Pass, Record, Run};
use std::sync::OnceLock;
use way_back::ByVersion;

/// Where replay begins.
#[derive(Clone, Debug)]
pub struct Base {
    /// The schema that the migrations begin from.
    pub catalog: Catalog,
    /// Whether that is all that there was. Not so for a lone file, nor where migrations that
    /// cannot be read stand between others.
    pub complete: bool,
    /// How large the tables are.
    pub sizes: Sizes,
}

impl Base {
    /// No schema; `complete` says that there was none.
    pub fn empty(dialect: Dialect, complete: bool) -> Self {
        let catalog = Catalog::new(dialect.engine, complete);
        Self { catalog, complete, sizes: Sizes::default() }
    }

    /// The schema that a dump makes.
    pub fn schema(dump: &[ReadMigration], dialect: Dialect) -> Self {
        let empty = Catalog::new(dialect.engine, true);
        Self { catalog: Pass::base(dump, empty), complete: true, sizes: Sizes::default() }
    }
}

/// An object that a certain statement needs and that no statement made: the migrations do not begin
/// from nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The index of the migration.
    pub migration: Option<usize>,
    /// The change that needs it.
    pub span: Span,
    /// What it needs, resolved.
    pub object: ObjectRef,
}

/// All migrations, replayed.
#[derive(Debug)]
pub struct Replay<'m> {
    /// The dialect of the run.
    pub dialect: Dialect,
    /// The migrations.
    pub migrations: &'m [ReadMigration],
    /// The catalog at the end of the history.
    pub end: Catalog,
    /// Why the catalog is not complete, where the migrations show it.
    pub missing: Option<Missing>,
    sizes: Sizes,
    versions: ByVersion<'m>,
    runs: Vec<Run>,
}

/// Replays migrations in the order given. Where they turn out not to begin from nothing, they are
/// replayed once more with an incomplete catalog.
pub fn replay(migrations: &[ReadMigration], dialect: Dialect, base: Base) -> Replay<'_> {
    let mut catalog = base.catalog;
    catalog.complete = base.complete;
    let mut pass = Pass::new(migrations, catalog.clone(), base.complete);
    let missing = pass.missing.take().filter(|_| base.complete);
    if missing.is_some() {
        catalog.complete = false;
        pass = Pass::new(migrations, catalog, false);
    }
    let versions = way_back::by_version(migrations);
    let (end, sizes, runs) = (pass.end, base.sizes, pass.runs);
    Replay { dialect, migrations, end, missing, sizes, versions, runs }
}

impl Replay<'_> {
    /// The steps of the migration at `index`.
    pub fn steps(&self, index: usize) -> Vec<Step<'_>> {
        let statements = self.migrations.get(index).map_or(0, |read| read.statements.len());
        (0..statements).filter_map(|position| self.step(index, position)).collect()
    }

    /// The steps of every migration.
    pub fn all_steps(&self) -> Vec<Vec<Step<'_>>> {
        (0..self.migrations.len()).map(|index| self.steps(index)).collect()
    }

    /// The step of one statement.
    fn step(&self, index: usize, position: usize) -> Option<Step<'_>> {
        let (migration, run) = (self.migrations.get(index)?, self.runs.get(index)?);
        let record = run.records.get(position)?;
        let statement = migration.statements.get(position)?;
        Some(Step {
            dialect: self.dialect,
            migration,
            statement,
            index,
            start: &run.start,
            before: &record.before,
            after: &record.after,
            differences: &record.differences,
            transaction: record.transaction,
            effects: OnceLock::new(),
            old: OnceLock::new(),
            position,
            replay: self,
        })
    }

    /// The tables that exist at the end and that the migrations created or took the primary key
    /// of, by name.
    pub fn tables(&self) -> Vec<TableEnd<'_>> {
        let touched = self.end.tables().filter_map(|(name, table)| {
            let birth = table.origin.birth.and_then(|birth| Some((birth.migration?, birth.span)));
            let key_dropped = table.key_dropped.as_ref();
            // A key that goes where its table comes was never there.
            let later = key_dropped
                .and_then(|it| Some((it.migration?, it.span)))
                .filter(|(dropped, _)| birth.is_none_or(|(born, _)| born != *dropped));
            let (migration, span) = later.or(birth)?;
            Some(TableEnd {
                dialect: self.dialect,
                name,
                table,
                catalog: &self.end,
                migration: self.migrations.get(migration)?,
                span,
                key_dropped: key_dropped.filter(|_| later.is_some()),
            })
        });
        touched.collect()
    }
}

/// One statement, and what it did to the catalog.
#[derive(Debug)]
pub struct Step<'a> {
    /// The dialect of the run.
    pub dialect: Dialect,
    /// The migration that it stands in.
    pub migration: &'a ReadMigration,
    /// The statement.
    pub statement: &'a Statement,
    /// The index of the migration in the replayed list.
    pub index: usize,
    /// The catalog when the migration began.
    pub start: &'a Catalog,
    /// The catalog before it.
    pub before: &'a Catalog,
    /// The catalog after it.
    pub after: &'a Catalog,
    /// What changed, in the order in which the statement's changes run.
    pub differences: &'a [Difference],
    /// Whether it runs in a transaction block.
    pub transaction: Transaction,
    effects: OnceLock<Vec<ChangeEffect>>,
    /// Which touches of the effects are of objects that somebody may be using.
    old: OnceLock<Vec<Vec<bool>>>,
    /// Which statement of the migration it is.
    position: usize,
    /// All of them.
    replay: &'a Replay<'a>,
}

impl Step<'_> {
    /// What each of the statement's changes does on the server, in their order. Worked out when it
    /// is first asked for: by a rule, so that a panic there becomes that rule's finding.
    pub fn effects(&self) -> &[ChangeEffect] {
        self.effects.get_or_init(|| {
            let changes = &self.statement.changes;
            let mut effects: Vec<ChangeEffect> =
                changes.iter().map(|located| self.effect(&located.change.value)).collect();
            // The sub-commands of one ALTER TABLE; in a block each may be one of its own.
            let alters: Vec<&Change> = changes.iter().map(|it| &it.change.value).collect();
            let top = changes.iter().all(|it| it.context == Context::Top);
            if top && alters.len() > 1 && self.dialect.engine == Engine::Postgres {
                effects::postgres::together::strengthen(&alters, &mut effects);
            }
            effects
        })
    }

    fn effect(&self, change: &Change) -> ChangeEffect {
        let mut effect = effects::effect(change, self.before, self.after, self.dialect);
        let mut targets = effect.touches.iter().filter(|touch| touch.role == Role::Target);
        // A foreign key of a table that is born has no rows to look up in the table it refers to.
        if targets.any(|touch| self.is_born(&touch.object.name)) {
            for touch in &mut effect.touches {
                touch.scans &= touch.role != Role::Referenced;
            }
        }
        effect
    }

    /// How a message on the change at this index begins: it stands under a condition, or nothing.
    pub fn maybe(&self, change: usize) -> &'static str {
        let located = self.statement.changes.get(change);
        let certain = located.is_none_or(|it| it.context != Context::Do { certain: false });
        if certain { "" } else { "this may run: " }
    }

    /// What the change at `change` does to objects that somebody may be using.
    pub fn old_touches(&self, change: usize) -> impl Iterator<Item = &Touch> {
        let is_old = |touch: &Touch| !self.is_born(&touch.object.name);
        let old = self.old.get_or_init(|| {
            self.effects().iter().map(|it| it.touches.iter().map(is_old).collect()).collect()
        });
        let touches = self.effects().get(change).map(|effect| effect.touches.as_slice());
        let old = old.get(change).map(Vec::as_slice).unwrap_or_default();
        let touches = touches.unwrap_or_default().iter().zip(old);
        touches.filter(|(_, old)| **old).map(|(touch, _)| touch)
    }

    /// Whether nobody can be using a relation yet: it is temporary, or created unconditionally in
    /// this migration, and not renamed to a name that was in use.
    pub fn is_born(&self, name: &Name) -> bool {
        let relation = [self.before, self.after].into_iter().find_map(|catalog| catalog.find(name));
        let Some((_, relation)) = relation else { return false };
        let temporary = matches!(
            relation,
            crate::schema::catalog::Relation::Table(table) if table.temporary
        );
        temporary || self.is_birth_here(relation.origin().birth)
    }

    /// Whether a type was created in this migration.
    pub fn is_type_born(&self, name: &Name) -> bool {
        let found = [self.before, self.after]
            .into_iter()
            .find_map(|catalog| catalog.types.get(&catalog.resolve_type(name)));
        self.is_birth_here(found.and_then(|found| found.origin.birth))
    }

    /// Whether nobody can be using a column yet: its table is born, or it was added unconditionally
    /// in this migration under a name that was free when the migration began. A table that takes
    /// the place of another one has the columns that the other one had.
    pub fn is_column_born(&self, table: &Name, column: &str) -> bool {
        if self.start.column(&self.before.resolve(table), column).seen().is_some() {
            return false;
        }
        let birth = [self.before, self.after].into_iter().find_map(|catalog| {
            let (_, found) = catalog.seen_table(table)?;
            let birth = found.column(column)?.birth;
            // One that came with a table that may be older may be older too.
            let with_it =
                |birth: &Birth| found.origin.birth.is_some_and(|it| it.span == birth.span);
            birth.filter(|birth| !(found.origin.assumed && with_it(birth)))
        });
        self.is_born(table) || self.is_birth_here(birth)
    }

    /// Whether an object of any kind was created in this migration; a part of one counts as its own.
    pub fn is_object_born(&self, object: &ObjectRef) -> bool {
        match object.kind {
            kind if kind.is_relation() => self.is_born(&object.name),
            ObjectKind::Type | ObjectKind::Domain => self.is_type_born(&object.name),
            _ => {
                let objects = [self.after, self.before].into_iter();
                let found = objects.filter_map(|catalog| catalog.object(object).seen()).next();
                self.is_birth_here(found.and_then(|found| found.origin.birth))
            }
        }
    }

    /// The migration as what a finding is about.
    pub fn subject(&self) -> Subject {
        let version = &self.migration.migration.version;
        // Where the framework has no versions, the key is the path.
        let unversioned = version.text.is_empty();
        Subject::Migration(if unversioned { version.key.join(".") } else { version.text.clone() })
    }

    /// Whether the size of any table was measured.
    pub fn has_statistics(&self) -> bool {
        self.replay.sizes.statistics.is_some()
    }

    /// How large a table is, and how that is known.
    pub fn size(&self, table: &Name) -> Size<'_> {
        self.replay.sizes.of(&self.before.resolve(table))
    }

    /// How sure it is that a table is old, as the end of a message; empty where the migrations show
    /// it.
    pub fn standing(&self, table: &Name) -> String {
        self.standing_as(table, "old")
    }

    /// The same, where what is not known counts for more: as "old and large".
    pub fn standing_as(&self, table: &Name, kind: &str) -> String {
        match self.before.relation(table) {
            _ if self.may_be_created_here(table) => {
                format!(
                    ". `{table}` is created here only if it does not exist yet, so it may be {kind}"
                )
            }
            Knowledge::Known(_) => String::new(),
            Knowledge::Assumed | Knowledge::Absent => {
                format!(". These migrations do not create `{table}`, so it counts as {kind}")
            }
            Knowledge::Clouded { .. } => {
                format!(". A statement that lockgate cannot follow may have changed `{table}`")
            }
        }
    }

    /// Error for a lock on an old table, warning where it may just have been created.
    pub fn level_by_standing(&self, table: &Name) -> Level {
        if self.may_be_created_here(table) { Level::Warning } else { Level::Error }
    }

    /// Whether this migration creates the relation under IF NOT EXISTS, or in a branch of a `DO`
    /// block, and nobody knows whether that happened.
    fn may_be_created_here(&self, name: &Name) -> bool {
        let name = self.before.resolve(name);
        let birth = self.before.relations.get(&name).and_then(|found| found.origin().birth);
        birth.is_some_and(|birth| birth.migration == Some(self.index))
            && !self.start.relations.contains_key(&name)
    }

    fn is_birth_here(&self, birth: Option<Birth>) -> bool {
        birth.is_some_and(|birth| {
            birth.migration == Some(self.index) && birth.certain && birth.unused
        })
    }
}

/// What changed in the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub kind: DifferenceKind,
    /// The table (or other object) that it happened to, resolved.
    pub object: ObjectRef,
    /// Where the change stands in the source.
    pub span: Span,
    /// The index of its change in the statement.
    pub change: usize,
}

/// What a difference is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant says it
pub enum DifferenceKind {
    TableCreated,
    TableDropped,
    TableRenamed {
        to: Name,
    },
    ColumnAdded {
        column: String,
    },
    ColumnDropped {
        column: String,
    },
    ColumnRenamed {
        column: String,
        to: String,
    },
    /// `from` is `None` where the old type is not known.
    ColumnTypeChanged {
        column: String,
        from: Option<DataType>,
        to: DataType,
    },
    ColumnMadeNotNull {
        column: String,
    },
    ColumnMadeNullable {
        column: String,
    },
    ColumnDefaultChanged {
        column: String,
    },
    ConstraintAdded {
        name: String,
    },
    ConstraintDropped {
        name: String,
    },
    ConstraintValidated {
        name: String,
    },
    IndexCreated {
        index: Name,
    },
    IndexDropped {
        index: Name,
    },
    /// A relation but a table, or another object; `SET SCHEMA` too.
    ObjectRenamed {
        to: Name,
    },
    ObjectCreated,
    ObjectDropped,
    ObjectChanged,
}

/// A table that the change set touched, as it stands when all migrations have run.
#[derive(Debug)]
pub struct TableEnd<'a> {
    /// The dialect of the run.
    pub dialect: Dialect,
    /// Its resolved name.
    pub name: &'a Name,
    /// The table.
    pub table: &'a Table,
    /// The catalog at the end.
    pub catalog: &'a Catalog,
    /// The migration that created it, or that took its primary key later.
    pub migration: &'a ReadMigration,
    /// The change that did.
    pub span: Span,
    /// That its primary key was taken later, and it has no other.
    pub key_dropped: Option<&'a KeyDropped>,
}

/// A migration with its steps.
#[derive(Debug)]
pub struct MigrationEnd<'a> {
    /// The dialect of the run.
    pub dialect: Dialect,
    /// The migration.
    pub migration: &'a ReadMigration,
    /// Its steps.
    pub steps: &'a [Step<'a>],
    /// The index of the migration in the replayed list.
    pub index: usize,
    /// The steps of all migrations.
    pub all: &'a [Vec<Step<'a>>],
    /// All of them.
    pub replay: &'a Replay<'a>,
}
