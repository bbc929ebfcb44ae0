//! What paths say: natural order, database words, folders that belong together.

use crate::dialect::Engine;
use crate::tree::{ancestors, below, file_name, parent};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A database, by the words that folders and files are named with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Database {
    /// One whose SQL is read.
    Read(Engine),
    /// Another one, by its name.
    Other(&'static str),
}

/// The words, in lower case.
const DATABASE_WORDS: &[(&str, Database)] = &[
    ("postgres", Database::Read(Engine::Postgres)),
    ("postgresql", Database::Read(Engine::Postgres)),
    ("pgsql", Database::Read(Engine::Postgres)),
    ("psql", Database::Read(Engine::Postgres)),
    ("pg", Database::Read(Engine::Postgres)),
    ("mysql", Database::Read(Engine::Mysql)),
    ("mariadb", Database::Read(Engine::Mariadb)),
    ("sqlite", Database::Read(Engine::Sqlite)),
    ("sqlite3", Database::Read(Engine::Sqlite)),
    ("h2", Database::Other("h2")),
    ("hsql", Database::Other("hsqldb")),
    ("hsqldb", Database::Other("hsqldb")),
    ("derby", Database::Other("derby")),
    ("oracle", Database::Other("oracle")),
    ("db2", Database::Other("db2")),
    ("mssql", Database::Other("sqlserver")),
    ("sqlserver", Database::Other("sqlserver")),
    ("cockroach", Database::Other("cockroachdb")),
    ("cockroachdb", Database::Other("cockroachdb")),
    ("clickhouse", Database::Other("clickhouse")),
    ("firebird", Database::Other("firebird")),
    ("spanner", Database::Other("spanner")),
    ("snowflake", Database::Other("snowflake")),
];

/// The database that a word names.
pub fn database_word(word: &str) -> Option<Database> {
    let word = word.to_ascii_lowercase();
    DATABASE_WORDS.iter().find(|(known, _)| *known == word).map(|(_, database)| *database)
}

/// The database that a path names: by the last folder that has such a word
/// (`schema/pgsql-migrations`), or by the file's own name where the word stands between dots
/// (`app.postgres.create.sql`; a title such as `drop_mysql_views` says nothing).
pub fn database(path: &str) -> Option<Database> {
    let by_name = file_name(path).split('.').find_map(database_word);
    by_name.or_else(|| parent(path).and_then(|folder| folder_database(&folder)))
}

/// The database that a folder's path names.
pub fn folder_database(folder: &str) -> Option<Database> {
    let words = |part: &str| part.split(|c: char| !c.is_alphanumeric()).find_map(database_word);
    folder.rsplit('/').find_map(words)
}

/// The database of a JDBC or plain URL: `jdbc:postgresql://host/db`, `postgres://host/db`.
pub fn url_database(url: &str) -> Option<Database> {
    let url = url.strip_prefix("jdbc:").unwrap_or(url);
    database_word(url.split([':', '+']).next().unwrap_or(""))
}

/// Whether a folder's own name is a database: its files are for that one alone.
pub fn is_database_folder(folder: &str) -> bool {
    database_word(file_name(folder)).is_some()
}

/// Natural order of paths: part by part, folders before files, runs of digits as numbers, and
/// `2.1.sql` before `2.1.1.sql`.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('/').peekable(), b.split('/').peekable());
    loop {
        let (Some(x), Some(y)) = (left.next(), right.next()) else { return a.cmp(b) };
        let ordering = match (left.peek().is_some(), right.peek().is_some()) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (true, true) => natural_part(x, y),
            (false, false) => natural_part(stem(x), stem(y)).then_with(|| natural_part(x, y)),
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

/// A name without its last extension.
pub fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The digits that a name starts with, and the rest.
pub fn leading_digits(name: &str) -> (&str, &str) {
    name.split_at(name.bytes().take_while(u8::is_ascii_digit).count())
}

/// Number and title of `<number>_<title>`.
pub fn number_and_title(name: &str) -> Option<(&str, &str)> {
    let (number, rest) = leading_digits(name);
    let title = rest.strip_prefix('_')?;
    (!number.is_empty()).then_some((number, title))
}

/// Whether a name ends in `.sql`, in any case.
pub fn is_sql(path: &str) -> bool {
    extension(path).is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}

/// What follows the last dot of a path's name.
pub fn extension(path: &str) -> Option<&str> {
    file_name(path).rsplit_once('.').map(|(_, extension)| extension)
}

fn natural_part(mut a: &str, mut b: &str) -> Ordering {
    while !a.is_empty() && !b.is_empty() {
        let (x, y) = (run(a), run(b));
        let ordering = if starts_with_digit(x) && starts_with_digit(y) {
            let (x, y) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            x.cmp(y)
        };
        if ordering.is_ne() {
            return ordering;
        }
        (a, b) = (&a[x.len()..], &b[y.len()..]);
    }
    a.len().cmp(&b.len())
}

/// The leading run of digits, or of other characters.
fn run(text: &str) -> &str {
    let digits = starts_with_digit(text);
    let end = text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
    &text[..end]
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Groups files by the folder that they stand in.
pub fn by_folder<'a>(files: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, Vec<&'a str>> {
    let mut folders: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for file in files {
        folders.entry(parent(file).unwrap_or_default()).or_default().push(file);
    }
    folders
}

/// Joins folders that one recursive runner would read together; each comes with what may stand
/// only once in a set (its versions). The result names the folder of each set.
///
/// A folder joins one above it that holds migrations itself. Folders beside each other join,
/// in the folder above them, if they share nothing; those of services and vendors share their
/// first versions. A folder that is named after a database always stays alone.
pub fn join_folders<K: Ord + Clone>(
    folders: &BTreeMap<String, BTreeSet<K>>,
) -> BTreeMap<String, Vec<String>> {
    let mut sets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in folders.keys() {
        let above = folders
            .keys()
            .find(|above| below(folder, above).is_some() && !passes_database(folder, above));
        sets.entry(above.unwrap_or(folder).clone()).or_default().push(folder.clone());
    }
    let mut beside: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in sets.keys().filter(|folder| !is_database_folder(folder)) {
        beside.entry(parent(folder).unwrap_or_default()).or_default().push(folder.clone());
    }
    for (above, roots) in beside.into_iter().filter(|(_, roots)| roots.len() > 1) {
        let mut seen = BTreeSet::new();
        let members: Vec<String> =
            roots.iter().filter_map(|root| sets.get(root)).flatten().cloned().collect();
        let mut keys = members.iter().filter_map(|folder| folders.get(folder)).flatten();
        if keys.all(|key| seen.insert(key.clone())) && !sets.contains_key(&above) {
            for root in &roots {
                sets.remove(root);
            }
            sets.insert(above, members);
        }
    }
    sets
}

/// Whether a folder from `folder` up to, but without, `above` is named after a database.
fn passes_database(folder: &str, above: &str) -> bool {
    ancestors(folder).take_while(|folder| folder != above).any(|folder| is_database_folder(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers_and_folders_come_first() {
        let mut paths = [
            "upgrade_10.sql",
            "upgrade_2.sql",
            "2.1.1.sql",
            "2.1.sql",
            "v10/a.sql",
            "v9/b.sql",
            "V02.sql",
            "V2.sql",
            "a/b/c.sql",
            "a/x.sql",
        ];
        paths.sort_by(|a, b| natural(a, b));
        assert_eq!(
            paths,
            [
                "a/b/c.sql",
                "a/x.sql",
                "v9/b.sql",
                "v10/a.sql",
                "2.1.sql",
                "2.1.1.sql",
                "V02.sql",
                "V2.sql",
                "upgrade_2.sql",
                "upgrade_10.sql",
            ]
        );
    }

    #[test]
    fn databases_are_words_of_folders_or_between_dots() {
        for (path, expected) in [
            ("schema/pgsql-migrations/upgrade_1.sql", Some(Database::Read(Engine::Postgres))),
            ("db/postgres/mysql/x.sql", Some(Database::Read(Engine::Mysql))),
            ("db/app.oracle.create.sql", Some(Database::Other("oracle"))),
            ("db/003_drop_mysql_views.sql", None),
        ] {
            assert_eq!(database(path), expected, "{path}");
        }
        assert_eq!(url_database("jdbc:postgresql://h/d"), Some(Database::Read(Engine::Postgres)));
        assert_eq!(url_database("${URL}"), None);
    }

    #[test]
    fn folders_join_unless_they_share_versions_or_name_databases() {
        let join = |folders: &[(&str, &[u8])]| -> Vec<String> {
            let folders = folders
                .iter()
                .map(|(folder, keys)| ((*folder).to_owned(), keys.iter().copied().collect()));
            join_folders(&folders.collect()).into_keys().collect()
        };
        assert_eq!(join(&[("db/2023", &[1, 2]), ("db/2024", &[3])]), ["db"]);
        assert_eq!(join(&[("a/db", &[1]), ("b/db", &[1])]), ["a/db", "b/db"]);
        assert_eq!(join(&[("db/x", &[1]), ("db/y", &[1])]), ["db/x", "db/y"]);
        assert_eq!(join(&[("db", &[1]), ("db/more/deep", &[1])]), ["db"]);
        assert_eq!(join(&[("db", &[1]), ("db/mysql", &[2])]), ["db", "db/mysql"]);
        assert_eq!(join(&[("db/h2", &[1]), ("db/mysql", &[2])]), ["db/h2", "db/mysql"]);
    }
}
