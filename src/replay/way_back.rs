//! What a down migration takes back.

use super::{MigrationEnd, Replay, Step};
use crate::migration::{Direction, ReadMigration};
use crate::schema::catalog::Catalog;
use std::collections::BTreeMap;

/// The indexes of migrations, by their direction and version.
pub(super) type ByVersion<'m> = BTreeMap<Direction, BTreeMap<&'m [String], Vec<usize>>>;

/// Migrations by their direction and version.
pub(super) fn by_version(migrations: &[ReadMigration]) -> ByVersion<'_> {
    let mut versions = ByVersion::new();
    for (index, ReadMigration { migration, .. }) in migrations.iter().enumerate() {
        let of_direction = versions.entry(migration.direction).or_default();
        of_direction.entry(migration.version.key.as_slice()).or_default().push(index);
    }
    versions
}

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
        let ups = self.replay.of_version(Direction::Up, &migration.version.key);
        let [index] = *ups else { return None };
        let up = self.replay.migrations.get(index)?;
        let (before, _) = self.replay.ends_of(index)?;
        let (_, after) = self.replay.ends_of(self.index)?;
        Some(WayBack { up, up_steps: self.all.get(index)?, before, after })
    }
}

impl Replay<'_> {
    /// The migrations that go this way to or from a version.
    pub fn of_version(&self, direction: Direction, key: &[String]) -> &[usize] {
        self.versions.get(&direction).and_then(|it| it.get(key)).map_or(&[], Vec::as_slice)
    }

    /// Whether any migration goes this way.
    pub fn goes(&self, direction: Direction) -> bool {
        self.versions.contains_key(&direction)
    }

    /// The catalogs before and after the migration at `index`.
    fn ends_of(&self, index: usize) -> Option<(&Catalog, &Catalog)> {
        let run = self.runs.get(index)?;
        let after = run.records.last().map_or(&run.start, |record| &record.after);
        Some((&run.start, after))
    }
}
