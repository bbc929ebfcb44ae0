//! What a framework would run, as it prints it: `alembic upgrade --sql`, `manage.py sqlmigrate`,
//! `liquibase update-sql` and Flyway's dry run. Their comments are the boundaries of migrations.

use super::claims::Evidence;
use super::lines::lines;
use super::paths::{Database, database_word, url_database};
use super::{Adapter, Claim, LoadError, MigrationSet, Named, Project, Sources, Strength};
use super::{paths, sections};
use crate::finding::Level;
use crate::migration::{Direction, OptOut, Runner, Sends, Version, Wraps};
use crate::tree::{file_name, parent};
use std::ops::Range;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "dry-run", find, load, follow: None };

/// A program's output.
#[derive(Debug)]
struct Format {
    framework: &'static str,
    command: &'static str,
    /// Whether a text is of this form; its start is enough.
    is_form: fn(&str) -> bool,
    /// The migration that a line begins.
    begins: fn(&str) -> Option<(String, Direction)>,
    /// Comments behind which the program's own statements stand.
    own: &'static [&'static str],
    /// The table in which it keeps what has run, in lower case.
    table: &'static str,
    /// What it puts into a transaction without saying so.
    wraps: Wraps,
    alone: OptOut,
}

const FORMATS: &[Format] = &[
    Format {
        framework: "alembic",
        command: "alembic upgrade --sql",
        is_form: |start| start.contains("\n-- Running upgrade ") || start.contains("\n-- Running downgrade "),
        begins: alembic,
        own: &[],
        table: "alembic_version",
        wraps: Wraps::Nothing,
        alone: OptOut::Directive {
            text: "op.get_context().autocommit_block()",
            place: "around it",
        },
    },
    Format {
        framework: "liquibase",
        command: "liquibase update-sql",
        is_form: |start| start.split(['\n', '\r']).any(|line| liquibase(line).is_some()),
        begins: liquibase,
        own: &[
            "-- Release Database Lock",
            "-- Lock Database",
            "-- Create Database ",
            "-- Initialize Database ",
        ],
        table: "databasechangelog",
        // The output does not show `runInTransaction`.
        wraps: Wraps::Unknown,
        alone: OptOut::Directive { text: "runInTransaction:false", place: "on its changeset" },
    },
    Format {
        framework: "flyway",
        command: "flyway migrate -dryRunOutput",
        is_form: |start| start.contains("-- Flyway Dry Run ("),
        begins: flyway,
        own: &["-- Executing: "],
        table: "flyway_schema_history",
        wraps: Wraps::EachFile,
        alone: OptOut::Automatic,
    },
    Format {
        framework: "django",
        command: "manage.py sqlmigrate",
        is_form: is_django,
        begins: |_| None,
        own: &[],
        table: "django_migrations",
        wraps: Wraps::Nothing,
        alone: OptOut::Directive { text: "atomic = False", place: "in its class" },
    },
];

/// `-- Running upgrade A -> B, title`; a downgrade takes back the first of the two.
fn alembic(line: &str) -> Option<(String, Direction)> {
    let rest = line.strip_prefix("-- Running ")?;
    let (way, (from, to)) = (rest.split_once(' ')?.0, rest.split_once(" -> ")?);
    match way {
        "upgrade" => Some((to.split(',').next()?.trim().to_owned(), Direction::Up)),
        "downgrade" => Some((from.split(' ').nth(1)?.to_owned(), Direction::Down)),
        _ => None,
    }
}

/// `-- Changeset path::id::author`, `-- Rolling Back ChangeSet: path::id::author`.
fn liquibase(line: &str) -> Option<(String, Direction)> {
    let (rest, direction) = match line.strip_prefix("-- Changeset ") {
        Some(rest) => (rest, Direction::Up),
        None => (line.strip_prefix("-- Rolling Back ChangeSet: ")?, Direction::Down),
    };
    let parts: Vec<&str> = rest.trim().rsplitn(3, "::").collect();
    let [author, id, _] = parts.as_slice() else { return None };
    Some((format!("{author}:{id}"), direction))
}

/// `-- Source: ./V3__Couple.sql`.
fn flyway(line: &str) -> Option<(String, Direction)> {
    let path = line.strip_prefix("-- Source: ")?.trim().replace('\\', "/");
    let name = paths::stem(file_name(&path));
    let version = name.split_once("__").map_or(name, |(version, _)| version);
    let direction = match version.chars().next() {
        Some('U') => Direction::Down,
        Some('R') => Direction::Repeatable,
        _ => Direction::Up,
    };
    Some((if version == "R" { name.to_owned() } else { version.to_owned() }, direction))
}

/// `BEGIN;`, then the first operation as three lines of comment. A dump has such comments too, and
/// no BEGIN before them.
fn is_django(start: &str) -> bool {
    let mut lines = start.split('\n').map(str::trim_end);
    (lines.next(), lines.next()) == (Some("BEGIN;"), Some("--"))
        && lines.next().is_some_and(|line| line.starts_with("-- "))
        && lines.next() == Some("--")
}

fn format(start: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| (format.is_form)(start))
}

/// Each file is a set of its own.
fn find(project: &Project<'_>) -> Vec<Claim> {
    let claim = |file: &str| {
        let found = project.starts().get(file).and_then(|start| format(start));
        let output = |format: &Format| format!("it is the output of `{}`", format.command);
        let named = || project.told().then(|| "the framework was named: dry-run".to_owned());
        let evidence = Evidence::directive(found.map(output).or_else(named)?);
        let strength = if project.told() { Strength::Told } else { evidence.strength };
        let root = parent(file).unwrap_or_default();
        Some(Claim { root, strength, why: evidence.why, marker: None, files: vec![file.to_owned()] })
    };
    project.sql_files().filter_map(claim).collect()
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        let Some(format) = format(&opened.text) else {
            let commands: Vec<_> = FORMATS.iter().map(|it| format!("`{}`", it.command)).collect();
            let message = format!("not the output of one of {}", commands.join(", "));
            sources.error(LoadError { path: path.clone(), message });
            continue;
        };
        set.set_database(database(&opened.text));
        let pieces = pieces(&opened.text, format);
        if pieces.is_empty() {
            let why = "it holds nothing but what the program keeps of itself";
            set.never_runs(&opened.whole(), Level::Note, why, None);
        }
        for piece in pieces {
            let (place, parts) = sections::body(project, &opened, std::slice::from_ref(&piece.range));
            let version = Version::text(piece.version);
            let named = Named { version, title: String::new(), direction: piece.direction };
            let runner = Runner {
                framework: format.framework,
                wraps: piece.wraps,
                sends: Sends::Statements,
                alone: format.alone.clone(),
                refuses_mixed: format.alone == OptOut::Automatic,
            };
            set.push(&place, named, runner, parts);
        }
    }
    set
}

/// What stands between two boundaries: comments that begin a migration, and BEGIN and COMMIT.
struct Piece {
    version: String,
    direction: Direction,
    wraps: Wraps,
    range: Range<usize>,
}

/// Cuts an output. What it begins with and the program's statements about itself are left out.
fn pieces(text: &str, format: &Format) -> Vec<Piece> {
    let lines = lines(text);
    let is = |line: &str, word: &str| line.trim_end() == word;
    let text_of = |range: &Range<usize>| text.get(range.clone()).unwrap_or("");
    let count = |word: &str| lines.iter().filter(|line| is(text_of(&line.content), word)).count();
    let marks = lines.iter().filter(|it| (format.begins)(text_of(&it.content)).is_some()).count();
    let each = count("BEGIN;") >= marks;
    let mut pieces: Vec<Piece> = Vec::new();
    let mut current: Option<(String, Direction)> = (marks == 0).then_some((String::new(), Direction::Up));
    let mut in_block = false;
    let mut open = false;
    for line in &lines {
        let content = text_of(&line.content);
        let begins = (format.begins)(content);
        let is_boundary = is(content, "BEGIN;") || is(content, "COMMIT;");
        if is_boundary {
            in_block = is(content, "BEGIN;");
        } else if let Some(begins) = begins {
            current = Some(begins);
        } else if is_own(content, format) {
            current = None;
        } else if let (Some((version, direction)), false) = (&current, open) {
            let wraps = match (in_block, each) {
                (true, true) => Wraps::EachFile,
                (true, false) => Wraps::AllPending,
                (false, _) => format.wraps,
            };
            let (version, direction) = (version.clone(), *direction);
            pieces.push(Piece { version, direction, wraps, range: line.whole.clone() });
            open = true;
            continue;
        } else if let (true, Some(piece)) = (open && current.is_some(), pieces.last_mut()) {
            piece.range.end = line.whole.end;
            continue;
        }
        open = false;
    }
    pieces.retain(|piece| sections::holds_sql(text_of(&piece.range)));
    pieces
}

/// Whether a line begins statements about what has run.
fn is_own(line: &str, format: &Format) -> bool {
    let lower = line.to_ascii_lowercase();
    let writes = ["insert into ", "update ", "delete from "].iter().any(|it| lower.starts_with(it));
    (writes && lower.contains(format.table)) || format.own.iter().any(|it| line.starts_with(it))
}

/// The database that Liquibase names: `-- Against: user@jdbc:postgresql://host/db`.
fn database(text: &str) -> Option<(Database, String)> {
    let line = text.split(['\n', '\r']).find_map(|line| line.strip_prefix("-- Against: "))?;
    let url = line.split_once('@').map_or(line, |(_, url)| url);
    let offline = url.strip_prefix("offline:").and_then(|rest| rest.split('?').next());
    let database = offline.and_then(database_word).or_else(|| url_database(url))?;
    Some((database, "its first lines say so".to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::{pieces, rows};

    const ALEMBIC: &str = "BEGIN;\n\nCREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);\n\n\
        -- Running upgrade  -> 1975ea83b712\n\nCREATE TABLE a (id BIGINT PRIMARY KEY);\n\n\
        INSERT INTO alembic_version (version_num) VALUES ('1975ea83b712');\n\n\
        -- Running upgrade 1975ea83b712 -> ae1027a6acf, index\n\nCOMMIT;\n\n\
        CREATE INDEX CONCURRENTLY i ON a (id);\n\nBEGIN;\n\n\
        UPDATE alembic_version SET version_num='ae1027a6acf';\n\nCOMMIT;\n\n";

    #[test]
    fn alembic_says_where_transactions_end() {
        assert_eq!(
            rows(&[("stdin.sql", ALEMBIC)]),
            [
                "dry-run . postgres: it is the output of `alembic upgrade --sql`",
                "stdin.sql 1975ea83b712 up EachFile Statements",
                "stdin.sql ae1027a6acf up Nothing Statements",
            ]
        );
        assert_eq!(
            pieces(&[("stdin.sql", ALEMBIC)]),
            ["\nCREATE TABLE a (id BIGINT PRIMARY KEY);\n\n", "\nCREATE INDEX CONCURRENTLY i ON a (id);\n\n"]
        );
        let series = "BEGIN;\n\n-- Running downgrade b -> a\n\nDROP TABLE b;\n\n\
                      -- Running downgrade a -> \n\nDROP TABLE a;\n\nCOMMIT;\n";
        assert_eq!(
            rows(&[("x.sql", series)])[1..],
            ["x.sql b down AllPending Statements", "x.sql a down AllPending Statements"]
        );
    }

    #[test]
    fn liquibase_names_changesets_and_the_database() {
        let sql = "-- *****\n-- Update Database Script\n-- *****\n-- Change Log: db/root.xml\n\
                   -- Against: shop@jdbc:mariadb://h/d\n\n-- Lock Database\nUPDATE DATABASECHANGELOGLOCK SET LOCKED = 1;\n\n\
                   -- Changeset db/root.xml::1-a::ann\nCREATE TABLE a (id BIGINT PRIMARY KEY);\n\n\
                   INSERT INTO DATABASECHANGELOG (ID) VALUES ('1-a');\n\n\
                   -- Changeset db/root.xml::2::bob\nALTER TABLE a ADD b INT;\n\n\
                   INSERT INTO public.databasechangelog (ID) VALUES ('2');\n\n\
                   -- Release Database Lock\nUPDATE DATABASECHANGELOGLOCK SET LOCKED = 0;\n";
        assert_eq!(
            rows(&[("stdin.sql", sql)]),
            [
                "dry-run . mariadb: it is the output of `liquibase update-sql`",
                "stdin.sql ann:1-a up Unknown Statements",
                "stdin.sql bob:2 up Unknown Statements",
            ]
        );
        assert_eq!(
            pieces(&[("stdin.sql", sql)]),
            ["CREATE TABLE a (id BIGINT PRIMARY KEY);\n\n", "ALTER TABLE a ADD b INT;\n\n"]
        );
    }

    #[test]
    fn flyway_names_files_and_django_is_one_migration() {
        let flyway = "-- -====\n-- Flyway Dry Run (2025-05-26 05:23:05)\n-- -====\n\n\
                      -- Executing: validate (with callbacks)\n-- ---\nSET x = 1;\n\n\
                      -- Executing: migrate -> v7 (with callbacks)\n-- ---\n\n\
                      -- Source: migrations\\V7__a.sql\n-- ---\nALTER TABLE a ADD b int;\n\
                      INSERT INTO \"public\".\"flyway_schema_history\" VALUES (9);\n";
        assert_eq!(
            rows(&[("stdin.sql", flyway)]),
            [
                "dry-run . ?: it is the output of `flyway migrate -dryRunOutput`",
                "stdin.sql V7 up EachFile Statements",
            ]
        );
        assert_eq!(pieces(&[("stdin.sql", flyway)]), ["-- ---\nALTER TABLE a ADD b int;\n"]);
        let django = "BEGIN;\n--\n-- Create model A\n--\nCREATE TABLE a (id bigint PRIMARY KEY);\nCOMMIT;\n";
        assert_eq!(
            rows(&[("stdin.sql", django)]),
            [
                "dry-run . ?: it is the output of `manage.py sqlmigrate`",
                "stdin.sql  up EachFile Statements",
            ]
        );
        let dump = "--\n-- PostgreSQL database dump\n--\nCREATE TABLE a (id bigint PRIMARY KEY);\n";
        assert!(rows(&[("stdin.sql", dump)])[0].starts_with("plain "));
    }
}
