//! Work that takes the longer the larger a table is, while others wait: what the size of the table
//! means for the level of a finding, and how its message says so.

use crate::finding::Level;
use crate::replay::Step;
use crate::rules::lock::list;
use crate::schema::name::Name;
use crate::statistics::amount::bytes;
use crate::statistics::{Class, Size};

/// Statistics of a tiny, a small and a large table `t`, and of a tiny one that is always written,
/// for examples.
pub const TINY: &str = r#"{"schema_version": 1, "as_of": "1970-01-01T00:00:00Z", "engine": "postgres", "tables": [
    {"schema": "public", "name": "t", "rows": 312, "bytes": 65536, "index_bytes": 16384, "writes_per_second": 0.02}]}"#;
/// See [`TINY`].
pub const TINY_BUT_BUSY: &str = r#"{"schema_version": 1, "as_of": "1970-01-01T00:00:00Z", "engine": "postgres", "tables": [
    {"schema": "public", "name": "t", "rows": 312, "bytes": 65536, "index_bytes": 16384, "writes_per_second": 25}]}"#;
/// See [`TINY`].
pub const SMALL: &str = r#"{"schema_version": 1, "as_of": "1970-01-01T00:00:00Z", "engine": "postgres", "tables": [
    {"schema": "public", "name": "t", "rows": 31200, "bytes": 12582912, "index_bytes": 1048576, "writes_per_second": 0.02}]}"#;
/// See [`TINY`].
pub const LARGE: &str = r#"{"schema_version": 1, "as_of": "1970-01-01T00:00:00Z", "engine": "postgres", "tables": [
    {"schema": "public", "name": "t", "rows": 41200000, "bytes": 12884901888, "index_bytes": 2147483648, "writes_per_second": 40}]}"#;

/// Work on tables that somebody may be using.
#[derive(Debug)]
pub struct Work<'a> {
    /// The statement.
    pub step: &'a Step<'a>,
    /// The tables whose rows are read or written, resolved, each once.
    pub worked: Vec<Name>,
    /// The tables that others wait for meanwhile, resolved.
    pub locked: Vec<Name>,
    /// Whether the first kind is written anew, so that it stands on the disk twice.
    pub rewrites: bool,
}

impl Work<'_> {
    /// How bad it is: a warning where all of it is short, `None` where it is over in a moment and
    /// nobody queues up behind a lock that has to wait.
    pub fn level(&self) -> Option<Level> {
        let class = self.worked.iter().map(|table| self.step.size(table).class()).max();
        let quiet = || self.locked.iter().all(|table| self.step.size(table).is_quiet());
        match class {
            Some(Class::Tiny) if quiet() => None,
            Some(Class::Tiny | Class::Small) => Some(Level::Warning),
            Some(Class::Large) | None => Some(Level::Error),
        }
    }

    /// How sure it is that the tables are old, and how large they are, as the end of a message.
    pub fn ending(&self) -> String {
        const UNKNOWN: &str = "old and large";
        let mut ending = String::new();
        let mut unknown = Vec::new();
        let unlocked = self.worked.iter().filter(|table| !self.locked.contains(table));
        for table in self.locked.iter().chain(unlocked) {
            let size = self.worked.contains(table).then(|| self.step.size(table));
            let kind = if size == Some(Size::Unknown) { UNKNOWN } else { "old" };
            let standing = self.step.standing_as(table, kind);
            match size {
                Some(Size::Unknown) if !standing.ends_with(UNKNOWN) => unknown.push(table),
                _ => {}
            }
            ending.push_str(&standing);
            ending.push_str(&size.map(|size| self.words(table, size)).unwrap_or_default());
        }
        let unknown = match unknown.as_slice() {
            [] => String::new(),
            [table] => format!(". The size of `{table}` is not known, so it counts as large"),
            tables => {
                let tables = list(tables.iter().copied());
                format!(". The sizes of {tables} are not known, so they count as large")
            }
        };
        ending + &unknown
    }

    /// How large a table is, and who says so.
    fn words(&self, table: &Name, size: Size<'_>) -> String {
        match size {
            Size::Measured(found, as_of) => {
                let large = found.class() == Class::Large;
                let then = match found.writes_per_second.filter(|_| found.is_busy()) {
                    _ if large && self.rewrites => {
                        let all = found.bytes.saturating_add(found.index_bytes);
                        format!(", and the copy needs {} of free disk", bytes(all))
                    }
                    _ if large => String::new(),
                    Some(writes) => format!(
                        ", so this is short; but while it waits for its lock, {writes:.0} writes a \
                         second queue up behind it"
                    ),
                    None => ", so this is short".to_owned(),
                };
                format!(". `{table}` has {found} as of {as_of}{then}")
            }
            Size::Lacking(as_of) => {
                format!(". The statistics of {as_of} lack `{table}`, so it counts as large")
            }
            Size::Listed(true) => format!(". `{table}` is in `large-tables`"),
            Size::Listed(false) => {
                format!(". `{table}` is not in `large-tables`, so it counts as small")
            }
            Size::Unknown => String::new(),
        }
    }
}
