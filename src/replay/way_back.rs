//! What a down migration takes back.

use super::{MigrationEnd, Replay, Step};
use crate::migration::{Direction, ReadMigration};
use crate::schema::catalog::Catalog;

/// A down migration beside the up migration that it takes back.
#[derive(Clone, Copy, Debug)]
pub struct WayBack<'a> {
    /// The up migration.
    pub up: &'a ReadMigration,
    /// Its steps.
    pub up_steps: &'a [Step<'a>],
    /// The catalog before it.
    pub before: &'a Catalog,
    /// The catalog after the down migration.
    pub after: &'a Catalog,
}

impl<'a> MigrationEnd<'a> {
    /// What this migration takes back; `None` where it is no down migration, or where none or
    /// several go up to its version.
    pub fn way_back(&self) -> Option<WayBack<'a>> {
        let migration = &self.migration.migration;
        if migration.direction != Direction::Down {
            return None;
        }
        let mut ups = self.replay.migrations.iter().enumerate().filter(|(_, read)| {
            read.migration.direction == Direction::Up
                && read.migration.version.key == migration.version.key
        });
        let (index, up) = ups.next().filter(|_| ups.next().is_none())?;
        let (before, _) = self.replay.ends_of(index)?;
        let (_, after) = self.replay.ends_of(self.index)?;
        Some(WayBack { up, up_steps: self.all.get(index)?, before, after })
    }
}

impl Replay<'_> {
    /// The catalogs before and after the migration at `index`.
    fn ends_of(&self, index: usize) -> Option<(&Catalog, &Catalog)> {
        let run = self.runs.get(index)?;
        let after = run.records.last().map_or(&run.start, |record| &record.after);
        Some((&run.start, after))
    }
}
