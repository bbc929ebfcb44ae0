//! Database engines, their versions, and how each folds identifiers.

use std::fmt;
use std::str::FromStr;

/// A database engine whose SQL is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MySQL.
    Mysql,
    /// MariaDB.
    Mariadb,
    /// SQLite.
    Sqlite,
}

impl Engine {
    /// Every engine, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Postgres, Self::Mysql, Self::Mariadb, Self::Sqlite];

    /// The name used in `--dialect`, the config and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
            Self::Sqlite => "sqlite",
        }
    }

    /// The name that people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Mariadb => "MariaDB",
            Self::Sqlite => "SQLite",
        }
    }

    /// Whether both speak one language, as MySQL and MariaDB do.
    pub fn is_like(self, other: Self) -> bool {
        let family = |engine| if engine == Self::Mariadb { Self::Mysql } else { engine };
        family(self) == family(other)
    }

    /// The versions that facts are known of.
    pub fn versions_known(self) -> VersionRange {
        let (min, max) = match self {
            Self::Postgres => (Version::major(10), Version::major(18)),
            Self::Mysql => (Version { major: 5, minor: 7 }, Version { major: 9, minor: 7 }),
            Self::Mariadb => (Version { major: 10, minor: 4 }, Version { major: 11, minor: 8 }),
            Self::Sqlite => (Version { major: 3, minor: 0 }, Version { major: 3, minor: 54 }),
        };
        VersionRange { min, max }
    }

    /// The identifier that an unquoted word means.
    ///
    /// PostgreSQL lowers ASCII letters and cuts at 63 bytes (manual, "Identifiers and Key
    /// Words"). The others compare column names without case; they are lowered here so that
    /// two spellings of one name meet.
    pub fn fold(self, word: &str) -> String {
        self.truncate(word.to_ascii_lowercase())
    }

    /// The identifier that a quoted word means; `word` is without its quotes.
    pub fn fold_quoted(self, word: &str) -> String {
        match self {
            Self::Postgres => self.truncate(word.to_owned()),
            Self::Mysql | Self::Mariadb | Self::Sqlite => word.to_ascii_lowercase(),
        }
    }

    fn truncate(self, mut word: String) -> String {
        const POSTGRES_IDENTIFIER_BYTES_MAX: usize = 63;
        if self == Self::Postgres && word.len() > POSTGRES_IDENTIFIER_BYTES_MAX {
            word.truncate(word.floor_char_boundary(POSTGRES_IDENTIFIER_BYTES_MAX));
        }
        word
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A server version: a major number, and a minor one where behaviour differs by it (MySQL 8.0,
/// MariaDB 10.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// First part.
    pub major: u16,
    /// Second part, 0 where it is not written.
    pub minor: u16,
}

impl Version {
    /// A version without a minor part.
    pub const fn major(major: u16) -> Self {
        Self { major, minor: 0 }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minor {
            0 => write!(f, "{}", self.major),
            minor => write!(f, "{}.{minor}", self.major),
        }
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        let minor = minor.split('.').next().unwrap_or("0");
        match (major.parse(), minor.parse()) {
            (Ok(major), Ok(minor)) => Ok(Self { major, minor }),
            _ => Err(format!("`{text}` is not a version; write 16 or 10.11")),
        }
    }
}

/// The versions that a migration may meet, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRange {
    /// Oldest.
    pub min: Version,
    /// Newest.
    pub max: Version,
}

/// An engine and the versions of it that a migration may meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The engine.
    pub engine: Engine,
    /// Its versions; judged by the worst of them.
    pub versions: VersionRange,
    /// Whether somebody stated the versions; else they are [`Dialect::new`]'s supported range.
    pub versions_stated: bool,
}

impl Dialect {
    /// An engine with every version that lockgate supports.
    pub fn new(engine: Engine) -> Self {
        let known = engine.versions_known();
        // Nobody starts a new deploy on what its makers left years ago.
        let min =
            known.min.max(if engine == Engine::Postgres { Version::major(12) } else { known.min });
        Self { engine, versions: VersionRange { min, ..known }, versions_stated: false }
    }

    /// An engine at one version.
    pub fn at(engine: Engine, version: Version) -> Self {
        let versions = VersionRange { min: version, max: version };
        Self { engine, versions, versions_stated: true }
    }

    /// Whether some version that the migration may meet is older than `version`.
    pub fn may_be_before(&self, version: Version) -> bool {
        self.versions.min < version
    }

    /// Whether some version that the migration may meet is `version` or newer.
    pub fn may_be_since(&self, version: Version) -> bool {
        self.versions.max >= version
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let VersionRange { min, max } = self.versions;
        match (self.versions_stated, min == max) {
            (false, _) => write!(f, "{}", self.engine),
            (true, true) => write!(f, "{}@{min}", self.engine),
            (true, false) => write!(f, "{}@{min}-{max}", self.engine),
        }
    }
}

impl FromStr for Dialect {
    type Err = String;

    /// Reads `postgres`, `postgres@16` or `postgres@13-17`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, versions) = match text.split_once('@') {
            Some((name, versions)) => (name, Some(versions)),
            None => (text, None),
        };
        let engine = match name.to_ascii_lowercase().as_str() {
            "postgres" | "postgresql" => Engine::Postgres,
            "mysql" => Engine::Mysql,
            "mariadb" => Engine::Mariadb,
            "sqlite" => Engine::Sqlite,
            _ => {
                return Err(format!(
                    "`{name}` is not an engine that lockgate knows; write postgres, mysql, \
                     mariadb or sqlite, with a version if you like: postgres@16"
                ));
            }
        };
        let Some(versions) = versions else { return Ok(Self::new(engine)) };
        let (min, max) = versions.split_once('-').unwrap_or((versions, versions));
        let (min, max): (Version, Version) = (min.parse()?, max.parse()?);
        if min > max {
            return Err(format!("the versions `{versions}` run backwards; write {max}-{min}"));
        }
        let known = engine.versions_known();
        if min < known.min || max.major > known.max.major {
            return Err(format!(
                "`{text}` is not a version that lockgate knows; for {} it knows {} to {}",
                engine.title(),
                known.min,
                known.max
            ));
        }
        Ok(Self { engine, versions: VersionRange { min, max }, versions_stated: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_are_read_and_shown() {
        for text in ["postgres", "postgres@16", "postgres@13-17", "mariadb@10.11"] {
            assert_eq!(text.parse::<Dialect>().unwrap().to_string(), text);
        }
        assert!("oracle".parse::<Dialect>().unwrap_err().contains("postgres@16"));
        assert!("postgres@x".parse::<Dialect>().is_err());
        let unknown = "postgres@99".parse::<Dialect>().unwrap_err();
        assert!(unknown.ends_with("for PostgreSQL it knows 10 to 18"), "{unknown}");
        assert!("postgres@17-13".parse::<Dialect>().unwrap_err().contains("13-17"));
    }

    #[test]
    fn postgres_cuts_identifiers_at_63_bytes() {
        let long = "É".repeat(40);
        assert_eq!(Engine::Postgres.fold_quoted(&long).len(), 62);
        assert_eq!(Engine::Postgres.fold("ABC"), "abc");
        assert_eq!(Engine::Postgres.fold_quoted("ABC"), "ABC");
    }
}
