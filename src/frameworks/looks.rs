//! Which database a set of files looks like it is for: by its paths, else by what stands in it.

use super::paths::{self, Database};
use crate::dialect::Engine;
use crate::parallel;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Words that one engine takes and the others refuse, as [`words`] cuts them.
const MARKS: &[(Engine, &str)] = &[
    (Engine::Mysql, ") engine"),
    (Engine::Mysql, "auto_increment"),
    (Engine::Mysql, "unsigned"),
    (Engine::Mysql, "on update current_timestamp"),
    (Engine::Mysql, "modify column"),
    (Engine::Mysql, "change column"),
    (Engine::Mysql, "default charset"),
    (Engine::Mysql, "character set utf8mb4"),
    (Engine::Mysql, "mediumtext"),
    (Engine::Mysql, "longtext"),
    (Engine::Mysql, "on duplicate key"),
    (Engine::Mysql, "insert ignore"),
    (Engine::Mysql, "foreign_key_checks"),
    (Engine::Mysql, "/ * !"),
    (Engine::Mysql, "delimiter $ $"),
    (Engine::Mysql, "delimiter / /"),
    (Engine::Mysql, "delimiter ;"),
    (Engine::Sqlite, "autoincrement"),
    (Engine::Sqlite, "pragma"),
    (Engine::Sqlite, "without rowid"),
    (Engine::Sqlite, "sqlite_master"),
    (Engine::Sqlite, "sqlite_schema"),
    (Engine::Sqlite, "sqlite_sequence"),
    (Engine::Sqlite, "insert or replace"),
    (Engine::Sqlite, "insert or ignore"),
    (Engine::Sqlite, "create virtual table"),
    (Engine::Sqlite, "strftime ("),
    (Engine::Sqlite, "unixepoch ("),
    (Engine::Sqlite, "julianday ("),
    (Engine::Sqlite, "datetime ( '"),
    (Engine::Sqlite, "randomblob ("),
    (Engine::Postgres, "serial"),
    (Engine::Postgres, "bigserial"),
    (Engine::Postgres, "jsonb"),
    (Engine::Postgres, "timestamptz"),
    (Engine::Postgres, "bytea"),
    (Engine::Postgres, "concurrently"),
    (Engine::Postgres, "plpgsql"),
    (Engine::Postgres, ": :"),
    (Engine::Postgres, "$ $"),
    (Engine::Postgres, "[ ]"),
    (Engine::Postgres, "using gin"),
    (Engine::Postgres, "using gist"),
    (Engine::Postgres, "nextval"),
    (Engine::Postgres, "as identity"),
    (Engine::Postgres, "create extension"),
    (Engine::Postgres, "create type"),
    (Engine::Postgres, "create sequence"),
    (Engine::Postgres, "alter sequence"),
    (Engine::Postgres, "owner to"),
    (Engine::Postgres, "with time zone"),
    (Engine::Postgres, "without time zone"),
    (Engine::Postgres, "gen_random_uuid"),
    (Engine::Postgres, "ilike"),
    (Engine::Postgres, "public ."),
];

/// Marks with their indexes, by the first byte of their first word and its length.
type ByFirstWord = BTreeMap<(u8, usize), Vec<(usize, &'static str)>>;

/// The marks by what tells most words from their first one.
static BY_FIRST_WORD: LazyLock<ByFirstWord> = LazyLock::new(|| {
    let mut all = ByFirstWord::new();
    for (index, (_, mark)) in MARKS.iter().enumerate() {
        all.entry(first_word(mark)).or_default().push((index, mark));
    }
    all
});

/// The first byte of a text and the length of its first word.
fn first_word(text: &str) -> (u8, usize) {
    let length = text.bytes().position(|byte| byte == b' ').unwrap_or(text.len());
    (text.bytes().next().unwrap_or(0), length)
}

/// How many times as many files must speak for an engine as for the next one.
const CLEAR_MAJORITY: usize = 3;

/// How many marks the reason names.
const MARKS_SHOWN: usize = 3;

/// The database that the paths of a set name, and why.
pub fn by_path(root: &str, files: &[String]) -> Option<(Database, String)> {
    let mut databases: BTreeSet<_> = files.iter().map(|file| paths::database(file)).collect();
    let of_files = if databases.len() == 1 { databases.pop_first().flatten() } else { None };
    let database = of_files.or_else(|| paths::folder_database(root))?;
    Some((database, "the path says so".to_owned()))
}

/// Whether a database stands in the files' own names, in those of their folders or the ones right
/// above.
pub fn is_named_closely(files: &[String]) -> bool {
    let near = |path: &String| {
        let parts: Vec<&str> = path.rsplit('/').take(3).collect();
        paths::database(&parts.into_iter().rev().collect::<Vec<_>>().join("/")).is_some()
    };
    files.iter().all(near)
}

/// The engine that the beginnings of a set's files speak for, and why. Only a clear majority
/// counts, as MySQL's and SQLite's files are often kept beside others.
pub fn by_content<'a>(starts: impl Iterator<Item = &'a str>) -> Option<(Engine, String)> {
    let mut votes: BTreeMap<Engine, usize> = BTreeMap::new();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let (mut files, mut ticked, mut text_keys) = (0_usize, 0_usize, 0_usize);
    let starts: Vec<&str> = starts.collect();
    let seen_in = |start: &&str| {
        let words = words(start);
        (marks(&words), words.contains(" ` "), words.contains(" text primary key "))
    };
    let each = parallel::map(&starts, seen_in);
    for (start, found) in starts.iter().zip(each) {
        files += 1;
        let (marks, ticks, keys) = found.unwrap_or_else(|| seen_in(start));
        let engines: BTreeSet<Engine> =
            marks.iter().filter_map(|mark| MARKS.get(*mark)).map(|(engine, _)| *engine).collect();
        for engine in engines {
            *votes.entry(engine).or_default() += 1;
        }
        seen.extend(marks);
        ticked += usize::from(ticks);
        text_keys += usize::from(keys);
    }
    let mut ranked: Vec<(usize, Engine)> =
        votes.into_iter().map(|(engine, votes)| (votes, engine)).collect();
    ranked.sort_by_key(|(votes, _)| std::cmp::Reverse(*votes));
    if ranked.is_empty() && ticked * 2 > files {
        // Both of them quote so, and PostgreSQL never; MySQL refuses a key on TEXT without a length.
        let engine = if text_keys > 0 { Engine::Sqlite } else { Engine::Mysql };
        return Some((engine, format!("{ticked} of {files} files quote names with backticks")));
    }
    let (most, engine) = *ranked.first()?;
    if ranked.get(1).is_some_and(|(next, _)| most < next * CLEAR_MAJORITY) {
        return None;
    }
    let of_engine = seen.into_iter().filter_map(|mark| MARKS.get(mark));
    let shown: Vec<String> = of_engine
        .filter(|(of, _)| *of == engine)
        .map(|(_, mark)| format!("`{}`", as_written(mark)))
        .take(MARKS_SHOWN)
        .collect();
    Some((engine, format!("{most} of {files} files hold words of it ({})", shown.join(", "))))
}

/// The marks in a text, as [`words`] cuts it.
fn marks(words: &str) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut rest = words;
    while let Some((_, behind)) = rest.split_once(' ') {
        rest = behind;
        let marks = BY_FIRST_WORD.get(&first_word(rest)).into_iter().flatten();
        let marks = marks.filter(|(_, mark)| {
            rest.strip_prefix(*mark).is_some_and(|behind| behind.starts_with(' '))
        });
        found.extend(marks.map(|(index, _)| *index));
    }
    // What stands behind DELIMITER quotes nothing.
    if words.contains(" delimiter $ $ ") {
        found.retain(|index| MARKS.get(*index).is_some_and(|(_, mark)| *mark != "$ $"));
    }
    found
}

/// A mark as people write it: `$$`, `DATETIME('`.
fn as_written(mark: &str) -> String {
    let is_sign = |c: char| !c.is_alphanumeric() && c != '_';
    let mut written = String::new();
    for part in mark.split(' ') {
        let behind_sign = written.ends_with(is_sign) && part.starts_with(is_sign);
        if !written.is_empty() && !behind_sign && !matches!(part, "(" | ".") {
            written.push(' ');
        }
        written += &part.to_uppercase();
    }
    written
}

/// The words and signs of a text in lower case, each between blanks; of comments nothing, of a
/// string one `'`, of a name in backticks one `` ` ``.
fn words(text: &str) -> String {
    let mut out = String::from(" ");
    let mut rest = text;
    let is_in_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c.is_alphanumeric();
    while let Some(first) = rest.chars().next() {
        let ascii = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_');
        let word = match ascii {
            Some(at) if rest.as_bytes().get(at).is_some_and(u8::is_ascii) => at,
            Some(_) => rest.find(|c| !is_in_word(c)).unwrap_or(rest.len()),
            None => rest.len(),
        };
        let (taken, shown) = match first {
            _ if word > 0 => (word, rest.get(..word).unwrap_or("")),
            _ if rest.starts_with("--") => (rest.find(['\n', '\r']).unwrap_or(rest.len()), ""),
            _ if rest.starts_with("/*!") => ("/*!".len(), "/ * !"),
            _ if rest.starts_with("/*") => {
                (rest.find("*/").map_or(rest.len(), |end| end + "*/".len()), "")
            }
            '\'' | '"' | '`' => (quoted(rest, first), if first == '"' { "" } else { &rest[..1] }),
            _ if first.is_whitespace() => (first.len_utf8(), ""),
            _ => (first.len_utf8(), &rest[..first.len_utf8()]),
        };
        if !shown.is_empty() {
            let from = out.len();
            out.push_str(shown);
            out.get_mut(from..).unwrap_or_default().make_ascii_lowercase();
            out.push(' ');
        }
        rest = rest.get(taken..).unwrap_or("");
    }
    out
}

/// The length of what is quoted at the beginning of a text; a backslash keeps a quote from ending it.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(texts: &[&str]) -> Option<(Engine, String)> {
        by_content(texts.iter().copied())
    }

    #[test]
    fn words_that_one_engine_takes_speak_for_it() {
        let cases: &[(&[&str], Option<Engine>)] = &[
            (&["CREATE TABLE t (id int AUTO_INCREMENT) ENGINE=InnoDB;"], Some(Engine::Mysql)),
            (&["CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);"], Some(Engine::Sqlite)),
            (&["create table t (a text default (datetime('now')))"], Some(Engine::Sqlite)),
            (&["CREATE TABLE t (a datetime(6));"], None),
            (&["CREATE TABLE `t` (`id` text PRIMARY KEY NOT NULL);"], Some(Engine::Sqlite)),
            (&["CREATE TABLE `t` (`id` varchar(9) PRIMARY KEY);"], Some(Engine::Mysql)),
            (&["CREATE TABLE t (id serial, b text[]);"], Some(Engine::Postgres)),
            (
                &["DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END $$\nDELIMITER ;\n"],
                Some(Engine::Mysql),
            ),
            (&["COPY t FROM 'x' DELIMITER ';';"], None),
            (&["CREATE TABLE t (id int);", ""], None),
            (&["-- AUTO_INCREMENT\n/* PRAGMA */ SELECT 'ENGINE `x`', \"pragma\";"], None),
            (&["UPDATE t SET engine = 'v8';"], None),
            (&["PRAGMA x;", "PRAGMA y;", "SELECT 1::int;"], None),
            (&["PRAGMA x;", "PRAGMA y;", "PRAGMA z;", "SELECT 1::int;"], Some(Engine::Sqlite)),
            (&["'\\' pragma"], None),
            (&["é`"], Some(Engine::Mysql)),
            (&["é`", ""], None),
        ];
        for (texts, expected) in cases {
            assert_eq!(engine(texts).map(|(engine, _)| engine), *expected, "{texts:?}");
        }
    }

    #[test]
    fn the_reason_counts_files_and_names_words() {
        let (_, why) = engine(&["PRAGMA a;", "CREATE TABLE t (a) WITHOUT ROWID;", ""]).unwrap();
        assert_eq!(why, "2 of 3 files hold words of it (`PRAGMA`, `WITHOUT ROWID`)");
    }
}
