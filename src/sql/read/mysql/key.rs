//! Keys, indexes and constraints of MySQL and MariaDB: in a table's list, behind ADD, and
//! `CREATE INDEX`.

use super::column::{PRIMARY, value};
use super::online::online;
use crate::schema::change::{
    Change, Constraint, ConstraintKind, CreateIndex, IndexKey, Key, Target,
};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::column::{constraint_attributes, references};
use crate::sql::read::expr::expression;

/// Words for an index of another kind than a tree.
const METHODS: &[&str] = &["FULLTEXT", "SPATIAL", "VECTOR"];

/// What stands in a table's list beside columns.
pub enum Element {
    /// A constraint; UNIQUE of whole columns too.
    Constraint(Constraint),
    /// An index.
    Index(Box<CreateIndex>),
}

/// Whether a key, index or constraint begins here, not a column.
pub fn starts_element(cursor: &Cursor<'_>) -> bool {
    const WORDS: &[&str] = &[
        "CONSTRAINT",
        "PRIMARY KEY",
        "UNIQUE",
        "FOREIGN KEY",
        "CHECK",
        "KEY",
        "INDEX",
        "FULLTEXT",
        "SPATIAL",
        "VECTOR KEY",
        "VECTOR INDEX",
    ];
    WORDS.iter().any(|words| cursor.is(words))
}

/// Takes all tokens of `cursor` as a key, index or constraint of `table`.
///
/// # Errors
/// `Unread` if some token is not part of one.
pub fn element(mut cursor: Cursor<'_>, table: &Name) -> Reads<Element> {
    let mut name = None;
    if cursor.eat("CONSTRAINT") {
        cursor.if_not_exists();
        let unnamed = ["PRIMARY KEY", "UNIQUE", "FOREIGN KEY", "CHECK"];
        if !unnamed.iter().any(|words| cursor.is(words)) {
            name = Some(cursor.identifier()?);
        }
    }
    if cursor.eat("UNIQUE") {
        let read = index(&mut cursor, table, None)?;
        return Ok(unique(CreateIndex { name: read.name.clone().or(name), unique: true, ..read }));
    }
    let method = cursor.eat_any(METHODS).map(str::to_ascii_lowercase);
    if method.is_some() || cursor.is("INDEX") || cursor.is("KEY") {
        return Ok(Element::Index(Box::new(index(&mut cursor, table, method)?)));
    }
    let kind = if cursor.eat("PRIMARY KEY") {
        let read = index(&mut cursor, table, None)?;
        name = Some(PRIMARY.to_owned());
        ConstraintKind::PrimaryKey(key_of(&read))
    } else if cursor.eat("FOREIGN KEY") {
        cursor.if_not_exists();
        // The name before the columns is the index's; without another it is the constraint's.
        let index = if cursor.is("(") { None } else { Some(cursor.identifier()?) };
        name = name.or(index);
        let columns = cursor.identifiers_in_parentheses()?;
        references(&mut cursor, columns, false)?
    } else {
        cursor.expect("CHECK")?;
        ConstraintKind::Check(expression(cursor.parentheses()?))
    };
    let mut constraint = Constraint::new(name, kind);
    constraint_attributes(&mut cursor, &mut constraint);
    cursor.finish()?;
    Ok(Element::Constraint(constraint))
}

/// A unique key of whole columns is a constraint, one of prefixes or expressions an index.
fn unique(index: CreateIndex) -> Element {
    let whole = |key: &IndexKey| key.column.is_some() && !key.options.starts_with('(');
    match index.keys.iter().all(whole) && !index.if_not_exists {
        true => {
            let kind = ConstraintKind::Unique(key_of(&index));
            Element::Constraint(Constraint::new(index.name, kind))
        }
        false => Element::Index(Box::new(index)),
    }
}

fn key_of(index: &CreateIndex) -> Key {
    let columns = index.keys.iter().filter_map(|key| key.column.clone()).collect();
    Key { columns, ..Key::default() }
}

/// `[INDEX | KEY] [IF NOT EXISTS] [name] [USING method] (parts) [options]`.
fn index(cursor: &mut Cursor<'_>, table: &Name, method: Option<String>) -> Reads<CreateIndex> {
    cursor.eat_any(&["INDEX", "KEY"]);
    let if_not_exists = cursor.if_not_exists();
    let name = match cursor.is("(") || cursor.is("USING") || cursor.is("TYPE") {
        true => None,
        false => Some(cursor.identifier()?),
    };
    let mut index = plain(table, name, method);
    index.if_not_exists = if_not_exists;
    index_type(cursor, &mut index)?;
    index.keys = key_parts(cursor)?;
    while !cursor.is_done() {
        index_option(cursor, &mut index)?;
    }
    Ok(index)
}

fn plain(table: &Name, name: Option<String>, method: Option<String>) -> CreateIndex {
    CreateIndex {
        name,
        table: table.clone(),
        only: false,
        unique: false,
        concurrently: false,
        if_not_exists: false,
        method,
        keys: Vec::new(),
        include: Vec::new(),
        predicate: None,
        nulls_not_distinct: false,
        options: Vec::new(),
    }
}

fn index_type(cursor: &mut Cursor<'_>, index: &mut CreateIndex) -> Reads<()> {
    if cursor.eat("USING") || cursor.eat("TYPE") {
        index.method = Some(cursor.identifier()?);
    }
    Ok(())
}

/// `(column [(length)] [ASC | DESC], (expression) ...)`.
fn key_parts(cursor: &mut Cursor<'_>) -> Reads<Vec<IndexKey>> {
    cursor.parentheses()?.split_commas().into_iter().map(key_part).collect()
}

fn key_part(mut cursor: Cursor<'_>) -> Reads<IndexKey> {
    let (column, expr) = match cursor.is("(") {
        true => (None, expression(cursor.parentheses()?)),
        false => {
            let name = cursor.identifier()?;
            let columns = [name.clone()].into();
            (Some(name.clone()), Expr { text: name, columns, ..Expr::default() })
        }
    };
    let length = match cursor.is("(") {
        true => format!("({})", cursor.parentheses()?.rest()),
        false => String::new(),
    };
    let order = cursor
        .eat_any(&["ASC", "DESC", "WITHOUT OVERLAPS"])
        .unwrap_or_default()
        .to_ascii_lowercase();
    cursor.finish()?;
    let options = format!("{length} {order}").trim().to_owned();
    Ok(IndexKey { column, expr, options })
}

/// One option behind an index's parts.
fn index_option(cursor: &mut Cursor<'_>, index: &mut CreateIndex) -> Reads<()> {
    const BARE: &[&str] = &["VISIBLE", "INVISIBLE", "NOT IGNORED", "IGNORED"];
    const VALUED: &[&str] = &[
        "KEY_BLOCK_SIZE",
        "WITH PARSER",
        "COMMENT",
        "ENGINE_ATTRIBUTE",
        "SECONDARY_ENGINE_ATTRIBUTE",
        "CLUSTERING",
    ];
    if cursor.is("USING") || cursor.is("TYPE") {
        return index_type(cursor, index);
    }
    if index.method.as_deref() == Some("vector") && cursor.is_at(1, "=") {
        index.options.push((cursor.identifier()?, value(cursor)?));
        return Ok(());
    }
    if let Some(word) = cursor.eat_any(BARE) {
        index.options.push(("visibility".to_owned(), word.to_ascii_lowercase()));
        return Ok(());
    }
    let words = cursor.eat_any(VALUED).ok_or_else(|| cursor.unexpected("an index option"))?;
    index.options.push((words.to_ascii_lowercase(), value(cursor)?));
    Ok(())
}

/// `CREATE [UNIQUE | FULLTEXT | SPATIAL] INDEX name ON table (parts)`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn create_index(cursor: &mut Cursor<'_>) -> Reads<Vec<Located<Change>>> {
    let span = cursor.rest_span();
    cursor.expect("CREATE")?;
    let or_replace = cursor.eat("OR REPLACE");
    cursor.eat_any(&["ONLINE", "OFFLINE"]);
    let unique = cursor.eat("UNIQUE");
    let method = cursor.eat_any(METHODS).map(str::to_ascii_lowercase);
    cursor.expect("INDEX")?;
    let if_not_exists = cursor.if_not_exists();
    let mut index = plain(&Name::default(), Some(cursor.identifier()?), method);
    (index.unique, index.if_not_exists) = (unique, if_not_exists);
    index_type(cursor, &mut index)?;
    cursor.expect("ON")?;
    index.table = cursor.name()?;
    index.keys = key_parts(cursor)?;
    let target = table_target(&index.table);
    let mut changes = Vec::new();
    if or_replace {
        let name = index.name.clone().unwrap_or_default();
        changes.push(Located::new(drop_of(&index.table, name, true), span));
    }
    let mut behind = Vec::new();
    while !cursor.is_done() {
        match online(cursor, &target)? {
            Some(option) => behind.push(option),
            None => index_option(cursor, &mut index)?,
        }
    }
    changes.push(Located::new(Change::CreateIndex(Box::new(index)), span));
    changes.extend(behind);
    Ok(changes)
}

/// `DROP INDEX name ON table`.
///
/// # Errors
/// As [`create_index`].
pub fn drop_index(cursor: &mut Cursor<'_>) -> Reads<Vec<Located<Change>>> {
    let span = cursor.rest_span();
    cursor.expect("DROP INDEX")?;
    let if_exists = cursor.if_exists();
    let name = cursor.identifier()?;
    cursor.expect("ON")?;
    let table = cursor.name()?;
    let target = table_target(&table);
    let mut changes = vec![Located::new(drop_of(&table, name, if_exists), span)];
    while !cursor.is_done() {
        let option = online(cursor, &target)?;
        changes.push(option.ok_or_else(|| cursor.unexpected("ALGORITHM or LOCK"))?);
    }
    Ok(changes)
}

/// The change that drops an index of a table; `PRIMARY` is the key.
pub fn drop_of(table: &Name, name: String, if_exists: bool) -> Change {
    if name.eq_ignore_ascii_case(PRIMARY) {
        let name = PRIMARY.to_owned();
        let action =
            crate::schema::change::TableAction::DropConstraint { name, if_exists, cascade: false };
        return Change::AlterTable { target: table_target(table), action };
    }
    let object = ObjectRef::part(ObjectKind::Index, table.clone(), name);
    Change::Drop { object, if_exists, cascade: false, concurrently: false }
}

/// A table as what is altered.
pub fn table_target(name: &Name) -> Target {
    Target { kind: ObjectKind::Table, name: name.clone(), if_exists: false, only: false }
}
