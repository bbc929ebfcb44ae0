//! Dumps: a schema as it stands, written by a program, and no migration.
//!
//! A dump is known by what stands in it: Rails and dbmate strip or add comments (Active Record,
//! `postgresql_database_tasks.rb`; dbmate, `pkg/driver/postgres`), so no single line is asked for.
//! A name with a version in it is a migration all the same: many a first one was made by
//! `pg_dump`. Rows stream by and are not kept.

mod rows;

use super::paths::{self, Database};
use super::{Adapter, Claim, LoadError, MigrationSet, Named, Project, Sources, Strength, undecodable};
use crate::dialect::Engine;
use crate::migration::{Direction, OptOut, Part, Runner, Sends, SqlText, Version, Wraps};
use crate::source::SourceFile;
use crate::tree::{FILE_BYTES_MAX, PEEK_BYTES, ReadError, Tree, file_name, parent};
use rows::Rows;
use std::ops::ControlFlow;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "dump", find, load };

/// Nothing runs a dump but who restores it.
const RUNNER: Runner = Runner {
    framework: ADAPTER.name,
    wraps: Wraps::Nothing,
    sends: Sends::Statements,
    alone: OptOut::Never { why: "nothing runs a dump" },
    refuses_mixed: false,
};

/// Names of dumps that are packed.
const PACKED: &[&str] = &[".sql.gz", ".sql.zst"];

/// A program that writes dumps.
#[derive(Debug)]
struct Writer {
    program: &'static str,
    engine: Engine,
    /// What its lines begin with, and hardly anybody else's.
    marks: &'static [&'static str],
}

/// How many different marks there must be.
const MARKS_MIN: usize = 3;

const WRITERS: &[Writer] = &[
    Writer {
        program: "pg_dump",
        engine: Engine::Postgres,
        marks: &[
            "-- PostgreSQL database dump",
            "-- PostgreSQL database cluster dump",
            "-- Dumped from database version ",
            "-- Dumped by pg_dump version ",
            "\\restrict ",
            "SELECT pg_catalog.set_config('search_path', '', false);",
            "SET idle_in_transaction_session_timeout = 0;",
            "SET standard_conforming_strings = on;",
            "SET check_function_bodies = false;",
            "SET xmloption = content;",
            "SET row_security = off;",
            "SET default_tablespace = '';",
            "SET default_table_access_method = heap;",
            "SET default_with_oids = false;",
            "-- Name: ",
            "ALTER TABLE ONLY ",
        ],
    },
    Writer {
        program: "mariadb-dump",
        engine: Engine::Mariadb,
        marks: &["/*M!999999", "-- MariaDB dump ", "/*M!100616 SET "],
    },
    Writer {
        program: "mysqldump",
        engine: Engine::Mysql,
        marks: &[
            "-- MySQL dump ",
            "-- Table structure for table `",
            "/*!40101 SET @OLD_CHARACTER_SET_CLIENT",
            "/*!40101 SET @OLD_COLLATION_CONNECTION",
            "/*!40103 SET @OLD_TIME_ZONE",
            "/*!40014 SET @OLD_UNIQUE_CHECKS",
            "/*!40014 SET @OLD_FOREIGN_KEY_CHECKS",
            "/*!40101 SET @OLD_SQL_MODE",
            "/*!40111 SET @OLD_SQL_NOTES",
            "/*!40101 SET @saved_cs_client",
            "/*!50503 SET character_set_client",
            "/*!40000 ALTER TABLE `",
            "LOCK TABLES `",
        ],
    },
];

/// What a dump was taken for.
struct Known {
    engine: Engine,
    why: String,
}

/// What wrote a text, by its first bytes; `None` where it is none of the programs that are known.
fn known(path: &str, start: &str) -> Option<Known> {
    let lines = || start.split(['\n', '\r']);
    for Writer { program, engine, marks } in WRITERS {
        let found: Vec<&str> =
            marks.iter().copied().filter(|mark| lines().any(|line| line.starts_with(mark))).collect();
        let of_mariadb = *engine == Engine::Mariadb && !found.is_empty();
        if found.len() < MARKS_MIN && !of_mariadb {
            continue;
        }
        let shown: Vec<String> = found.iter().take(2).map(|it| format!("`{}`", it.trim_end())).collect();
        let why = format!("its lines are those of {program} ({})", shown.join(", "));
        return Some(Known { engine: *engine, why });
    }
    let why = sqlite(path, start)?;
    Some(Known { engine: Engine::Sqlite, why: why.to_owned() })
}

/// What tells a dump of SQLite's from a migration: it begins as `.dump` does and takes nothing back,
/// or it is what Rails and dbmate keep of `.schema`.
fn sqlite(path: &str, start: &str) -> Option<&'static str> {
    let mut lines = start.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    let changes = ["ALTER ", "DROP ", "UPDATE "];
    let is_change = |line: &str| {
        changes.iter().any(|it| line.get(..it.len()).is_some_and(|word| word.eq_ignore_ascii_case(it)))
    };
    let is_kept = matches!(file_name(path), "structure.sql" | "schema.sql");
    let versions = "CREATE TABLE IF NOT EXISTS \"schema_migrations\"";
    if is_kept && lines.clone().any(|line| line.starts_with(versions)) {
        return Some("it is what sqlite3's `.schema` writes, with the table of versions");
    }
    let begins = (lines.next(), lines.next()) == (Some("PRAGMA foreign_keys=OFF;"), Some("BEGIN TRANSACTION;"));
    let goes_on = lines.clone().next().is_some_and(|line| line.starts_with("CREATE TABLE ") || line == "COMMIT;");
    let is_dump = begins && goes_on && !lines.any(is_change);
    is_dump.then_some("it begins as sqlite3's `.dump` does, and changes nothing")
}

fn find(project: &Project<'_>) -> Vec<Claim> {
    let named = |path: &str| {
        project.listing.given.iter().any(|given| !given.is_folder && given.path == path)
    };
    let is_packed = |path: &str| PACKED.iter().any(|end| path.to_ascii_lowercase().ends_with(end));
    let files: Vec<&str> = project.listing.files.iter().map(String::as_str).collect();
    let claim = |path: &&str| {
        let is_sql = paths::is_sql(path);
        if project.told() && is_sql {
            return Some(claim(path, Strength::Told, "the framework was named: dump".to_owned()));
        }
        if !is_sql && !is_packed(path) && !named(path) {
            return None;
        }
        if has_version(path) && files.len() > 1 {
            return None;
        }
        let why = match start(project.tree, path) {
            Ok(start) if is_custom(&start) => "it is pg_dump's custom format".to_owned(),
            Ok(start) => known(path, &String::from_utf8_lossy(&start))?.why,
            // What cannot be unpacked says so where it is loaded.
            Err(ReadError::Packed { .. }) => "it is packed".to_owned(),
            Err(_) => return None,
        };
        Some(claim(path, Strength::Content, why))
    };
    files.iter().filter_map(claim).collect()
}

fn claim(path: &str, strength: Strength, why: String) -> Claim {
    let root = parent(path).unwrap_or_default();
    Claim { root, strength, why, marker: None, files: vec![path.to_owned()] }
}

/// Whether a file's name or its folder's begins with a version: `1_init.sql`, `V1__init.sql`,
/// `2026_init/up.sql`.
fn has_version(path: &str) -> bool {
    let is_version = |name: &str| {
        let number = name.strip_prefix(['v', 'V', 'b', 'B', 'u', 'U', 'r', 'R']).unwrap_or(name);
        number.starts_with(|c: char| c.is_ascii_digit())
    };
    path.rsplit('/').take(2).any(is_version)
}

/// The first bytes of a file, unpacked.
fn start(tree: &dyn Tree, path: &str) -> Result<Vec<u8>, ReadError> {
    let mut start = Vec::new();
    tree.stream(path, &mut |block| {
        start.extend_from_slice(block);
        if start.len() < PEEK_BYTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    start.truncate(PEEK_BYTES);
    Ok(start)
}

/// Whether the bytes are those of `pg_dump --format=custom`.
fn is_custom(start: &[u8]) -> bool {
    start.starts_with(b"PGDMP")
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    for path in &claim.files {
        let Some(opened) = sources.open_dump(path) else { continue };
        let known = known(path, opened.text.get(..opened.text.floor_char_boundary(PEEK_BYTES)).unwrap_or(""));
        set.set_database(known.map(|Known { engine, why }| (Database::Read(engine), why)));
        let named = Named {
            version: Version { text: String::new(), key: vec![path.clone()] },
            title: paths::stem(file_name(path)).replace(['_', '-'], " "),
            direction: Direction::Dump,
        };
        let body = vec![Part::Sql(SqlText::verbatim(opened.text.clone(), 0))];
        set.push(&opened.whole(), named, RUNNER, body);
    }
    set
}

/// Reads a schema, packed or not; of a dump the rows are not kept.
///
/// # Errors
/// A file that cannot be read or unpacked, is no text, or ends inside a statement.
pub fn read(tree: &dyn Tree, path: &str) -> Result<SourceFile, LoadError> {
    let error = |message: String| LoadError { path: path.to_owned(), message };
    let start = start(tree, path).map_err(|why| error(why.to_string()))?;
    if is_custom(&start) {
        let message = "pg_dump's custom format, which is no SQL: `pg_restore -f dump.sql` makes SQL of it";
        return Err(error(message.to_owned()));
    }
    let known = known(path, &String::from_utf8_lossy(&start));
    let mut kept = Kept { rows: known.map(|known| Rows::new(known.engine)), text: Vec::new() };
    tree.stream(path, &mut |block| kept.take(block)).map_err(|why| error(why.to_string()))?;
    if kept.is_too_large() {
        return Err(error(format!("its schema is more than the {FILE_BYTES_MAX} bytes that are read")));
    }
    let (text, cut) = match kept.rows {
        Some(rows) => rows.finish(),
        None => (kept.text, None),
    };
    if let Some(line) = cut {
        return Err(error(format!("cut off: the statement that begins in line {line} does not end")));
    }
    SourceFile::decode(path, &text).map_err(|why| undecodable(path, &why))
}

/// What is kept of a file that streams by.
struct Kept {
    /// Of a dump.
    rows: Option<Rows>,
    /// Of another text: all.
    text: Vec<u8>,
}

impl Kept {
    fn take(&mut self, block: &[u8]) -> ControlFlow<()> {
        match &mut self.rows {
            Some(rows) => rows.feed(block),
            None => self.text.extend_from_slice(block),
        }
        if self.is_too_large() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn is_too_large(&self) -> bool {
        let bytes = self.rows.as_ref().map_or(self.text.len(), Rows::kept_bytes);
        bytes as u64 > FILE_BYTES_MAX
    }
}
