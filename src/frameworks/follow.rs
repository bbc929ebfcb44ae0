//! How a framework's next migration is written: its name, its marks, and how it gets out of the
//! transaction.

use super::paths;
use crate::tree::{file_name, join, parent};

/// How a migration is written that runs right after another one.
#[derive(Clone, Copy, Debug)]
pub struct Follow {
    /// Whether the version stands in the name of the file's folder.
    pub in_folder: bool,
    /// What joins the numbers of one version: `.` and `_` in Flyway's `V1.2__x`.
    pub joins: &'static [char],
    /// The marks of what goes up and down, where one file holds both.
    pub ways: Option<Ways>,
    /// How a file gets out of the transaction; `None` where it cannot.
    pub alone: Option<Alone>,
    /// Whether a file that is out of the transaction may hold several statements that refuse one:
    /// not where the file is one message.
    pub together: bool,
}

/// The marks in a file that holds both ways.
#[derive(Clone, Copy, Debug)]
pub struct Ways {
    /// The line before what goes up.
    pub up: &'static str,
    /// The line before what goes down.
    pub down: &'static str,
    /// Whether a file without a way down is refused.
    pub down_needed: bool,
}

/// How a file gets out of the transaction.
#[derive(Clone, Copy, Debug)]
pub enum Alone {
    /// It is enough that nothing else stands in it.
    Nothing,
    /// By its first line.
    FirstLine(&'static str),
    /// By words behind the mark of what goes up.
    BehindMark(&'static str),
    /// By a file beside it: its name, and what it holds.
    Beside(&'static str, &'static str),
}

impl Follow {
    /// One file for each way, in no transaction of the runner's, sent as one message.
    pub const MESSAGES: Self = Self {
        in_folder: false,
        joins: &[],
        ways: None,
        alone: Some(Alone::Nothing),
        together: false,
    };

    /// The path of the migration after the one at `path`: its version the next, or one that stands
    /// `between` that and the one after it. `None` where the name holds no number, or is the
    /// last of its day.
    pub fn path(&self, path: &str, title: &str, between: bool) -> Option<String> {
        let folder = parent(path)?;
        let (above, part) = match self.in_folder {
            true => (parent(&folder)?, file_name(&folder)),
            false => (folder.clone(), file_name(path)),
        };
        let name = Versioned::of(part, self.joins)?;
        let version = match between {
            true => {
                let join =
                    name.join.or(self.joins.first()).filter(|_| self.joins.contains(&'.'))?;
                format!("{}{join}1", name.version)
            }
            false => next(name.version)?,
        };
        let part = format!("{}{version}{}{title}{}", name.prefix, name.parting, name.tail);
        let renamed = join(&above, &part);
        Some(if self.in_folder { join(&renamed, file_name(path)) } else { renamed })
    }

    /// A new file: what goes up, and what goes down where the set has such.
    pub fn text(&self, up: &str, down: Option<&str>) -> String {
        let Some(ways) = self.ways else { return format!("{up}\n") };
        let down = down.or(ways.down_needed.then_some(NOTHING));
        let down = down.map(|down| format!("\n{}\n{down}\n", ways.down)).unwrap_or_default();
        format!("{}\n{up}\n{down}", ways.up)
    }

    /// The text of a file out of the transaction; `None` where its mark is not found.
    pub fn alone(&self, text: &str) -> Option<String> {
        match self.alone? {
            Alone::Nothing | Alone::Beside(..) => Some(text.to_owned()),
            Alone::FirstLine(line) => Some(format!("{line}\n{text}")),
            Alone::BehindMark(words) => {
                let mark = self.ways?.up;
                let is_mark = |line: &&str| line.trim_end() == mark;
                let line = text.split_inclusive('\n').find(is_mark)?;
                let at = line.as_ptr() as usize - text.as_ptr() as usize + mark.len();
                Some(format!("{}{words}{}", text.get(..at)?, text.get(at..)?))
            }
        }
    }

    /// The file that gets the one at `path` out of the transaction, and what it holds.
    pub fn beside(&self, path: &str) -> Option<(String, &'static str)> {
        match self.alone? {
            Alone::Beside(name, text) => Some((join(&parent(path)?, name), text)),
            _ => None,
        }
    }
}

/// A way down that has nothing to do. A statement, because some runners refuse an empty one.
pub const NOTHING: &str = "SELECT 1;";

/// A name with a version in it.
struct Versioned<'a> {
    prefix: &'a str,
    version: &'a str,
    /// What joins its numbers, where it has several.
    join: Option<&'a char>,
    /// What stands between version and title.
    parting: &'a str,
    /// What stands behind the title.
    tail: &'a str,
}

impl<'a> Versioned<'a> {
    fn of(name: &'a str, joins: &'a [char]) -> Option<Self> {
        let start = name.find(|c: char| c.is_ascii_digit())?;
        let (prefix, rest) = name.split_at(start);
        let mut end = paths::leading_digits(rest).0.len();
        let mut join = None;
        while let Some(behind) = rest.get(end..)
            && let Some(found) = joins.iter().find(|it| behind.starts_with(**it))
            && let digits = paths::leading_digits(behind.trim_start_matches(*found)).0.len()
            && digits > 0
        {
            join = Some(found);
            end += found.len_utf8() + digits;
        }
        let (version, rest) = rest.split_at(end);
        let title = rest.trim_start_matches(['_', '-', '.', ' ']);
        let tails = [".up.sql", ".down.sql", ".sql"];
        let tail = tails.into_iter().find(|tail| title.ends_with(tail)).unwrap_or_default();
        let parting = rest.get(..rest.len() - title.len())?;
        Some(Self { prefix, version, join, parting, tail })
    }
}

/// The next version of the same width: a time stays a time, a number grows where it must. `None`
/// for the last second of a day.
fn next(version: &str) -> Option<String> {
    let digits: String = version.chars().filter(char::is_ascii_digit).collect();
    let Some(next) = digits.split_at_checked(DATE_DIGITS).and_then(|(day, time)| later(day, time))
    else {
        let last = version.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
        let (before, number) = version.split_at(last);
        return Some(format!("{before}{}", one_more(number)?));
    };
    let mut next = next?.into_iter();
    version.chars().map(|c| if c.is_ascii_digit() { next.next() } else { Some(c) }).collect()
}

/// `YYYYMMDD`, before `hhmmss`.
const DATE_DIGITS: usize = 8;

/// The next second, where it is a time of the day; then `None` for its last.
fn later(day: &str, time: &str) -> Option<Option<Vec<char>>> {
    let part = |at: usize, most: u32| {
        time.get(at..at + 2)?.parse::<u32>().ok().filter(|number| *number <= most)
    };
    if time.len() != "hhmmss".len() {
        return None;
    }
    let second = part(0, 23)? * 3600 + part(2, 59)? * 60 + part(4, 59)? + 1;
    let (hour, rest) = (second / 3600, second % 3600);
    let text = format!("{day}{hour:02}{:02}{:02}", rest / 60, rest % 60);
    Some((hour < 24).then(|| text.chars().collect()))
}

fn one_more(number: &str) -> Option<String> {
    let more = number.parse::<u128>().ok()?.checked_add(1)?;
    Some(format!("{more:0width$}", width = number.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Follow = Follow::MESSAGES;
    const FLYWAY: Follow = Follow { joins: &['.', '_'], ..PLAIN };
    const FOLDERS: Follow = Follow { in_folder: true, joins: &['-'], ..PLAIN };

    #[test]
    fn the_next_name_keeps_the_shape_of_the_one_before() {
        let cases: &[(Follow, &str, &str)] = &[
            (PLAIN, "m/000009_a.up.sql", "m/000010_x.up.sql"),
            (PLAIN, "m/000009_a.down.sql", "m/000010_x.down.sql"),
            (PLAIN, "9_2fa.sql", "10_x.sql"),
            (PLAIN, "m/20240131120059_a.sql", "m/20240131120100_x.sql"),
            (PLAIN, "m/20240131096099_a.sql", "m/20240131096100_x.sql"),
            (PLAIN, "m/20240131-a.sql", "m/20240132-x.sql"),
            (FLYWAY, "db/V5__a.sql", "db/V6__x.sql"),
            (FLYWAY, "db/V1_9__a.sql", "db/V1_10__x.sql"),
            (FLYWAY, "db/U1.2.3__a.sql", "db/U1.2.4__x.sql"),
            (FOLDERS, "m/2024-01-31-095959_a/up.sql", "m/2024-01-31-100000_x/up.sql"),
            (FOLDERS, "m/0_init/migration.sql", "m/1_x/migration.sql"),
        ];
        for (follow, path, next) in cases {
            assert_eq!(follow.path(path, "x", false).as_deref(), Some(*next), "{path}");
        }
        assert_eq!(PLAIN.path("m/20240131235959_a.sql", "x", false), None);
        assert_eq!(PLAIN.path("m/init.sql", "x", false), None);
        assert_eq!(FLYWAY.path("V5__a.sql", "x", true).as_deref(), Some("V5.1__x.sql"));
        assert_eq!(FLYWAY.path("V1_5__a.sql", "x", true).as_deref(), Some("V1_5_1__x.sql"));
        assert_eq!(PLAIN.path("5_a.sql", "x", true), None);
    }
}
