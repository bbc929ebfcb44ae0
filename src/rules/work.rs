//! Work that takes the longer the larger a table is, while others wait: what the size of the table
//! means for the level of a finding, and how its message says so.

use crate::finding::Level;
use crate::replay::Step;
use crate::rules::lock::list;
use crate::schema::name::Name;
use crate::statistics::amount::bytes;
use crate::statistics::{Class, Size};
use std::cmp::Reverse;

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

/// More tables than these are not told one by one.
const TOLD_MAX: usize = 3;

impl Work<'_> {
    /// How bad it is: a warning where all of it is short, `None` where it is over in a moment and
    /// nobody queues up behind a lock that has to wait.
    pub fn level(&self) -> Option<Level> {
        match self.class() {
            Some(Class::Tiny) if self.busy().next().is_none() => None,
            Some(Class::Tiny | Class::Small) => Some(Level::Warning),
            Some(Class::Large) | None => Some(Level::Error),
        }
    }

    /// How sure it is that the tables are old, and how large they are, as the end of a message.
    pub fn ending(&self) -> String {
        const UNKNOWN: &str = "old and large";
        let unlocked = self.worked.iter().filter(|table| !self.locked.contains(table));
        let mut ending = String::new();
        let mut sizes = Vec::new();
        for table in self.locked.iter().chain(unlocked) {
            let size = self.worked.contains(table).then(|| self.step.size(table));
            let kind = if size == Some(Size::Unknown) { UNKNOWN } else { "old" };
            let standing = self.step.standing_as(table, kind);
            let told = size == Some(Size::Unknown) && standing.ends_with(UNKNOWN);
            sizes.extend(size.filter(|_| !told).map(|size| (table, size)));
            ending.push_str(&standing);
        }
        format!("{ending}{}{}", self.sizes(&sizes), self.queue())
    }

    fn class(&self) -> Option<Class> {
        self.worked.iter().map(|table| self.step.size(table).class()).max()
    }

    /// The tables for which a queue forms while the work waits for its locks: that hardly anybody
    /// writes them is not known.
    fn busy(&self) -> impl Iterator<Item = &Name> {
        self.locked.iter().filter(|table| !self.step.size(table).is_quiet())
    }

    /// How large tables are, and who says so.
    fn sizes(&self, sizes: &[(&Name, Size<'_>)]) -> String {
        let mut measured = Vec::new();
        let mut others: Vec<(Size<'_>, Vec<&Name>)> = Vec::new();
        for (table, size) in sizes {
            match (*size, others.iter_mut().find(|it| it.0 == *size)) {
                (Size::Measured(found, as_of), _) => measured.push((*table, found, as_of)),
                (_, Some((_, tables))) => tables.push(table),
                (size, None) => others.push((size, vec![table])),
            }
        }
        let mut largest = String::new();
        if measured.len() > TOLD_MAX {
            largest = format!("The largest of {} tables, ", measured.len());
            measured.sort_by_key(|(_, found, _)| Reverse((found.class(), found.all_bytes())));
            measured.truncate(1);
        }
        let measured = measured.iter().map(|(table, found, as_of)| {
            let then = match found.class() {
                Class::Large if self.rewrites => {
                    format!(", and the copy needs {} of free disk", bytes(found.all_bytes()))
                }
                Class::Large => String::new(),
                Class::Tiny | Class::Small => ", so this is short".to_owned(),
            };
            format!(". {largest}`{table}` has {found} as of {as_of}{then}")
        });
        let others = others.iter().map(|(size, tables)| counted(*size, tables));
        measured.chain(others).collect()
    }

    /// Who queues up although the work is short.
    fn queue(&self) -> String {
        let Some(class) = self.class().filter(|class| *class < Class::Large) else {
            return String::new();
        };
        let tables = self.busy().filter_map(|table| match self.step.size(table) {
            Size::Measured(found, _) => {
                Some(format!("`{table}` ({:.0} a second)", found.writes_per_second?))
            }
            // Else it is the size that makes it a warning.
            _ => (class == Class::Tiny).then(|| format!("`{table}` (nobody counted them)")),
        });
        let tables: Vec<String> = tables.take(TOLD_MAX).collect();
        match tables.as_slice() {
            [] => String::new(),
            tables => {
                format!(". While it waits for its locks, writes queue up: {}", tables.join(", "))
            }
        }
    }
}

/// What tables count as of which there are no statistics, and why.
fn counted(size: Size<'_>, tables: &[&Name]) -> String {
    let (is, sizes, so) = match tables {
        [_] => ("is", "size", "so it counts"),
        _ => ("are", "sizes", "so they count"),
    };
    let names = list(tables.iter().copied());
    match size {
        Size::Unknown => format!(". The {sizes} of {names} {is} not known, {so} as large"),
        Size::Lacking(as_of) => format!(". The statistics of {as_of} lack {names}, {so} as large"),
        Size::Listed(true) => format!(". {names} {is} in `large-tables`"),
        Size::Listed(false) => format!(". {names} {is} not in `large-tables`, {so} as small"),
        Size::Measured(..) => String::new(),
    }
}
