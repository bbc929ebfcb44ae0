//! Flyway's configuration: `flyway.toml`, `flyway.user.toml`, `flyway.conf`, and a script's
//! `<file>.sql.conf`.
//!
//! Facts: keys and defaults from `FlywayModel` and `ConfigUtils` [S]; locations from Flyway's
//! reference [D].

use super::names::Naming;
use crate::frameworks::keys::Keys;
use crate::frameworks::paths::{Database, url_database};
use crate::frameworks::{LoadError, Project};
use crate::tree::{ancestors, below, file_name, join, parent};
use std::collections::BTreeMap;

/// A folder's TOML files, the later one winning.
const TOML_FILES: [&str; 2] = ["flyway.toml", "flyway.user.toml"];

/// The older form, read where there is no TOML.
const CONF_FILE: &str = "flyway.conf";

/// Where Flyway looks when nobody says.
const LOCATION_DEFAULT: &str = "db/migration";

/// What Flyway was told.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file; `None` for the defaults.
    pub path: Option<String>,
    /// Where migrations are.
    pub locations: Vec<Location>,
    /// How they are named.
    pub naming: Naming,
    /// Values of placeholders.
    pub placeholders: BTreeMap<String, String>,
    /// What stands before and after a placeholder's name.
    pub marks: (String, String),
    /// Whether placeholders are replaced.
    pub replaces: bool,
    /// Whether each migration runs in a transaction.
    pub in_transaction: bool,
    /// Whether one migration may mix statements that may and may not run in a transaction.
    pub mixed: bool,
    /// Whether all pending migrations share one transaction.
    pub group: bool,
    /// The database of its URL.
    pub database: Option<Database>,
}

/// A place where Flyway looks for migrations, with everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// As written.
    pub text: String,
    /// The folders that it may mean; they may hold the wildcards `*`, `?` and `**`.
    folders: Vec<String>,
}

impl Location {
    /// `filesystem:` is seen from the working folder, taken to be the one that holds the
    /// configuration, or the one above where that is called `conf`; `classpath:` also from the
    /// resources of a Maven or Gradle project; no prefix may be either.
    fn new(text: &str, folder: &str) -> Self {
        let (scheme, path) = match text.split_once(':') {
            Some((scheme @ ("filesystem" | "classpath"), path)) => (scheme, path),
            Some(_) => return Self { text: text.to_owned(), folders: Vec::new() },
            None => ("", text),
        };
        let mut bases = vec![folder.to_owned()];
        if file_name(folder) == "conf" {
            bases.extend(parent(folder));
        }
        if scheme != "filesystem" {
            let resources: Vec<String> =
                bases.iter().map(|base| join(base, "src/main/resources")).collect();
            bases.extend(resources);
        }
        let path = if scheme == "classpath" { path.trim_start_matches('/') } else { path };
        let folders = bases.iter().map(|base| join(base, path)).collect();
        Self { text: text.to_owned(), folders }
    }

    /// The folder of this location that a file lies below.
    pub fn folder_of(&self, file: &str) -> Option<String> {
        self.folders.iter().find_map(|folder| {
            if folder.contains(['*', '?']) {
                let pattern: Vec<&str> = folder.split('/').collect();
                let fits = |above: &String| {
                    let parts: Vec<&str> = above.split('/').collect();
                    glob(&pattern, &parts)
                };
                return ancestors(&parent(file)?).find(fits);
            }
            below(file, folder).map(|_| folder.clone())
        })
    }
}

/// Whether a path's parts match a pattern's: `**` is any number of parts.
fn glob(pattern: &[&str], parts: &[&str]) -> bool {
    match (pattern.split_first(), parts.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            (0..=parts.len()).any(|skip| parts.get(skip..).is_some_and(|parts| glob(rest, parts)))
        }
        (Some((wanted, pattern)), Some((part, parts))) => {
            let (wanted, part): (Vec<char>, Vec<char>) =
                (wanted.chars().collect(), part.chars().collect());
            glob_part(&wanted, &part) && glob(pattern, parts)
        }
        _ => false,
    }
}

fn glob_part(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), Some((_, text_rest))) => {
            glob_part(rest, text) || glob_part(pattern, text_rest)
        }
        (Some(('*', rest)), None) => glob_part(rest, text),
        (Some((wanted, pattern)), Some((c, text))) => {
            (wanted == c || *wanted == '?') && glob_part(pattern, text)
        }
        _ => false,
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::from_keys(&Keys::default(), None, ".")
    }
}

impl Config {
    /// The configuration that a folder holds.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn in_folder(project: &Project<'_>, folder: &str) -> Result<Option<Self>, LoadError> {
        let mut keys = Keys::default();
        let mut path = None;
        for name in TOML_FILES {
            let file = join(folder, name);
            if let Some(text) = project.settings_file(&file)? {
                keys.read_toml(&text).map_err(|message| LoadError {
                    path: file.clone(),
                    message,
                })?;
                path.get_or_insert(file);
            }
        }
        if path.is_none() {
            let file = join(folder, CONF_FILE);
            let Some(text) = project.settings_file(&file)? else { return Ok(None) };
            keys.read_properties(&text);
            path = Some(file);
        }
        let mut config = Self::from_keys(&keys, path, folder);
        for folder in config.locations.iter_mut().flat_map(|location| &mut location.folders) {
            *folder = project.normal(folder);
        }
        Ok(Some(config))
    }

    /// The folders of the project that may hold a configuration: those above what was given, and
    /// those of listed files of its name.
    pub fn folders(project: &Project<'_>) -> Vec<String> {
        let named = |path: &&String| {
            let name = file_name(path);
            TOML_FILES.contains(&name) || name == CONF_FILE
        };
        let beside = project.listing.files.iter().filter(named).filter_map(|path| parent(path));
        let above = project.listing.given.iter().flat_map(|given| {
            let folder = if given.is_folder { Some(given.path.clone()) } else { parent(&given.path) };
            folder.into_iter().flat_map(|folder| ancestors(&folder).collect::<Vec<_>>())
        });
        let mut folders: Vec<String> = beside.chain(above).collect();
        folders.sort();
        folders.dedup();
        folders
    }

    fn from_keys(keys: &Keys, path: Option<String>, folder: &str) -> Self {
        let text = |key: &str, default: &str| keys.text(key).unwrap_or(default).to_owned();
        let default = Naming::default();
        let list = |key: &str| keys.list(key);
        let locations = list("flyway.locations").unwrap_or_else(|| vec![LOCATION_DEFAULT.to_owned()]);
        let naming = Naming {
            versioned: text("flyway.sqlMigrationPrefix", &default.versioned),
            repeatable: text("flyway.repeatableSqlMigrationPrefix", &default.repeatable),
            undo: text("flyway.undoSqlMigrationPrefix", &default.undo),
            baseline: text("flyway.baselineMigrationPrefix", &default.baseline),
            separator: text("flyway.sqlMigrationSeparator", &default.separator),
            suffixes: list("flyway.sqlMigrationSuffixes").unwrap_or(default.suffixes),
        };
        let placeholders = keys.below("flyway.placeholders.");
        Self {
            path,
            locations: locations.iter().map(|text| Location::new(text, folder)).collect(),
            naming,
            placeholders,
            marks: (text("flyway.placeholderPrefix", "${"), text("flyway.placeholderSuffix", "}")),
            replaces: keys.flag("flyway.placeholderReplacement", true),
            in_transaction: keys.flag("flyway.executeInTransaction", true),
            mixed: keys.flag("flyway.mixed", false),
            group: keys.flag("flyway.group", false),
            database: url(keys).and_then(url_database),
        }
    }
}

/// What a script's own `<file>.sql.conf` says [S `SqlScriptMetadata`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScriptConfig {
    /// `executeInTransaction`.
    pub in_transaction: Option<bool>,
    /// `placeholderReplacement`.
    pub replaces: Option<bool>,
    /// `shouldExecute=false`. An expression is not evaluated: it may run.
    pub never_executes: bool,
}

impl ScriptConfig {
    /// Reads the file beside a migration.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn beside(project: &Project<'_>, migration: &str) -> Result<Self, LoadError> {
        let Some(text) = project.settings_file(&format!("{migration}.conf"))? else {
            return Ok(Self::default());
        };
        let mut keys = Keys::default();
        keys.read_properties(&text);
        let flag = |key: &str| keys.text(key).map(|value| value.eq_ignore_ascii_case("true"));
        Ok(Self {
            in_transaction: flag("executeInTransaction"),
            replaces: flag("placeholderReplacement"),
            never_executes: keys.text("shouldExecute").is_some_and(|v| v.eq_ignore_ascii_case("false")),
        })
    }
}

/// `flyway.url`, the URL of the environment that is chosen, or of the only one.
fn url(keys: &Keys) -> Option<&str> {
    let environment = keys.text("flyway.environment").unwrap_or("default");
    let chosen = || keys.text(&format!("environments.{environment}.url"));
    let only = || {
        let is_url = |key: &&str| key.starts_with("environments.") && key.ends_with(".url");
        let mut urls = keys.names().filter(is_url);
        let first = urls.next()?;
        urls.next().is_none().then(|| keys.text(first)).flatten()
    };
    keys.text("flyway.url").or_else(chosen).or_else(only)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Engine;
    use crate::frameworks::Settings;
    use crate::tree::Memory;

    fn config(files: &[(&str, &str)], folder: &str) -> Result<Option<Config>, LoadError> {
        let tree = Memory::new(files.iter().copied());
        let settings = Settings::default();
        Config::in_folder(&Project::new(&tree, &settings), folder)
    }

    #[test]
    fn toml_and_properties_say_the_same() {
        let toml = "[flyway]\nlocations = [\"filesystem:sql\", \"classpath:db\"]\nmixed = true\n\
                    sqlMigrationSeparator = \"-\"\n[flyway.placeholders]\na = \"1\"\n\
                    [environments.default]\nurl = \"jdbc:postgresql://h/d\"\n";
        let conf = "# x\nflyway.locations=filesystem:sql, \\\n  classpath:db\r\nflyway.mixed=true\n\
                    flyway.sqlMigrationSeparator=-\nflyway.placeholders.a=1\n\
                    flyway.url=jdbc:postgresql://h/d\n";
        for (name, text) in [("flyway.toml", toml), ("flyway.conf", conf)] {
            let path = format!("p/{name}");
            let config = config(&[(&path, text)], "p").unwrap().unwrap();
            let written: Vec<&str> = config.locations.iter().map(|l| l.text.as_str()).collect();
            assert_eq!(written, ["filesystem:sql", "classpath:db"]);
            assert_eq!(config.locations[0].folders, ["p/sql"]);
            assert_eq!(config.locations[1].folders, ["p/db", "p/src/main/resources/db"]);
            assert_eq!((config.mixed, config.group, config.in_transaction), (true, false, true));
            assert_eq!(config.naming.separator, "-");
            assert_eq!(config.placeholders, BTreeMap::from([("a".to_owned(), "1".to_owned())]));
            assert_eq!(config.database, Some(Database::Read(Engine::Postgres)));
        }
    }

    #[test]
    fn the_user_file_wins_and_bad_toml_is_an_error() {
        let files = [("flyway.toml", "flyway.mixed = false"), ("flyway.user.toml", "flyway.mixed = true")];
        assert!(config(&files, ".").unwrap().unwrap().mixed);
        let error = config(&[("a/flyway.toml", "[flyway\n")], "a").unwrap_err();
        assert_eq!(error.path, "a/flyway.toml");
        assert!(error.message.starts_with("not TOML: "), "{}", error.message);
        assert!(config(&[], ".").unwrap().is_none());
    }

    #[test]
    fn locations_hold_what_lies_below_them() {
        let folder = |text: &str, file: &str| Location::new(text, "p").folder_of(file);
        assert_eq!(folder("filesystem:sql", "p/sql/a/V1__x.sql").as_deref(), Some("p/sql"));
        assert_eq!(folder("filesystem:sql", "p/sqlx/V1__x.sql"), None);
        assert_eq!(folder("filesystem:m/**/sql", "p/m/a/b/sql/V1.sql").as_deref(), Some("p/m/a/b/sql"));
        assert_eq!(folder("filesystem:m*", "p/mig/x/V1.sql").as_deref(), Some("p/mig"));
        assert_eq!(folder("s3:bucket/sql", "p/bucket/sql/V1.sql"), None);
        assert_eq!(
            Location::new("filesystem:sql", "p/conf").folder_of("p/sql/V1.sql").as_deref(),
            Some("p/sql")
        );
    }
}
