//! What stood before the first migration of a set.

use crate::config::Config;
use crate::dialect::{Dialect, Engine};
use crate::finding::Failure;
use crate::migration::{self, Direction, ReadMigration, Reading};
use crate::read;
use crate::replay::Base;
use crate::source::{FileId, SourceFile};
use std::collections::{BTreeMap, BTreeSet};

/// The base schema as the engine of each of these dialects reads it.
pub fn schemas<'a>(
    file: Option<&SourceFile>,
    dialects: impl Iterator<Item = &'a Dialect>,
    failures: &mut Vec<Failure>,
) -> BTreeMap<Engine, ReadMigration> {
    let engines: BTreeSet<Engine> = dialects.map(|dialect| dialect.engine).collect();
    let mut schemas = BTreeMap::new();
    let Some(file) = file else { return schemas };
    for engine in engines {
        match schema(file, engine) {
            Ok(schema) => {
                schemas.insert(engine, schema);
            }
            Err(failure) => failures.push(failure),
        }
    }
    schemas
}

/// The statements of the base schema.
fn schema(file: &SourceFile, engine: Engine) -> Result<ReadMigration, Failure> {
    let understood = |it: &migration::Statement| it.reading == Reading::Understood;
    match read::file(file, FileId(u32::MAX), engine) {
        None => Err(Failure::new(&file.path, "lockgate broke while it read this schema")),
        Some(read) if !read.statements.iter().any(understood) => {
            let message = "holds no statement of a schema that lockgate understands";
            Err(Failure::new(&file.path, format!("read as {}, {message}", engine.title())))
        }
        Some(read) => Ok(read),
    }
}

/// With what the role or the runner sets in every session.
pub fn with_timeouts(mut base: Base, config: &Config) -> Base {
    let timeouts = config.timeouts.iter();
    let timeouts = timeouts.map(|(name, time)| ((*name).to_owned(), vec![time.clone()]));
    base.catalog.defaults.extend(timeouts);
    base
}

/// What stood before a set: the schema that was given, or nothing as far as that is known. A dump
/// is all that there is.
pub fn base(
    migrations: &[ReadMigration],
    schema: Option<&ReadMigration>,
    dialect: Dialect,
    alone: bool,
    incomplete: bool,
) -> Base {
    let is_dump = migrations.iter().any(|it| it.migration.direction == Direction::Dump);
    match schema {
        _ if is_dump => Base::empty(dialect, true),
        Some(dump) => {
            let base = Base::schema(std::slice::from_ref(dump), dialect);
            Base { complete: !incomplete, ..base }
        }
        None => Base::empty(dialect, !alone && !incomplete),
    }
}
