//! `ALTER TABLE` of MySQL and MariaDB.

use super::column::{PRIMARY, column_definition, value};
use super::key::{Element, drop_of, element, starts_element};
use super::online::online;
use super::table::{partition_by, table_option};
use crate::schema::change::{Change, TableAction, Target};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads, normalise};
use crate::sql::read::expr::expression;

/// `ALTER [ONLINE] [IGNORE] TABLE name action, ...`.
///
/// The list is cut at commas outside brackets first: an unknown action alone becomes opaque, not
/// its neighbours.
///
/// # Errors
/// `Unread` when the table is not named, or no action stands behind it.
pub fn alter_table(cursor: &mut Cursor<'_>) -> Reads<Vec<Located<Change>>> {
    cursor.expect("ALTER")?;
    cursor.eat_any(&["ONLINE", "OFFLINE"]);
    cursor.eat("IGNORE");
    cursor.expect("TABLE")?;
    let if_exists = cursor.if_exists();
    let name = cursor.name()?;
    let target = Target { kind: ObjectKind::Table, name, if_exists, only: false };
    let mut changes = Vec::new();
    while cursor.is("WAIT") || cursor.is("NOWAIT") {
        changes.extend(online(cursor, &target)?);
    }
    if cursor.is_done() {
        return Err(cursor.unexpected("what to alter"));
    }
    let partitions = *cursor;
    if let Some(action) = partition_action(cursor)? {
        changes.push(Located::new(altered(&target, action), partitions.rest_span()));
        return Ok(changes);
    }
    let mut orders = false;
    for part in cursor.split_commas() {
        let span = part.rest_span();
        orders = part.is("ORDER BY") || (orders && is_order(part));
        if orders && !part.is("ORDER BY") {
            continue;
        }
        match actions(part, &target) {
            Ok(read) => changes.extend(read),
            Err(_) => {
                let action = TableAction::Opaque { text: normalise(&part) };
                changes.push(Located::new(altered(&target, action), span));
            }
        }
    }
    changes.sort_by_key(|located| rank(&located.value));
    Ok(changes)
}

/// The server looks at columns before keys whatever the order in which they are written, and
/// renames the table last.
fn rank(change: &Change) -> u8 {
    match change {
        Change::CreateIndex(_) => 1,
        Change::AlterTable { action: TableAction::AddConstraint { .. }, .. } => 1,
        Change::AlterTable { action: TableAction::SetSchema { .. }, .. } => 2,
        Change::AlterTable { action: TableAction::RenameTable { .. }, .. } => 3,
        _ => 0,
    }
}

fn altered(target: &Target, action: TableAction) -> Change {
    Change::AlterTable { target: target.clone(), action }
}

/// A further element of ORDER BY: `name [ASC | DESC]`.
fn is_order(mut part: Cursor<'_>) -> bool {
    part.name().is_ok() && {
        part.eat_any(&["ASC", "DESC"]);
        part.is_done()
    }
}

/// Takes all tokens of `cursor` as one action, or as options of the table without commas.
fn actions(mut cursor: Cursor<'_>, target: &Target) -> Reads<Vec<Located<Change>>> {
    let span = cursor.rest_span();
    let at = |change: Change| vec![Located::new(change, span)];
    if cursor.is("ADD") {
        return add(cursor, target);
    }
    if cursor.is("DROP") {
        return drop(cursor, target).map(at);
    }
    if cursor.is("RENAME") {
        return rename(cursor, target, span);
    }
    if cursor.is("MODIFY") || cursor.is("CHANGE") {
        return redefine(cursor).map(|action| at(altered(target, action)));
    }
    if cursor.is("ALTER") {
        return alter(cursor, target).map(at);
    }
    if ["ALGORITHM", "LOCK", "NOWAIT"].iter().any(|word| cursor.is(word)) {
        let option = online(&mut cursor, target)?;
        cursor.finish()?;
        return Ok(option.into_iter().collect());
    }
    table_options(cursor).map(|action| at(altered(target, action)))
}

/// What is kept, or done, for the table as a whole.
fn table_options(mut cursor: Cursor<'_>) -> Reads<TableAction> {
    const DONE: &[(&str, &str, &str)] = &[
        ("FORCE", "force", "yes"),
        ("DISABLE KEYS", "keys", "disable"),
        ("ENABLE KEYS", "keys", "enable"),
        ("DISCARD TABLESPACE", "discard tablespace", "yes"),
        ("IMPORT TABLESPACE", "import tablespace", "yes"),
        ("WITHOUT VALIDATION", "validation", "without"),
        ("WITH VALIDATION", "validation", "with"),
    ];
    let mut options = Vec::new();
    while !cursor.is_done() {
        let done = DONE.iter().find(|(words, _, _)| cursor.eat(words));
        if let Some((_, name, value)) = done {
            options.push(((*name).to_owned(), Some((*value).to_owned())));
        } else if cursor.eat_any(&["CONVERT TO CHARACTER SET", "CONVERT TO CHARSET"]).is_some() {
            options.push(("convert to character set".to_owned(), Some(value(&mut cursor)?)));
        } else if cursor.eat("ORDER BY") {
            options.push(("order by".to_owned(), Some(cursor.rest())));
        } else if cursor.is("PARTITION BY") || cursor.is("REMOVE PARTITIONING") {
            return partition_action(&mut cursor)?.ok_or_else(|| cursor.unexpected("PARTITION"));
        } else {
            let (name, value) = table_option(&mut cursor)?;
            options.push((name, Some(value)));
        }
    }
    Ok(TableAction::SetOptions { options })
}

/// Behind ADD: columns, keys, indexes, constraints.
fn add(mut cursor: Cursor<'_>, target: &Target) -> Reads<Vec<Located<Change>>> {
    let span = cursor.rest_span();
    cursor.expect("ADD")?;
    if starts_element(&cursor) {
        return Ok(vec![Located::new(added(cursor, target)?, span)]);
    }
    if cursor.is("SYSTEM VERSIONING") || cursor.is("PERIOD FOR") {
        let options = vec![(cursor.rest(), Some("yes".to_owned()))];
        return Ok(vec![Located::new(altered(target, TableAction::SetOptions { options }), span)]);
    }
    cursor.eat("COLUMN");
    let if_not_exists = cursor.if_not_exists();
    if !cursor.is("(") {
        let change = add_column(cursor, target, if_not_exists)?;
        return Ok(vec![Located::new(change, span)]);
    }
    let mut list = cursor.parentheses()?;
    cursor.finish()?;
    let one = |part: Cursor<'_>| {
        let span = part.rest_span();
        let change = match starts_element(&part) {
            true => added(part, target)?,
            false => add_column(part, target, if_not_exists)?,
        };
        Ok(Located::new(change, span))
    };
    list.split_commas().into_iter().map(one).collect()
}

fn add_column(cursor: Cursor<'_>, target: &Target, if_not_exists: bool) -> Reads<Change> {
    let read = column_definition(cursor)?;
    let (column, constraints) = (Box::new(read.column), read.constraints);
    Ok(altered(target, TableAction::AddColumn { column, constraints, if_not_exists }))
}

fn added(cursor: Cursor<'_>, target: &Target) -> Reads<Change> {
    Ok(match element(cursor, &target.name)? {
        Element::Constraint(constraint) => {
            altered(target, TableAction::AddConstraint { constraint })
        }
        Element::Index(index) => Change::CreateIndex(index),
    })
}

fn drop(mut cursor: Cursor<'_>, target: &Target) -> Reads<Change> {
    cursor.expect("DROP")?;
    let constraint = |name: String, if_exists: bool| {
        altered(target, TableAction::DropConstraint { name, if_exists, cascade: false })
    };
    let change = if cursor.eat("PRIMARY KEY") {
        constraint(PRIMARY.to_owned(), false)
    } else if cursor.eat_any(&["INDEX", "KEY"]).is_some() {
        let if_exists = cursor.if_exists();
        drop_of(&target.name, cursor.identifier()?, if_exists)
    } else if cursor.eat_any(&["FOREIGN KEY", "CHECK", "CONSTRAINT"]).is_some() {
        let if_exists = cursor.if_exists();
        constraint(cursor.identifier()?, if_exists)
    } else if cursor.eat("SYSTEM VERSIONING") {
        let options = vec![("system versioning".to_owned(), None)];
        altered(target, TableAction::SetOptions { options })
    } else {
        cursor.eat("COLUMN");
        let if_exists = cursor.if_exists();
        let column = cursor.identifier()?;
        let cascade = cursor.cascade();
        altered(target, TableAction::DropColumn { column, if_exists, cascade })
    };
    cursor.finish()?;
    Ok(change)
}

fn rename(
    mut cursor: Cursor<'_>,
    target: &Target,
    span: crate::source::Span,
) -> Reads<Vec<Located<Change>>> {
    cursor.expect("RENAME")?;
    let change = if cursor.eat("COLUMN") {
        cursor.if_exists();
        let from = cursor.identifier()?;
        cursor.expect("TO")?;
        altered(target, TableAction::RenameColumn { from, to: cursor.identifier()? })
    } else if cursor.eat_any(&["INDEX", "KEY"]).is_some() {
        let if_exists = cursor.if_exists();
        let name = cursor.identifier()?;
        let object = ObjectRef::part(ObjectKind::Index, target.name.clone(), name);
        cursor.expect("TO")?;
        Change::Rename { object, to: cursor.identifier()?, if_exists }
    } else {
        cursor.eat_any(&["TO", "AS", "="]);
        let to = cursor.name()?;
        cursor.finish()?;
        return Ok(renamed(target, to).into_iter().map(|it| Located::new(it, span)).collect());
    };
    cursor.finish()?;
    Ok(vec![Located::new(change, span)])
}

/// The changes that give a table another name, and maybe another database.
pub fn renamed(target: &Target, to: Name) -> Vec<Change> {
    let mut target = target.clone();
    let mut changes = Vec::new();
    if let Some(schema) = to.schema.filter(|schema| Some(schema) != target.name.schema.as_ref()) {
        changes.push(altered(&target, TableAction::SetSchema { schema: schema.clone() }));
        target.name.schema = Some(schema);
    }
    if to.name != target.name.name {
        changes.push(altered(&target, TableAction::RenameTable { to: to.name }));
    }
    changes
}

/// `MODIFY [COLUMN] definition`, `CHANGE [COLUMN] name definition`.
fn redefine(mut cursor: Cursor<'_>) -> Reads<TableAction> {
    let modify = cursor.eat("MODIFY");
    if !modify {
        cursor.expect("CHANGE")?;
    }
    cursor.eat("COLUMN");
    let if_exists = cursor.if_exists();
    let from = match modify {
        true => cursor.peek(0).map(|token| cursor.fold(token)).unwrap_or_default(),
        false => cursor.identifier()?,
    };
    let read = column_definition(cursor)?;
    let (column, constraints) = (Box::new(read.column), read.constraints);
    Ok(TableAction::RedefineColumn { from, column, constraints, if_exists })
}

/// Behind ALTER: a column's default, an index's visibility, a check's enforcement.
fn alter(mut cursor: Cursor<'_>, target: &Target) -> Reads<Change> {
    cursor.expect("ALTER")?;
    if cursor.eat_any(&["INDEX", "KEY"]).is_some() {
        let if_exists = cursor.if_exists();
        let name = cursor.identifier()?;
        let object = ObjectRef::part(ObjectKind::Index, target.name.clone(), name);
        return Ok(Change::Alter { object, if_exists, action: cursor.rest() });
    }
    if cursor.eat_any(&["CHECK", "CONSTRAINT"]).is_some() {
        let name = cursor.identifier()?;
        let options = cursor.rest().to_ascii_uppercase();
        return Ok(altered(target, TableAction::AlterConstraint { name, options }));
    }
    cursor.eat("COLUMN");
    cursor.if_exists();
    let column = cursor.identifier()?;
    let action = if cursor.eat("DROP DEFAULT") {
        TableAction::SetDefault { column, default: None }
    } else if cursor.eat("SET DEFAULT") {
        if cursor.is_done() {
            return Err(cursor.unexpected("a default value"));
        }
        let default = Some(expression(cursor.take_until(|_| false)));
        TableAction::SetDefault { column, default }
    } else {
        cursor.expect("SET")?;
        let words = ["VISIBLE", "INVISIBLE"];
        let word = cursor.eat_any(&words).ok_or_else(|| cursor.unexpected("VISIBLE"))?;
        let value = Some(word.to_ascii_lowercase());
        TableAction::SetColumnOption { column, option: "visibility".to_owned(), value }
    };
    cursor.finish()?;
    Ok(altered(target, action))
}

/// Takes what is done to partitions; it stands alone, and holds commas of its own.
fn partition_action(cursor: &mut Cursor<'_>) -> Reads<Option<TableAction>> {
    const VERBS: &[&str] = &[
        "ADD PARTITION",
        "DROP PARTITION",
        "TRUNCATE PARTITION",
        "DISCARD PARTITION",
        "IMPORT PARTITION",
        "COALESCE PARTITION",
        "REORGANIZE PARTITION",
        "EXCHANGE PARTITION",
        "ANALYZE PARTITION",
        "CHECK PARTITION",
        "OPTIMIZE PARTITION",
        "REBUILD PARTITION",
        "REPAIR PARTITION",
        "CONVERT PARTITION",
        "CONVERT TABLE",
        "REMOVE PARTITIONING",
    ];
    if cursor.eat("PARTITION BY") {
        let text = partition_by(cursor)?;
        cursor.finish()?;
        return Ok(Some(TableAction::AlterPartitions { verb: "PARTITION BY".to_owned(), text }));
    }
    let Some(verb) = cursor.eat_any(VERBS) else { return Ok(None) };
    Ok(Some(TableAction::AlterPartitions { verb: verb.to_owned(), text: cursor.rest() }))
}
