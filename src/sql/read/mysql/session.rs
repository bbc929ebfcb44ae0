//! Settings, the current database, locks, and what does nothing to a schema, on MySQL and MariaDB.

use super::column::value;
use super::object::account;
use crate::migration::Reading;
use crate::schema::change::{Change, Maintenance, MaintenanceVerb, SetVariable, TransactionMark};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads, Unread};
use crate::sql::forms;
use crate::sql::token::LexemeKind;

/// The setting that replay resolves names by: `USE` sets it to one database.
const CURRENT_DATABASE: &str = "search_path";

/// `USE database`.
///
/// # Errors
/// `Unread` at the first token that is not part of one; so for all readers here.
pub fn use_database(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("USE")?;
    let value = Some(vec![cursor.identifier()?]);
    cursor.finish()?;
    Ok(Change::Session(SetVariable { name: CURRENT_DATABASE.to_owned(), value, local: false }))
}

/// `SET`: variables of the session, the server and the user, and the forms that look like it.
pub fn set(cursor: &mut Cursor<'_>) -> Reads<Vec<Located<Change>>> {
    let whole = *cursor;
    cursor.expect("SET")?;
    let transaction = ["TRANSACTION", "SESSION TRANSACTION", "GLOBAL TRANSACTION"];
    if transaction.iter().any(|words| cursor.is(words)) {
        cursor.rest();
        let mark = Change::Transaction(TransactionMark::Characteristics);
        return Ok(vec![Located::new(mark, whole.rest_span())]);
    }
    if cursor.eat("STATEMENT") {
        // MariaDB: settings for one statement.
        cursor.take_until(|rest| rest.is("FOR"));
        cursor.expect("FOR")?;
        return inner(cursor);
    }
    if cursor.is("PASSWORD") || cursor.is("ROLE") || cursor.is("DEFAULT ROLE") {
        cursor.rest();
        let verb = format!("SET {}", whole.peek_text(1).to_ascii_uppercase());
        return Ok(vec![Located::new(Change::Nothing { verb }, whole.rest_span())]);
    }
    let mut scope = "";
    let mut changes = Vec::new();
    for part in cursor.split_commas() {
        let span = part.rest_span();
        let variable = assignment(part, &mut scope)?;
        changes.push(Located::new(Change::Session(variable), span));
    }
    match changes.is_empty() {
        true => Err(cursor.unexpected("a variable")),
        false => Ok(changes),
    }
}

/// The statement that stands behind other words.
fn inner(cursor: &mut Cursor<'_>) -> Reads<Vec<Located<Change>>> {
    let read = forms::read(*cursor);
    cursor.rest();
    match read.reading {
        Reading::Unread { why, at } => Err(Unread { why, at }),
        _ => Ok(read.changes.into_iter().map(|located| located.change).collect()),
    }
}

/// `[GLOBAL | SESSION | PERSIST] name = value`, `@name := value`, `NAMES x`, `CHARACTER SET x`.
fn assignment(mut cursor: Cursor<'_>, scope: &mut &'static str) -> Reads<SetVariable> {
    if let Some(words) = cursor.eat_any(&["NAMES", "CHARACTER SET", "CHARSET"]) {
        let name = if words == "NAMES" { "names" } else { "character_set" };
        let value = value(&mut cursor)?;
        if cursor.eat("COLLATE") {
            super::column::value(&mut cursor)?;
        }
        cursor.finish()?;
        return Ok(SetVariable { name: name.to_owned(), value: Some(vec![value]), local: false });
    }
    if let Some(words) = cursor.eat_any(&["GLOBAL", "PERSIST_ONLY", "PERSIST", "SESSION", "LOCAL"])
    {
        *scope = if matches!(words, "SESSION" | "LOCAL") { "" } else { "global." };
    }
    let mut name = match cursor.peek(0).map(|token| token.kind) {
        Some(LexemeKind::Variable) => {
            let name = cursor.peek_text(0).to_ascii_lowercase();
            cursor.advance();
            name
        }
        _ => format!("{scope}{}", cursor.name()?),
    };
    if let Some(system) = name.strip_prefix("@@") {
        let own = ["session.", "local."].iter().find_map(|prefix| system.strip_prefix(prefix));
        name = own.unwrap_or(system).to_owned();
    }
    if !cursor.eat("=") {
        cursor.expect(":=")?;
    }
    if cursor.is_done() {
        return Err(cursor.unexpected("a value"));
    }
    let default = cursor.is("DEFAULT");
    let text = match (cursor.tokens().len(), cursor.peek(0).map(|token| token.kind)) {
        (1, Some(LexemeKind::Text)) => cursor.string()?,
        _ => cursor.rest(),
    };
    Ok(SetVariable { name, value: (!default).then(|| vec![text]), local: false })
}

/// `LOCK TABLES a READ, b AS x WRITE`.
pub fn lock(cursor: &mut Cursor<'_>) -> Reads<Change> {
    const MODES: &[&str] =
        &["READ LOCAL", "READ", "LOW_PRIORITY WRITE", "WRITE CONCURRENT", "WRITE"];
    cursor.expect("LOCK")?;
    if cursor.eat("INSTANCE FOR BACKUP") {
        cursor.finish()?;
        return Ok(Change::Nothing { verb: "LOCK INSTANCE".to_owned() });
    }
    cursor.eat_any(&["TABLES", "TABLE"]).ok_or_else(|| cursor.unexpected("TABLES"))?;
    let mut tables = Vec::new();
    let mut mode = "READ";
    for mut part in cursor.split_commas() {
        tables.push(part.name()?);
        let alias = part.eat("AS") || !MODES.iter().any(|words| part.is(words));
        if alias {
            part.identifier()?;
        }
        let word = part.eat_any(MODES).ok_or_else(|| part.unexpected("READ or WRITE"))?;
        if word.contains("WRITE") {
            mode = "WRITE";
        }
        part.finish()?;
    }
    Ok(Change::Lock { tables, mode: mode.to_owned(), nowait: false })
}

/// `ANALYZE`, `OPTIMIZE`, `REPAIR`, `CHECK` and `CHECKSUM` `TABLE`.
pub fn maintain(cursor: &mut Cursor<'_>) -> Reads<Change> {
    const VERBS: &[(&str, Option<MaintenanceVerb>)] = &[
        ("ANALYZE", Some(MaintenanceVerb::Analyze)),
        ("OPTIMIZE", Some(MaintenanceVerb::Optimize)),
        ("REPAIR", Some(MaintenanceVerb::Repair)),
        ("CHECKSUM", None),
        ("CHECK", None),
    ];
    let found = VERBS.iter().find(|(word, _)| cursor.eat(word));
    let (word, verb) = found.ok_or_else(|| cursor.unexpected("ANALYZE"))?;
    cursor.eat_any(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
    if !cursor.is("TABLE") && !cursor.is("TABLES") {
        // `ANALYZE SELECT ...` (MariaDB) runs the statement.
        return Err(cursor.unexpected("TABLE"));
    }
    cursor.advance();
    let objects: Vec<ObjectRef> =
        cursor.names()?.into_iter().map(|name| ObjectRef::new(ObjectKind::Table, name)).collect();
    tail_of_maintenance(cursor)?;
    Ok(match verb {
        Some(verb) => Change::Maintenance(Maintenance {
            verb: *verb,
            objects,
            concurrently: false,
            full: false,
        }),
        None => Change::Nothing { verb: format!("{word} TABLE") },
    })
}

fn tail_of_maintenance(cursor: &mut Cursor<'_>) -> Reads<()> {
    const WORDS: &[&str] = &[
        "QUICK",
        "EXTENDED",
        "USE_FRM",
        "FAST",
        "MEDIUM",
        "CHANGED",
        "FOR UPGRADE",
        "FORCE",
        "WAIT",
        "NOWAIT",
        "PERSISTENT FOR",
        "UPDATE HISTOGRAM ON",
        "DROP HISTOGRAM ON",
    ];
    if let Some(word) = cursor.eat_any(WORDS)
        && (word.ends_with("ON") || word.ends_with("FOR") || word == "WAIT")
    {
        cursor.rest();
    }
    while cursor.eat_any(WORDS).is_some() {}
    cursor.finish()
}

/// `PREPARE name FROM ...` keeps a statement, and runs nothing.
pub fn prepare(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("PREPARE")?;
    cursor.identifier()?;
    cursor.expect("FROM")?;
    cursor.rest();
    Ok(Change::Nothing { verb: "PREPARE".to_owned() })
}

/// `EXECUTE name`, `EXECUTE IMMEDIATE ...`: what it runs was built at run time.
pub fn execute(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("EXECUTE")?;
    cursor.rest();
    Ok(Change::Opaque {
        verb: "EXECUTE".to_owned(),
        names: Vec::new(),
        why: "it runs SQL that is built at run time".to_owned(),
    })
}

/// A `GRANT` or `REVOKE`: see [`super::privileges`]. Here: who they name.
pub fn accounts(cursor: &mut Cursor<'_>) -> Reads<Vec<String>> {
    let mut accounts = vec![account(cursor)?];
    loop {
        // `IDENTIFIED BY 'x'`, which MySQL 8 no longer takes, belongs to the account before it.
        if cursor.eat("IDENTIFIED") {
            cursor.take_until(|rest| rest.is(",") || rest.is("WITH") || rest.is("REQUIRE"));
        }
        if !cursor.eat(",") {
            return Ok(accounts);
        }
        accounts.push(account(cursor)?);
    }
}

/// A name that stands for everything of its kind: `*`, `db.*`.
pub fn starred(cursor: &mut Cursor<'_>) -> Option<Name> {
    if cursor.eat("* . *") || cursor.eat("*") {
        return Some(Name::bare("*"));
    }
    let mut ahead = *cursor;
    let database = ahead.identifier().ok()?;
    let starred = ahead.eat(". *");
    if starred {
        *cursor = ahead;
    }
    starred.then(|| Name::bare(database))
}
