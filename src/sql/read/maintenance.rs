//! TRUNCATE, LOCK, VACUUM, ANALYZE, CLUSTER, REINDEX, REFRESH, CHECKPOINT.

use crate::schema::change::{Change, Maintenance, MaintenanceVerb};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::sql::cursor::{Cursor, Reads};

/// `TRUNCATE`.
///
/// # Errors
/// `Unread` at the first token that is not part of one; so for all readers here.
pub fn truncate(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("TRUNCATE")?;
    cursor.eat("TABLE");
    let tables = tables(cursor)?;
    let restart_identity = cursor.eat("RESTART IDENTITY");
    cursor.eat("CONTINUE IDENTITY");
    let cascade = cursor.cascade();
    cursor.finish()?;
    Ok(Change::Truncate { tables, cascade, restart_identity })
}

/// `[ONLY] name [*], ...`.
fn tables(cursor: &mut Cursor<'_>) -> Reads<Vec<Name>> {
    let mut tables = Vec::new();
    loop {
        cursor.eat("ONLY");
        tables.push(cursor.name()?);
        cursor.eat("*");
        if !cursor.eat(",") {
            return Ok(tables);
        }
    }
}

/// `LOCK [TABLE]`.
pub fn lock(cursor: &mut Cursor<'_>) -> Reads<Change> {
    const MODES: &[&str] = &[
        "ACCESS SHARE",
        "ROW SHARE",
        "ROW EXCLUSIVE",
        "SHARE UPDATE EXCLUSIVE",
        "SHARE ROW EXCLUSIVE",
        "SHARE",
        "EXCLUSIVE",
        "ACCESS EXCLUSIVE",
    ];
    cursor.expect("LOCK")?;
    cursor.eat("TABLE");
    let tables = tables(cursor)?;
    let mut mode = "ACCESS EXCLUSIVE";
    if cursor.eat("IN") {
        mode = cursor.eat_any(MODES).ok_or_else(|| cursor.unexpected("a lock mode"))?;
        cursor.expect("MODE")?;
    }
    let nowait = cursor.eat("NOWAIT");
    cursor.finish()?;
    Ok(Change::Lock { tables, mode: mode.to_owned(), nowait })
}

/// `REFRESH MATERIALIZED VIEW`.
pub fn refresh(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("REFRESH MATERIALIZED VIEW")?;
    let concurrently = cursor.eat("CONCURRENTLY");
    let name = cursor.name()?;
    cursor.eat("WITH DATA");
    let with_data = !cursor.eat("WITH NO DATA");
    cursor.finish()?;
    Ok(Change::RefreshMaterializedView { name, concurrently, with_data })
}

/// `VACUUM`, `ANALYZE`.
pub fn vacuum(cursor: &mut Cursor<'_>) -> Reads<Change> {
    let verb = match cursor.eat("VACUUM") {
        true => MaintenanceVerb::Vacuum,
        false => {
            let words = ["ANALYZE", "ANALYSE"];
            cursor.eat_any(&words).ok_or_else(|| cursor.unexpected("ANALYZE"))?;
            MaintenanceVerb::Analyze
        }
    };
    let mut full = false;
    if cursor.is("(") {
        for mut option in cursor.parentheses()?.split_commas() {
            let named_full = option.eat("FULL");
            let off = ["FALSE", "OFF", "0"].iter().any(|word| option.eat(word));
            full |= named_full && !off;
        }
    }
    while let Some(word) = cursor.eat_any(&["FULL", "FREEZE", "VERBOSE", "ANALYZE", "ANALYSE"]) {
        full |= word == "FULL";
    }
    let mut objects = Vec::new();
    while !cursor.is_done() {
        cursor.eat("ONLY");
        objects.push(ObjectRef::new(ObjectKind::Table, cursor.name()?));
        cursor.eat("*");
        if cursor.is("(") {
            cursor.parentheses()?;
        }
        if !cursor.eat(",") {
            cursor.finish()?;
        }
    }
    Ok(Change::Maintenance(Maintenance { verb, objects, concurrently: false, full }))
}

/// `CLUSTER`.
pub fn cluster(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CLUSTER")?;
    if cursor.is("(") {
        cursor.parentheses()?;
    }
    cursor.eat("VERBOSE");
    let mut objects = Vec::new();
    if !cursor.is_done() {
        let first = cursor.name()?;
        // `CLUSTER index ON table` is the old spelling of `CLUSTER table USING index`.
        let table = match cursor.eat("ON") {
            true => cursor.name()?,
            false => first,
        };
        if cursor.eat("USING") {
            cursor.identifier()?;
        }
        objects.push(ObjectRef::new(ObjectKind::Table, table));
    }
    cursor.finish()?;
    let verb = MaintenanceVerb::Cluster;
    Ok(Change::Maintenance(Maintenance { verb, objects, concurrently: false, full: false }))
}

/// `REINDEX`.
pub fn reindex(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("REINDEX")?;
    let mut concurrently = false;
    if cursor.is("(") {
        for mut option in cursor.parentheses()?.split_commas() {
            let named = option.eat("CONCURRENTLY");
            let off = ["FALSE", "OFF", "0"].iter().any(|word| option.eat(word));
            concurrently |= named && !off;
        }
    }
    const KINDS: &[(&str, ObjectKind)] = &[
        ("INDEX", ObjectKind::Index),
        ("TABLE", ObjectKind::Table),
        ("SCHEMA", ObjectKind::Schema),
        ("DATABASE", ObjectKind::Database),
        ("SYSTEM", ObjectKind::System),
    ];
    let kind = KINDS.iter().find(|(word, _)| cursor.eat(word)).map(|(_, kind)| *kind);
    let kind = kind.ok_or_else(|| cursor.unexpected("INDEX or TABLE"))?;
    concurrently |= cursor.eat("CONCURRENTLY");
    let named_database = matches!(kind, ObjectKind::Database | ObjectKind::System);
    let name = match named_database && cursor.is_done() {
        true => Name::default(),
        false => cursor.name()?,
    };
    cursor.finish()?;
    let objects = vec![ObjectRef::new(kind, name)];
    let verb = MaintenanceVerb::Reindex;
    Ok(Change::Maintenance(Maintenance { verb, objects, concurrently, full: false }))
}

/// `CHECKPOINT`.
pub fn checkpoint(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CHECKPOINT")?;
    if cursor.is("(") {
        cursor.parentheses()?;
    }
    cursor.finish()?;
    let verb = MaintenanceVerb::Checkpoint;
    Ok(Change::Maintenance(Maintenance {
        verb,
        objects: Vec::new(),
        concurrently: false,
        full: false,
    }))
}
