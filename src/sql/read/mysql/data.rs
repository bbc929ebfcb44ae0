//! Statements on rows of MySQL and MariaDB.
//!
//! What a statement calls never touches the schema: a stored function may hold no statement that
//! commits (manual, "Restrictions on Stored Programs"). Only CALL can.

use crate::schema::change::{Change, Data, DataVerb};
use crate::schema::name::Name;
use crate::sql::bridge;
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::copy::inserted;
use crate::sql::read::data::is_always_true;
use crate::sql::read::query::from_names;

/// `SELECT`, `VALUES`, `TABLE`, `WITH`, `INSERT`, `REPLACE`, `UPDATE`, `DELETE`, `LOAD DATA`.
///
/// # Errors
/// `Unread` when it cannot even be seen which of them it is, or a parenthesis is never closed.
pub fn statement(cursor: &mut Cursor<'_>) -> Reads<Change> {
    let whole = *cursor;
    whole.balanced()?;
    let mut data = head(whole)?;
    cursor.rest();
    if whole.is("LOAD") {
        return Ok(Change::Data(data));
    }
    let names = match whole.is("TABLE") || whole.is("VALUES") {
        true => bridge::query(&whole),
        false => bridge::statement(&whole),
    };
    // What sqlparser does not take is on rows too, unless a semicolon is missing: no name can be
    // one of these words (manual, "Keywords and Reserved Words").
    const RESERVED: &[&str] = &["ALTER", "CREATE", "DROP", "GRANT", "RENAME", "REVOKE"];
    if names.is_none() && (0..whole.tokens().len()).any(|at| is_any(&whole, at, RESERVED)) {
        return Ok(Change::Opaque {
            verb: data.verb.name().to_ascii_uppercase(),
            names: data.writes,
            why: "the statement could not be read to its end".to_owned(),
        });
    }
    data.reads = from_names(names, whole).relations;
    data.reads.retain(|name| !data.writes.contains(name));
    Ok(Change::Data(data))
}

fn is_any(cursor: &Cursor<'_>, at: usize, words: &[&str]) -> bool {
    words.iter().any(|word| cursor.is_at(at, word))
}

/// `CALL procedure [(arguments)]`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn call(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CALL")?;
    let mut data = data(DataVerb::Call, Vec::new());
    data.functions.push(cursor.name()?);
    if cursor.is("(") {
        cursor.parentheses()?;
    }
    cursor.finish()?;
    Ok(Change::Data(data))
}

fn data(verb: DataVerb, writes: Vec<Name>) -> Data {
    Data { writes, ..Data::new(verb) }
}

/// Which statement it is, what it writes, and whether it is bounded by a condition or a LIMIT.
fn head(mut cursor: Cursor<'_>) -> Reads<Data> {
    const VERBS: &[&str] = &["SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "VALUES", "TABLE"];
    let whole = cursor;
    const MODIFIERS: &[&str] =
        &["LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE", "INTO"];
    if cursor.eat("LOAD") {
        cursor.take_until(|rest| rest.is("INTO TABLE"));
        cursor.expect("INTO TABLE")?;
        return Ok(data(DataVerb::Copy, vec![cursor.name()?]));
    }
    cursor = cursor.inside_parentheses()?;
    if cursor.eat("WITH") {
        cursor.take_until(|rest| VERBS.iter().any(|word| rest.is(word)));
    }
    let verb = cursor.eat_any(VERBS).ok_or_else(|| cursor.unexpected("SELECT or INSERT"))?;
    while cursor.eat_any(MODIFIERS).is_some() {}
    Ok(match verb {
        "INSERT" | "REPLACE" => {
            Data { copies: inserted(whole), ..data(DataVerb::Insert, vec![cursor.name()?]) }
        }
        "UPDATE" => {
            let tables = tables(cursor.take_until(|rest| rest.is("SET")));
            let mut data = data(DataVerb::Update, assigned(cursor, &tables));
            if !tables.narrows && !is_bounded(cursor) {
                data.every_row = of_all(&data);
            }
            data
        }
        "DELETE" => delete(cursor)?,
        _ => data(DataVerb::Select, Vec::new()),
    })
}

fn is_bounded(mut cursor: Cursor<'_>) -> bool {
    cursor.take_until(|rest| rest.is("WHERE") || rest.is("LIMIT"));
    match cursor.eat("WHERE") {
        true => !is_always_true(cursor),
        false => !cursor.is_done(),
    }
}

/// `FROM t`, `a, b FROM t AS a JOIN u AS b`, `FROM a, b USING t AS a JOIN u AS b`.
fn delete(mut cursor: Cursor<'_>) -> Reads<Data> {
    let bounded = is_bounded(cursor);
    let before = cursor.take_until(|rest| rest.is("FROM"));
    cursor.expect("FROM")?;
    let ends = |rest: &Cursor<'_>| {
        ["WHERE", "LIMIT", "ORDER", "RETURNING", "USING"].iter().any(|word| rest.is(word))
    };
    let first = tables(cursor.take_until(ends));
    let (mut targets, sources) = match cursor.eat("USING") {
        true => (first, tables(cursor.take_until(ends))),
        false if before.is_done() => (first, Tables::default()),
        false => (tables(before), first),
    };
    for (name, _) in &mut targets.found {
        *name = sources.named(name).unwrap_or_else(|| name.clone());
    }
    let mut data = data(DataVerb::Delete, targets.names());
    if !bounded && !sources.narrows {
        data.every_row = of_all(&data);
    }
    Ok(data)
}

/// What the statement does with every row, where it leaves none out.
fn of_all(data: &Data) -> Vec<(DataVerb, Name)> {
    data.writes.iter().map(|target| (data.verb, target.clone())).collect()
}

/// The tables whose columns an UPDATE of these tables sets, as far as the columns say so: else all.
fn assigned(mut cursor: Cursor<'_>, tables: &Tables) -> Vec<Name> {
    cursor.eat("SET");
    let ends = |rest: &Cursor<'_>| rest.is("WHERE") || rest.is("ORDER") || rest.is("LIMIT");
    let columns = cursor.take_until(ends).split_commas();
    let table_of = |mut column: Cursor<'_>| {
        let name = column.name().ok()?;
        // `db.t.c` is read as `t.c`.
        tables.named(&Name::bare(name.schema?))
    };
    let named: Option<Vec<Name>> = columns.into_iter().map(table_of).collect();
    let mut named = named.filter(|named| !named.is_empty()).unwrap_or_else(|| tables.names());
    named.sort();
    named.dedup();
    named
}

/// Tables with their aliases.
#[derive(Default)]
struct Tables {
    found: Vec<(Name, Option<String>)>,
    /// An inner join leaves rows out.
    narrows: bool,
}

impl Tables {
    fn names(&self) -> Vec<Name> {
        self.found.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The table that a name or alias stands for.
    fn named(&self, name: &Name) -> Option<Name> {
        let same = |(table, alias): &&(Name, Option<String>)| match alias {
            Some(alias) => name.schema.is_none() && *alias == name.name,
            None => table == name || (name.schema.is_none() && table.name == name.name),
        };
        self.found.iter().find(same).map(|(table, _)| table.clone())
    }
}

/// The tables of a list with joins; a query in parentheses is none.
fn tables(mut cursor: Cursor<'_>) -> Tables {
    let mut tables = Tables::default();
    let mut outer = false;
    let mut named = true;
    while !cursor.is_done() {
        if cursor.is("(") {
            if cursor.parentheses().is_err() {
                cursor.advance();
            }
            named = false;
        } else if named {
            let Ok(name) = cursor.name() else { return tables };
            cursor.eat(". *");
            cursor.eat("AS");
            const JOINS: &[&str] = &[
                ",",
                "JOIN",
                "INNER",
                "LEFT",
                "RIGHT",
                "CROSS",
                "NATURAL",
                "STRAIGHT_JOIN",
                "ON",
                "USING",
                "USE",
                "FORCE",
                "IGNORE",
                "PARTITION",
            ];
            let ends = JOINS.iter().any(|word| cursor.is(word));
            let alias = if ends { None } else { cursor.identifier().ok() };
            tables.found.push((name, alias));
            named = false;
        } else if let Some(word) = cursor.eat_any(&[",", "JOIN", "STRAIGHT_JOIN"]) {
            tables.narrows |= word != "," && !outer;
            (named, outer) = (true, false);
        } else {
            outer |= cursor.is("LEFT") || cursor.is("RIGHT") || cursor.is("CROSS");
            cursor.advance();
        }
    }
    tables
}
