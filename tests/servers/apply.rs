//! Migrations onto a server, as their framework sends them.

use crate::cluster::{Cluster, How};
use lockgate::dialect::Dialect;
use lockgate::migration::{Part, ReadMigration};
use lockgate::replay;
use lockgate::schema::change::Change;
use lockgate::source::SourceFile;
use std::collections::BTreeSet;

/// What was applied.
pub struct Applied {
    /// The migrations that the server took.
    pub migrations: Vec<ReadMigration>,
    /// How many it refused.
    pub refused: usize,
}

const DATABASE: &str = "migrated";
const COPY: &str = "before";

/// Applies migrations as their framework does; roles that they take for granted are made, each as the
/// server misses it. What the server refuses leaves nothing behind, and is taken out.
pub fn apply(
    cluster: &Cluster,
    migrations: Vec<ReadMigration>,
    dialect: Dialect,
    files: &[SourceFile],
) -> Result<Applied, String> {
    cluster.create_database(DATABASE)?;
    let mut applied = Applied { migrations: Vec::new(), refused: 0 };
    let mut pending = (String::new(), Vec::new());
    for read in migrations {
        let sql = text(&read);
        let transaction = replay::transaction_of(&read, dialect);
        if transaction == "all-pending" {
            pending.0.push_str(&sql);
            pending.1.push(read);
            continue;
        }
        let how = match transaction {
            "explicit" => How::OneTransaction,
            "implicit" => How::OneMessage,
            _ => How::Statements,
        };
        match whole(cluster, &sql, how, &read)? {
            Ok(()) => applied.migrations.push(read),
            Err(error) => {
                let path = files.get(read.migration.file.0 as usize).map_or("", |it| &it.path);
                println!("  refused: {path}: {error}");
                applied.refused += 1;
            }
        }
    }
    let (sql, reads) = pending;
    match with_roles(cluster, &sql, How::OneTransaction)? {
        Ok(()) => applied.migrations.extend(reads),
        Err(error) => {
            println!("  refused, all {} in one transaction: {error}", reads.len());
            applied.refused += reads.len();
        }
    }
    Ok(applied)
}

fn text(read: &ReadMigration) -> String {
    let parts = read.migration.body.iter().map(|part| match part {
        Part::Sql(sql) => format!("{}\n", sql.text),
        Part::Unread { .. } => String::new(),
    });
    parts.collect()
}

/// Applies a migration, all of it or nothing. What takes no transaction around it is tried on a
/// database of which there is a copy: a failure leaves half of it behind.
fn whole(
    cluster: &Cluster,
    sql: &str,
    how: How,
    read: &ReadMigration,
) -> Result<Result<(), String>, String> {
    let marks =
        read.statements.iter().flat_map(|statement| &statement.changes).any(
            |located| match &located.change.value {
                Change::Transaction(_) => true,
                Change::Session(variable) => variable.local,
                _ => false,
            },
        );
    if !marks {
        let attempt = if how == How::Statements { How::OneTransaction } else { how };
        match with_roles(cluster, sql, attempt)? {
            Err(error) if how == How::Statements && wants_no_transaction(&error) => {}
            other => return Ok(other),
        }
    }
    cluster.copy_database(DATABASE, COPY)?;
    let mut made = BTreeSet::new();
    loop {
        let Err(error) = cluster.apply(DATABASE, sql, how) else { return Ok(Ok(())) };
        cluster.copy_database(COPY, DATABASE)?;
        if !make_role(cluster, &error, &mut made)? {
            return Ok(Err(error));
        }
    }
}

fn wants_no_transaction(error: &str) -> bool {
    ["transaction block", "a transaction", "new enum value", "a pipeline"]
        .iter()
        .any(|words| error.contains(words))
}

/// Applies what leaves nothing behind when it fails.
fn with_roles(cluster: &Cluster, sql: &str, how: How) -> Result<Result<(), String>, String> {
    let mut made = BTreeSet::new();
    loop {
        let Err(error) = cluster.apply(DATABASE, sql, how) else { return Ok(Ok(())) };
        if !make_role(cluster, &error, &mut made)? {
            return Ok(Err(error));
        }
    }
}

/// Makes the role that an error misses; gives whether there was one to make.
fn make_role(cluster: &Cluster, error: &str, made: &mut BTreeSet<String>) -> Result<bool, String> {
    let role =
        error.split_once("role \"").and_then(|(_, rest)| rest.split_once("\" does not exist"));
    let Some((role, _)) = role.filter(|(role, _)| made.insert((*role).to_owned())) else {
        return Ok(false);
    };
    let role = role.replace('"', "\"\"");
    cluster.apply("postgres", &format!("CREATE ROLE \"{role}\""), How::Statements)?;
    Ok(true)
}
