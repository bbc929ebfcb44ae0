//! What ran before a statement, in its own migration and in the ones before it.

use super::{Difference, Step};
use crate::migration::{Direction, ReadMigration, Statement};

/// A statement that ran before another one.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// Its migration.
    pub migration: &'a ReadMigration,
    /// Whether that is the migration of the other one.
    pub same_migration: bool,
    /// The statement.
    pub statement: &'a Statement,
    /// What it changed.
    pub differences: &'a [Difference],
}

impl<'a> Step<'a> {
    /// The statements that ran before this one, in their order; not those of migrations that go
    /// back.
    pub fn past(&self) -> impl Iterator<Item = Past<'a>> {
        let (here, position) = (self.index, self.position);
        let runs = self.replay.migrations.iter().zip(&self.replay.runs).take(here + 1).enumerate();
        let forward = runs.filter(|(_, (read, _))| read.migration.direction != Direction::Down);
        forward.flat_map(move |(index, (migration, run))| {
            let same_migration = index == here;
            let end = if same_migration { position } else { usize::MAX };
            let statements = migration.statements.iter().zip(&run.records).take(end);
            statements.map(move |(statement, record)| Past {
                migration,
                same_migration,
                statement,
                differences: &record.differences,
            })
        })
    }
}
