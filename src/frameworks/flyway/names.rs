//! Flyway's names: what a file is, from its prefix, version, separator and suffix.
//!
//! Facts: `ResourceNameParser` and `MigrationVersion` of flyway-core [S].

use crate::migration::{Direction, Version};

/// How files are named; Flyway's defaults are [`Naming::default`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Before a version: `V`.
    pub versioned: String,
    /// Before the separator of a repeatable migration: `R`.
    pub repeatable: String,
    /// Before the version that is undone: `U`.
    pub undo: String,
    /// Before the version that a baseline stands for: `B`.
    pub baseline: String,
    /// Between version and description: `__`.
    pub separator: String,
    /// Ends of names, compared without case: `.sql`.
    pub suffixes: Vec<String>,
}

impl Default for Naming {
    fn default() -> Self {
        Self {
            versioned: "V".to_owned(),
            repeatable: "R".to_owned(),
            undo: "U".to_owned(),
            baseline: "B".to_owned(),
            separator: "__".to_owned(),
            suffixes: vec![".sql".to_owned()],
        }
    }
}

/// What a file is, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// `V1__x`, `U1__x`, `B1__x`.
    Versioned {
        /// Up, Down or Baseline.
        direction: Direction,
        /// The version, with its prefix in the text.
        version: Version,
        /// What follows the separator, `_` read as a space.
        description: String,
    },
    /// `R__x`.
    Repeatable {
        /// What follows the separator; it identifies the migration.
        description: String,
    },
    /// `afterMigrate`, `afterMigrate__x`.
    Callback {
        /// The event.
        event: &'static Event,
        /// What follows the separator.
        description: String,
    },
}

/// A name that Flyway passes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misnamed {
    /// Whether it looks as if it were meant to be a migration.
    pub meant: bool,
    /// Why it is passed over.
    pub why: String,
    /// The name that it should have.
    pub right: Option<String>,
}

/// A moment at which Flyway runs a callback.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    /// What the file's name starts with.
    pub id: &'static str,
    /// When it comes in `flyway migrate`.
    pub when: When,
}

/// When a callback runs in a `flyway migrate` that succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Before the first version.
    First,
    /// After the versions, before the repeatable migrations; those after each migration too.
    AfterVersions,
    /// After everything.
    Last,
    /// Not at all: on another command, or on an error.
    Elsewhere,
}

/// Flyway's events [S `Event.java`], in the order in which they come.
pub static EVENTS: &[Event] = &[
    Event { id: "beforeConnect", when: When::First },
    Event { id: "afterConnect", when: When::First },
    Event { id: "beforeValidate", when: When::First },
    Event { id: "afterValidate", when: When::First },
    Event { id: "beforeCreateSchema", when: When::First },
    Event { id: "createSchema", when: When::First },
    Event { id: "beforeMigrate", when: When::First },
    Event { id: "beforeEachMigrate", when: When::First },
    Event { id: "beforeEachMigrateStatement", when: When::First },
    Event { id: "afterEachMigrateStatement", when: When::AfterVersions },
    Event { id: "afterEachMigrate", when: When::AfterVersions },
    Event { id: "afterVersioned", when: When::AfterVersions },
    Event { id: "beforeRepeatables", when: When::AfterVersions },
    Event { id: "afterMigrateApplied", when: When::Last },
    Event { id: "afterMigrate", when: When::Last },
    Event { id: "afterMigrateOperationFinish", when: When::Last },
    Event { id: "afterEachMigrateStatementError", when: When::Elsewhere },
    Event { id: "afterEachMigrateError", when: When::Elsewhere },
    Event { id: "afterMigrateError", when: When::Elsewhere },
    Event { id: "afterValidateError", when: When::Elsewhere },
    Event { id: "beforeClean", when: When::Elsewhere },
    Event { id: "afterClean", when: When::Elsewhere },
    Event { id: "afterCleanError", when: When::Elsewhere },
    Event { id: "beforeUndo", when: When::Elsewhere },
    Event { id: "beforeEachUndo", when: When::Elsewhere },
    Event { id: "beforeEachUndoStatement", when: When::Elsewhere },
    Event { id: "afterEachUndoStatement", when: When::Elsewhere },
    Event { id: "afterEachUndoStatementError", when: When::Elsewhere },
    Event { id: "afterEachUndo", when: When::Elsewhere },
    Event { id: "afterEachUndoError", when: When::Elsewhere },
    Event { id: "afterUndo", when: When::Elsewhere },
    Event { id: "afterUndoError", when: When::Elsewhere },
    Event { id: "beforeBaseline", when: When::Elsewhere },
    Event { id: "afterBaseline", when: When::Elsewhere },
    Event { id: "afterBaselineError", when: When::Elsewhere },
    Event { id: "beforeRepair", when: When::Elsewhere },
    Event { id: "afterRepair", when: When::Elsewhere },
    Event { id: "afterRepairError", when: When::Elsewhere },
    Event { id: "beforeInfo", when: When::Elsewhere },
    Event { id: "afterInfo", when: When::Elsewhere },
    Event { id: "afterInfoError", when: When::Elsewhere },
];

#[derive(Clone, Copy)]
enum Kind {
    Versioned(Direction),
    Repeatable,
    Callback(&'static Event),
}

impl Naming {
    /// What a file of this name is.
    ///
    /// The suffix is compared without case, the longest prefix wins and its case counts; then
    /// the name is cut at the first separator. Without a separator there is no description.
    ///
    /// # Errors
    /// [`Misnamed`] for a name that Flyway passes over.
    pub fn parse(&self, name: &str) -> Result<Name, Misnamed> {
        let (stem, suffix) = self.split_suffix(name).ok_or_else(|| Misnamed {
            meant: false,
            why: format!("it does not end in {}", self.suffixes.join(" or ")),
            right: None,
        })?;
        let prefixes = self.prefixes();
        let exact = prefixes.iter().find(|(prefix, _)| stem.starts_with(prefix));
        let Some((prefix, kind)) = exact else {
            return Err(self.without_prefix(stem, suffix, &prefixes));
        };
        let rest = &stem[prefix.len()..];
        let (version, description) = rest.split_once(&self.separator).unwrap_or((rest, ""));
        let description = description.replace('_', " ");
        match *kind {
            Kind::Versioned(direction) => match parse_version(prefix, version) {
                Some(version) => Ok(Name::Versioned { direction, version, description }),
                None => Err(self.bad_version(prefix, rest, suffix)),
            },
            Kind::Repeatable if version.is_empty() => Ok(Name::Repeatable { description }),
            Kind::Callback(event) if version.is_empty() => {
                Ok(Name::Callback { event, description })
            }
            Kind::Repeatable => Err(self.bad_repeatable(prefix, rest, suffix)),
            Kind::Callback(event) => Err(Misnamed {
                meant: false,
                why: format!("`{}` must follow the event `{}`", self.separator, event.id),
                right: None,
            }),
        }
    }

    /// Name and suffix, if it ends in one of the suffixes.
    pub fn split_suffix<'a>(&self, name: &'a str) -> Option<(&'a str, &'a str)> {
        let cut = |suffix: &String| {
            let (stem, end) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
            end.eq_ignore_ascii_case(suffix).then_some((stem, end))
        };
        self.suffixes.iter().find_map(cut)
    }

    /// Longest first.
    fn prefixes(&self) -> Vec<(&str, Kind)> {
        let mut prefixes = vec![
            (self.versioned.as_str(), Kind::Versioned(Direction::Up)),
            (self.undo.as_str(), Kind::Versioned(Direction::Down)),
            (self.baseline.as_str(), Kind::Versioned(Direction::Baseline)),
            (self.repeatable.as_str(), Kind::Repeatable),
        ];
        prefixes.extend(EVENTS.iter().map(|event| (event.id, Kind::Callback(event))));
        prefixes.retain(|(prefix, _)| !prefix.is_empty());
        prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        prefixes
    }

    fn without_prefix(&self, stem: &str, suffix: &str, prefixes: &[(&str, Kind)]) -> Misnamed {
        let any_case = prefixes.iter().find_map(|(prefix, _)| {
            let start = stem.get(..prefix.len())?;
            start.eq_ignore_ascii_case(prefix).then_some((start, *prefix))
        });
        let unknown = Misnamed {
            meant: false,
            why: format!(
                "Flyway passes over names without one of the prefixes {}, {}, {} and {}",
                self.versioned, self.repeatable, self.undo, self.baseline
            ),
            right: None,
        };
        let Some((written, prefix)) = any_case else { return unknown };
        match self.parse(&format!("{prefix}{}{suffix}", &stem[written.len()..])) {
            Ok(_) => Misnamed {
                meant: true,
                why: format!("it starts with `{written}`, and Flyway looks for `{prefix}`"),
                right: Some(format!("{prefix}{}{suffix}", &stem[written.len()..])),
            },
            Err(misnamed) if misnamed.meant => misnamed,
            Err(_) => unknown,
        }
    }

    fn bad_version(&self, prefix: &str, rest: &str, suffix: &str) -> Misnamed {
        let separator = &self.separator;
        let parting = |c: char| "_-. ".contains(c);
        let meant = rest.starts_with(|c: char| c.is_ascii_digit() || parting(c));
        let body = rest.trim_start_matches(parting);
        let end = body.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_');
        let version = body[..end.unwrap_or(body.len())].trim_end_matches(parting);
        let name = |version: &str, description: &str| {
            let description = description.trim_matches(parting).replace(' ', "_");
            format!("{prefix}{version}{separator}{description}{suffix}")
        };
        let unknown = "<version>";
        let (why, right) = match rest.split_once(separator.as_str()) {
            _ if version.is_empty() => {
                (format!("there is no version after `{prefix}`"), name(unknown, body))
            }
            Some((before, description)) => {
                let trimmed = before.trim_matches(parting);
                let is_version = parse_version(prefix, trimmed).is_some();
                let version = if is_version { trimmed } else { unknown };
                (format!("`{before}` is not a version"), name(version, description))
            }
            None if body[version.len()..].starts_with('_') && separator == "__" => (
                format!("after `{prefix}{version}` the second underscore is missing"),
                name(version, &body[version.len()..]),
            ),
            None => (
                format!("`{separator}` must follow the version `{version}`"),
                name(version, &body[version.len()..]),
            ),
        };
        Misnamed { meant, why, right: Some(right) }
    }

    fn bad_repeatable(&self, prefix: &str, rest: &str, suffix: &str) -> Misnamed {
        let separator = &self.separator;
        let parting = |c: char| "_-. ".contains(c);
        let meant = rest.starts_with(|c: char| c.is_ascii_digit() || parting(c));
        let (before, description) = rest.split_once(separator.as_str()).unwrap_or(("", rest));
        let description = description.trim_matches(parting).replace(' ', "_");
        let why = if before.is_empty() {
            format!("`{separator}` must follow `{prefix}`")
        } else {
            format!("a repeatable migration has no version, and this one has `{before}`")
        };
        Misnamed { meant, why, right: Some(format!("{prefix}{separator}{description}{suffix}")) }
    }
}

/// A version: `_` counts as `.`, each part a number of any size, trailing zero parts do not
/// count (`1` = `1.0`).
fn parse_version(prefix: &str, text: &str) -> Option<Version> {
    let dotted = text.replace('_', ".");
    let parts: Vec<&str> = dotted.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.iter().all(is_number).then(|| Version::numeric(format!("{prefix}{text}"), &parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str) -> Result<Name, Misnamed> {
        Naming::default().parse(name)
    }

    #[test]
    fn names_are_read() {
        for (name, direction, text, key, description) in [
            ("V1__x.sql", Direction::Up, "V1", &["1"][..], "x"),
            ("V1_1__add_a__b.SQL", Direction::Up, "V1_1", &["1", "1"], "add a  b"),
            ("V1.0.0__x.sql", Direction::Up, "V1.0.0", &["1"], "x"),
            ("V007.sql", Direction::Up, "V007", &["7"], ""),
            ("V0__x.sql", Direction::Up, "V0", &[], "x"),
            ("U2.10__x.sql", Direction::Down, "U2.10", &["2", "10"], "x"),
            ("B1_20_0__1.0.0_b__P.sql", Direction::Baseline, "B1_20_0", &["1", "20"], "1.0.0 b  P"),
        ] {
            let key: Vec<String> = key.iter().map(|part| (*part).to_owned()).collect();
            let version = Version { text: text.to_owned(), key };
            let description = description.to_owned();
            assert_eq!(parse(name), Ok(Name::Versioned { direction, version, description }), "{name}");
        }
        let description = "a b".to_owned();
        assert_eq!(parse("R__a_b.sql"), Ok(Name::Repeatable { description }));
        let Ok(Name::Callback { event, description }) = parse("afterMigrate__x.sql") else { panic!() };
        assert_eq!((event.id, event.when, description.as_str()), ("afterMigrate", When::Last, "x"));
    }

    #[test]
    fn wrong_names_say_what_is_wrong_and_the_right_name() {
        for (name, meant, why, right) in [
            ("V1_foo.sql", true, "after `V1` the second underscore is missing", "V1__foo.sql"),
            ("V1_2_foo bar.sql", true, "after `V1_2` the second underscore is missing", "V1_2__foo_bar.sql"),
            ("v1__x.sql", true, "it starts with `v`, and Flyway looks for `V`", "V1__x.sql"),
            ("v1_x.sql", true, "after `V1` the second underscore is missing", "V1__x.sql"),
            ("V__x.sql", true, "there is no version after `V`", "V<version>__x.sql"),
            ("V 1__x.sql", true, "` 1` is not a version", "V1__x.sql"),
            ("V1 __x.sql", true, "`1 ` is not a version", "V1__x.sql"),
            ("V1a__x.sql", true, "`1a` is not a version", "V<version>__x.sql"),
            ("V1-x.sql", true, "`__` must follow the version `1`", "V1__x.sql"),
            ("R1__x.sql", true, "a repeatable migration has no version, and this one has `1`", "R__x.sql"),
            ("R_x.sql", true, "`__` must follow `R`", "R__x.sql"),
            ("aftermigrate.sql", true, "it starts with `aftermigrate`, and Flyway looks for `afterMigrate`", "afterMigrate.sql"),
        ] {
            let misnamed = Misnamed { meant, why: why.to_owned(), right: Some(right.to_owned()) };
            assert_eq!(parse(name), Err(misnamed), "{name}");
        }
        for name in ["views.sql", "README.sql", "undo.sql", "schema.sql", "afterMigrateX.sql", "base.sql", "V.txt", "é.sql"] {
            assert!(parse(name).is_err_and(|misnamed| !misnamed.meant), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_name_is_answered(name in "[VRUBvé0-9_. -]{0,12}\\PC{0,4}(\\.sql)?") {
            let _ = parse(&name);
        }
    }

    #[test]
    fn names_follow_the_configuration() {
        let naming = Naming {
            versioned: "M".to_owned(),
            separator: "-".to_owned(),
            suffixes: vec!["-app.sql".to_owned(), ".ddl".to_owned()],
            ..Naming::default()
        };
        assert!(naming.parse("M1-x.DDL").is_ok());
        assert!(naming.parse("M1-x-app.sql").is_ok());
        assert!(naming.parse("V1-x.ddl").is_err());
        assert_eq!(naming.parse("M1-x.sql").unwrap_err().why, "it does not end in -app.sql or .ddl");
    }
}
