//! Dumps: a schema as it stands, written by a program, and no migration.
//!
//! A dump is known by what stands in it: Rails and dbmate strip or add comments (Active Record,
//! `postgresql_database_tasks.rb`; dbmate, `pkg/driver/postgres`), so no single line is asked for.
//! A name with a version in it is a migration all the same: many a first one was made by
//! `pg_dump`. Rows stream by and are not kept.

mod rows;

use super::paths::{self, Database};
use super::{Adapter, Claim, LoadError, MigrationSet, Named, Project, Sources, Strength, undecodable};
use super::project::start;
use crate::dialect::Engine;
use crate::migration::{Direction, OptOut, Part, Runner, Sends, SqlText, Version, Wraps};
use crate::source::SourceFile;
use crate::tree::{FILE_BYTES_MAX, ReadError, Tree, file_name, parent};
use rows::Rows;
use std::ops::ControlFlow;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "dump", find, load, follow: None };

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

/// What wrote a dump.
struct Known {
    program: &'static str,
    engine: Engine,
    /// Why that is so, as a sentence without a full stop.
    why: String,
}

/// What wrote a text, by its first bytes; `None` where it is none of the programs that are known.
fn known(path: &str, start: &str) -> Option<Known> {
    let first = |text: &str| text.as_bytes().first().copied();
    let begins = |line: &&str| {
        let mut marks = WRITERS.iter().flat_map(|writer| writer.marks);
        marks.any(|mark| first(mark) == first(line))
    };
    let lines: Vec<&str> = start.split(['\n', '\r']).filter(begins).collect();
    for Writer { program, engine, marks } in WRITERS {
        let found: Vec<&str> =
            marks.iter().copied().filter(|mark| lines.iter().any(|line| line.starts_with(mark))).collect();
        let of_mariadb = *engine == Engine::Mariadb && !found.is_empty();
        if found.len() < MARKS_MIN && !of_mariadb {
            continue;
        }
        let shown: Vec<String> =
            found.iter().take(2).map(|it| format!("`{}`", it.trim_end_matches([' ', '`']))).collect();
        let why = format!("its lines are those of {program} ({})", shown.join(", "));
        return Some(Known { program, engine: *engine, why });
    }
    let why = sqlite(path, start)?.to_owned();
    Some(Known { program: "sqlite3", engine: Engine::Sqlite, why })
}

/// What tells a dump of SQLite's from a migration: it begins as `.dump` does and changes nothing, or
/// it is what Rails and dbmate keep of `.schema`, where the table of versions is the first.
fn sqlite(path: &str, start: &str) -> Option<&'static str> {
    const CHANGES: &[&str] = &["ALTER ", "DROP ", "UPDATE "];
    let mut lines = start.split(['\n', '\r']).filter(|line| !line.is_empty());
    let is_versions = |line: &str| {
        let table = line.strip_prefix("CREATE TABLE ").unwrap_or("");
        let name = table.strip_prefix("IF NOT EXISTS ").unwrap_or(table);
        name.starts_with("\"schema_migrations\" (")
    };
    let is_kept = matches!(file_name(path), "structure.sql" | "schema.sql");
    if lines.clone().take(if is_kept { usize::MAX } else { 1 }).any(is_versions) {
        return Some("it is sqlite3's `.schema` with a table of versions");
    }
    let begins = lines.next() == Some("PRAGMA foreign_keys=OFF;")
        && lines.next() == Some("BEGIN TRANSACTION;");
    let goes_on = |line: &str| line.starts_with("CREATE TABLE ") || line == "COMMIT;";
    let is_change = |line: &str| CHANGES.iter().any(|change| line.starts_with(change));
    let is_dump =
        begins && lines.clone().next().is_some_and(goes_on) && !lines.any(is_change);
    is_dump.then_some("it begins as sqlite3's `.dump` does, and changes nothing")
}

fn find(project: &Project<'_>) -> Vec<Claim> {
    let alone = project.sql_files().nth(1).is_none();
    let given = &project.listing.given;
    let is_named = |path: &str| given.iter().any(|it| !it.is_folder && it.path == path);
    let is_packed = |path: &str| PACKED.iter().any(|end| path.ends_with(end));
    let claim = |path: &String| {
        let is_sql = paths::is_sql(path);
        if project.told() && is_sql {
            return Some(claim(path, Strength::Told, "the framework was named: dump".to_owned()));
        }
        let may_be = if is_sql { alone || !has_version(path) } else { is_packed(path) || is_named(path) };
        let text = match project.starts().get(path) {
            _ if !may_be => return None,
            Some(text) => Ok(text.clone()),
            None => start(project.tree, path),
        };
        let why = match text {
            Ok(text) if is_custom(&text) => "it is pg_dump's custom format".to_owned(),
            Ok(text) => known(path, &text)?.why,
            // What cannot be unpacked says so where it is loaded.
            Err(ReadError::Packed { .. }) => "it is packed".to_owned(),
            Err(_) => return None,
        };
        Some(claim(path, Strength::Content, why))
    };
    project.listing.files.iter().filter_map(claim).collect()
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

/// Whether a start is that of `pg_dump --format=custom`.
fn is_custom(start: &str) -> bool {
    start.starts_with("PGDMP")
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    for path in &claim.files {
        let Some(opened) = sources.open_dump(path) else { continue };
        let known = start(project.tree, path).ok().and_then(|start| known(path, &start));
        set.set_database(known.map(|Known { program, engine, .. }| {
            (Database::Read(engine), format!("{program} wrote it"))
        }));
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
    read_at_most(tree, path, FILE_BYTES_MAX)
}

fn read_at_most(tree: &dyn Tree, path: &str, bytes_max: u64) -> Result<SourceFile, LoadError> {
    let error = |message: String| LoadError { path: path.to_owned(), message };
    let begins = start(tree, path).map_err(|why| error(why.to_string()))?;
    if is_custom(&begins) {
        let message = "pg_dump's custom format, which is no SQL: `pg_restore -f dump.sql` makes SQL of it";
        return Err(error(message.to_owned()));
    }
    let rows = known(path, &begins).map(|known| Rows::new(known.engine));
    let mut kept = Kept { rows, text: Vec::new(), bytes_max };
    tree.stream(path, &mut |block| kept.take(block)).map_err(|why| error(why.to_string()))?;
    if kept.is_too_large() {
        return Err(error(format!("its schema is more than the {bytes_max} bytes that are read")));
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
    bytes_max: u64,
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
        bytes as u64 > self.bytes_max
    }
}

#[cfg(test)]
mod tests {
    use crate::frameworks::{Settings, discover};
    use crate::tree::Memory;

    /// A start that is pg_dump's without the comments at its head, as Rails keeps it.
    const STRIPPED: &str = "SET statement_timeout = 0;\nSET standard_conforming_strings = on;\n\
        SELECT pg_catalog.set_config('search_path', '', false);\nSET check_function_bodies = false;\n\
        CREATE TABLE public.t (\n    id bigint NOT NULL\n);\n";

    /// What is a dump, what is left out as one, and what is neither.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let tree = Memory::new(files.iter().map(|(path, text)| (*path, *text)));
        let found = discover(&tree, &Settings::default());
        assert_eq!(found.errors, []);
        let path = |file: crate::source::FileId| found.files[file.0 as usize].path.clone();
        let row = |set: &crate::frameworks::MigrationSet| {
            let files: Vec<_> = set.migrations.iter().map(|it| path(it.file)).collect();
            format!("{} {}", set.framework, files.join(" "))
        };
        let left_out = found.dumps.iter().map(|dump| format!("left out {}: {}", dump.path, dump.why));
        found.sets.iter().map(row).chain(left_out).collect()
    }

    #[test]
    fn a_dump_is_known_by_its_lines_and_not_by_its_head() {
        let sqlite = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (a);\n";
        let versions = "CREATE TABLE IF NOT EXISTS \"schema_migrations\" (version varchar(128) primary key);\n";
        let mysql = "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n\
            /*!40101 SET @saved_cs_client     = @@character_set_client */;\n/*!50503 SET character_set_client = utf8mb4 */;\n";
        let mariadb = "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n";
        for (path, text, framework) in [
            ("db/structure.sql", STRIPPED, "dump"),
            ("a.sql", mysql, "dump"),
            ("a.sql", mariadb, "dump"),
            ("a.sql", &format!("{sqlite}COMMIT;\n"), "dump"),
            ("a.sql", &format!("{sqlite}DROP TABLE old;\nALTER TABLE t RENAME TO old;\n"), "plain"),
            ("db/schema.sql", versions, "dump"),
            ("db/sqlite.sql", versions, "dump"),
            ("db/structure.sql", &format!("CREATE TABLE a (b);\n{versions}"), "dump"),
            ("db/tables.sql", &format!("CREATE TABLE a (b);\n{versions}"), "plain"),
            ("a.sql", "SET statement_timeout = 0;\nSET row_security = off;\nALTER TABLE t ADD a int;", "plain"),
            ("db/schema.sql", "CREATE TABLE t (a int);", "plain"),
        ] {
            assert_eq!(found(&[(path, text)]), [format!("{framework} {path}")], "{text}");
        }
    }

    #[test]
    fn beside_migrations_a_dump_is_left_out_and_one_with_a_version_is_a_migration() {
        let why = "its lines are those of pg_dump (`SELECT pg_catalog.set_config('search_path', '', false);`, \
                   `SET standard_conforming_strings = on;`)";
        let migration = "-- migrate:up\nSELECT 1;\n-- migrate:down\n";
        assert_eq!(
            found(&[("db/migrations/1_a.sql", migration), ("db/schema.sql", STRIPPED)]),
            ["dbmate db/migrations/1_a.sql db/migrations/1_a.sql".to_owned(), format!("left out db/schema.sql: {why}")]
        );
        assert_eq!(
            found(&[("up/1_base.sql", STRIPPED), ("up/2_more.sql", "SELECT 1;")]),
            ["plain up/1_base.sql up/2_more.sql"]
        );
        assert_eq!(found(&[("1_base.sql", STRIPPED)]), ["dump 1_base.sql"]);
        assert_eq!(found(&[("V1__base.sql", STRIPPED)]), ["flyway V1__base.sql"]);
        assert_eq!(found(&[("a.sql", STRIPPED), ("b.sql", STRIPPED)]), ["dump a.sql", "dump b.sql"]);
    }

    #[test]
    fn more_than_is_read_is_refused_and_rows_do_not_count() {
        let rows = format!("{STRIPPED}COPY public.t (id) FROM stdin;\n{}\\.\n", "123456789\n".repeat(100));
        let tree = Memory::new([("a.sql", rows.as_str())]);
        let bytes = STRIPPED.len() + 200;
        let read = |bytes: usize| super::read_at_most(&tree, "a.sql", bytes as u64);
        assert_eq!(read(bytes).map(|file| file.line(110).start > 0).ok(), Some(true));
        let message = read(100).map_err(|error| error.message).unwrap_err();
        assert_eq!(message, "its schema is more than the 100 bytes that are read");
    }
}
