//! How large tables are: statistics of a running database, and the config's word for it.
//!
//! The document is described in `docs/statistics.md`, with a query that makes it.

pub mod amount;

use crate::date::Date;
use crate::dialect::Engine;
use crate::finding::Failure;
use crate::schema::name::Name;
use crate::source::{Encoding, SourceFile, Span};
use crate::tree::glob;
use amount::{bytes, count};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The query that prints the document for a PostgreSQL database.
pub const POSTGRES_SQL: &str = include_str!("statistics/postgres.sql");

/// The version of the document that is read.
const SCHEMA_VERSION: u32 = 1;

/// Older statistics than this are not used.
pub const DAYS_MAX: i64 = 30;

/// Work on less than this is over in a moment: on PostgreSQL 15 a rewrite with its indexes took
/// 49 ms at 9 000 rows in 7 MB, and 0.3 s where other programs used the processors
/// (`tests/facts/postgres_times.csv`).
const TINY: Limit = Limit { rows: 10_000, bytes: 8 << 20 };

/// Work on less than this is short: the same took 0.3 s at 90 000 rows in 55 MB, or 1.4 s; and 2.6 s,
/// or 12 s, at a million rows in 210 MB.
const SMALL: Limit = Limit { rows: 100_000, bytes: 64 << 20 };

/// From this many writes a second on, a queue forms behind a lock that waits, however small the
/// table is.
const BUSY_WRITES_PER_SECOND: f64 = 1.0;

/// Rows, and bytes of table and indexes, both of which a size stays below.
struct Limit {
    rows: u64,
    bytes: u64,
}

/// The sizes of the tables of one database on one day.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// The day (UTC) on which they were gathered.
    pub as_of: Date,
    /// The engine of the database.
    pub engine: Engine,
    /// The file that says so, and where in it the day stands.
    pub file: (SourceFile, Span),
    tables: BTreeMap<Name, TableStatistics>,
}

/// What is known of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableStatistics {
    /// Live rows, estimated; `None` where nobody ever counted.
    pub rows: Option<u64>,
    /// The table, with what it stores out of line.
    pub bytes: u64,
    /// All of its indexes.
    pub index_bytes: u64,
    /// Rows inserted, updated and deleted, on average; `None` where that is not known.
    pub writes_per_second: Option<f64>,
    /// Columns for which numbers are handed out.
    pub keys: Vec<KeyStatistics>,
}

/// How far the numbers of a key have got.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object for a key")]
pub struct KeyStatistics {
    /// The column.
    pub column: String,
    /// The highest number that was handed out.
    pub max_id: u64,
    /// The highest that the column's type and its sequence hold.
    pub limit: u64,
}

/// How long work on a table takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A moment.
    Tiny,
    /// A second or so.
    Small,
    /// Long enough to stop traffic.
    Large,
}

impl TableStatistics {
    /// The table with all of its indexes.
    pub fn all_bytes(&self) -> u64 {
        self.bytes.saturating_add(self.index_bytes)
    }

    /// How long work on it takes.
    pub fn class(&self) -> Class {
        let bytes = self.all_bytes();
        let below =
            |limit: &Limit| bytes < limit.bytes && self.rows.is_none_or(|rows| rows < limit.rows);
        match (below(&TINY), below(&SMALL)) {
            (true, _) => Class::Tiny,
            (false, true) => Class::Small,
            (false, false) => Class::Large,
        }
    }

    /// Whether it is written so often that a queue forms behind a lock that waits.
    pub fn is_busy(&self) -> bool {
        self.writes_per_second.is_some_and(|writes| writes >= BUSY_WRITES_PER_SECOND)
    }
}

/// "312 rows (64 kB)".
impl fmt::Display for TableStatistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = bytes(self.all_bytes());
        match self.rows {
            Some(1) => write!(f, "1 row ({size})"),
            Some(rows) => write!(f, "{} rows ({size})", count(rows)),
            None => f.write_str(&size),
        }
    }
}

/// All that is known of the sizes of a database's tables.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    /// Statistics that are fresh, and of this database's engine.
    pub statistics: Option<Arc<Statistics>>,
    /// `large-tables`: globs of the tables that count as large, where all others count as small.
    pub large_tables: Option<Vec<String>>,
}

/// How large a table is, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size<'a> {
    /// Fresh statistics say so, of this day.
    Measured(&'a TableStatistics, Date),
    /// Fresh statistics, of this day, lack it.
    Lacking(Date),
    /// `large-tables` lists it, or does not.
    Listed(bool),
    /// Nobody said.
    Unknown,
}

impl Size<'_> {
    /// How long work on it takes; what is not known is large.
    pub fn class(self) -> Class {
        match self {
            Self::Measured(table, _) => table.class(),
            Self::Listed(false) => Class::Small,
            Self::Lacking(_) | Self::Listed(true) | Self::Unknown => Class::Large,
        }
    }

    /// Whether it is known that hardly anybody writes it.
    pub fn is_quiet(self) -> bool {
        matches!(self, Self::Measured(table, _) if !table.is_busy())
    }
}

impl Sizes {
    /// The size of a table, by its resolved name.
    pub fn of(&self, table: &Name) -> Size<'_> {
        match (&self.statistics, &self.large_tables) {
            (Some(statistics), _) => match statistics.table(table) {
                Some(found) => Size::Measured(found, statistics.as_of),
                None => Size::Lacking(statistics.as_of),
            },
            (None, Some(globs)) => Size::Listed(globs.iter().any(|glob| lists(glob, table))),
            (None, None) => Size::Unknown,
        }
    }
}

/// Whether a glob lists a table: by its name, or with a dot in it by schema and name.
fn lists(glob: &str, table: &Name) -> bool {
    match glob.contains('.') {
        true => glob::matches(glob, &table.to_string()),
        false => glob::matches(glob, &table.name),
    }
}

impl Statistics {
    /// Every table, by name.
    pub fn tables(&self) -> impl Iterator<Item = (&Name, &TableStatistics)> {
        self.tables.iter()
    }

    /// The statistics of a table. Migrations that name no schema do not say which one a connection
    /// chooses: the only table of that name is meant then.
    fn table(&self, name: &Name) -> Option<&TableStatistics> {
        self.tables.get(name).or_else(|| {
            let unsaid =
                name.schema.as_deref().is_none_or(|schema| matches!(schema, "public" | "main"));
            let mut of_name = self.tables.iter().filter(|(it, _)| it.name == name.name);
            let (_, found) = of_name.next().filter(|_| unsaid)?;
            of_name.next().is_none().then_some(found)
        })
    }

    /// How many days old they are; negative where they lie in the future.
    pub fn age(&self, today: Date) -> i64 {
        today.days() - self.as_of.days()
    }

    /// Whether they count: at most [`DAYS_MAX`] old, and not of a day to come (but for clocks that
    /// differ).
    pub fn is_fresh(&self, today: Date) -> bool {
        (-1..=DAYS_MAX).contains(&self.age(today))
    }
}

/// Reads the document.
///
/// # Errors
/// The first place at which it is not what `docs/statistics.md` says, and what is right there.
pub fn read(file: SourceFile) -> Result<Statistics, Failure> {
    let remedy = "`lockgate stats` prints the query that makes these, docs/statistics.md says what \
                  they hold";
    if file.encoding != Encoding::Utf8 {
        return Err(Failure::new(&*file.path, format!("is not UTF-8, so not JSON; {remedy}")));
    }
    let document: Document = serde_json::from_str(&file.text).map_err(|error| {
        let at = offset(&file, error.line(), error.column());
        let message = error.to_string();
        // The place is shown beside the message.
        let message = message.split(" at line ").next().unwrap_or_default();
        let message = message.replace("expected u64", "expected a whole number from 0 on");
        let message = format!("these are no statistics that can be read: {message}; {remedy}");
        Failure::at(&file, Span::new(at, at), message)
    })?;
    let Document { as_of: AsOf(as_of), engine: Which(engine), tables: Tables(tables), .. } =
        document;
    let at = file.text.find("\"as_of\"").unwrap_or(0);
    let place = Span::new(at, at + "\"as_of\"".len());
    Ok(Statistics { as_of, engine, file: (file, place), tables })
}

/// The byte offset of a line and a byte of it, both from 1; serde_json ends lines at LF alone.
fn offset(file: &SourceFile, line: usize, column: usize) -> usize {
    let before = file.text.split_inclusive('\n').take(line.saturating_sub(1));
    before.map(str::len).sum::<usize>() + column.saturating_sub(1)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "one object")]
struct Document {
    #[serde(rename = "schema_version")]
    _schema_version: SchemaVersion,
    as_of: AsOf,
    engine: Which,
    tables: Tables,
}

struct SchemaVersion;

impl<'de> Deserialize<'de> for SchemaVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            SCHEMA_VERSION => Ok(Self),
            other => Err(D::Error::custom(format!(
                "`schema_version` {other} is not known; this lockgate reads {SCHEMA_VERSION}"
            ))),
        }
    }
}

struct AsOf(Date);

impl<'de> Deserialize<'de> for AsOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Date::of_timestamp(&text).map(Self).map_err(D::Error::custom)
    }
}

struct Which(Engine);

impl<'de> Deserialize<'de> for Which {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known = || Engine::ALL.into_iter();
        let names: Vec<&str> = known().map(Engine::name).collect();
        known().find(|engine| engine.name() == word).map(Self).ok_or_else(|| {
            D::Error::custom(format!(
                "`engine` cannot be `{word}`; it is one of {}",
                names.join(", ")
            ))
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object for a table")]
struct Table {
    #[serde(default)]
    schema: Option<String>,
    name: String,
    rows: Option<u64>,
    bytes: u64,
    index_bytes: u64,
    writes_per_second: Option<f64>,
    #[serde(default)]
    keys: Vec<KeyStatistics>,
}

/// Each table once.
struct Tables(BTreeMap<Name, TableStatistics>);

impl<'de> Deserialize<'de> for Tables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(TablesVisitor).map(Self)
    }
}

struct TablesVisitor;

impl<'de> Visitor<'de> for TablesVisitor {
    type Value = BTreeMap<Name, TableStatistics>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tables")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut tables = BTreeMap::new();
        while let Some(table) = access.next_element::<Table>()? {
            let name = Name { schema: table.schema, name: table.name };
            if table.writes_per_second.is_some_and(|writes| writes < 0.0) {
                return Err(A::Error::custom(format!("`{name}` has negative `writes_per_second`")));
            }
            if let Some(key) = table.keys.iter().find(|key| key.limit == 0) {
                let column = &key.column;
                return Err(A::Error::custom(format!("`{name}.{column}` has the `limit` 0")));
            }
            let found = TableStatistics {
                rows: table.rows,
                bytes: table.bytes,
                index_bytes: table.index_bytes,
                writes_per_second: table.writes_per_second,
                keys: table.keys,
            };
            if tables.insert(name.clone(), found).is_some() {
                return Err(A::Error::custom(format!("`{name}` is listed twice")));
            }
        }
        Ok(tables)
    }
}

#[cfg(test)]
mod tests;
