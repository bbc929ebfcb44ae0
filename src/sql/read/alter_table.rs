//! `ALTER TABLE` and what shares its sub-commands: ALTER INDEX, VIEW, MATERIALIZED VIEW,
//! SEQUENCE, FOREIGN TABLE.
//!
//! The list is cut at commas outside brackets first, so that one exotic sub-command never loses
//! its neighbours: it alone becomes [`TableAction::Opaque`].

use crate::schema::change::{Change, TableAction, Target};
use crate::schema::name::ObjectKind;
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads, normalise};
use crate::sql::read::alter_column::alter_column;
use crate::sql::read::column::{
    column_definition, options, starts_table_constraint, table_constraint,
};
use crate::sql::read::index::relation_kind;
use crate::sql::read::sequence::alter_sequence;
use crate::sql::read::table::bound;

/// `ALTER TABLE name action, ...`.
///
/// # Errors
/// `Unread` when the relation is not named, or no action stands behind it.
pub fn alter_table(cursor: &mut Cursor<'_>) -> Reads<Vec<Located<Change>>> {
    cursor.expect("ALTER")?;
    let kind = relation_kind(cursor).ok_or_else(|| cursor.unexpected("TABLE"))?;
    if cursor.eat("ALL IN TABLESPACE") {
        return Ok(vec![all_in_tablespace(cursor, kind)]);
    }
    let if_exists = cursor.if_exists();
    let only = cursor.eat("ONLY");
    let name = cursor.name()?;
    cursor.eat("*");
    let target = Target { kind, name, if_exists, only };
    if cursor.is_done() {
        return Err(cursor.unexpected("what to alter"));
    }
    if kind == ObjectKind::Sequence && !is_relation_action(cursor) {
        let span = cursor.rest_span();
        let change = alter_sequence(cursor, target.name, if_exists)?;
        return Ok(vec![Located::new(change, span)]);
    }
    let mut changes = Vec::new();
    for action in cursor.split_commas() {
        let span = action.rest_span();
        let action = table_action(action, kind)
            .unwrap_or_else(|_| TableAction::Opaque { text: normalise(&action) });
        changes.push(Located::new(Change::AlterTable { target: target.clone(), action }, span));
    }
    Ok(changes)
}

/// Whether a sub-command follows that every relation has, not a sequence's option.
fn is_relation_action(cursor: &Cursor<'_>) -> bool {
    ["RENAME", "OWNER TO", "SET SCHEMA", "SET LOGGED", "SET UNLOGGED"]
        .iter()
        .any(|words| cursor.is(words))
}

fn all_in_tablespace(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Located<Change> {
    let span = cursor.rest_span();
    let verb = format!("ALTER {} ALL IN TABLESPACE", kind.words().to_ascii_uppercase());
    cursor.rest();
    let why = "it moves every relation of a tablespace".to_owned();
    Located::new(Change::Opaque { verb, names: Vec::new(), why }, span)
}

/// Takes all tokens of `cursor` as one sub-command.
fn table_action(mut cursor: Cursor<'_>, kind: ObjectKind) -> Reads<TableAction> {
    let action = match () {
        () if cursor.eat("ADD") => return add(cursor),
        () if cursor.eat("ALTER CONSTRAINT") => {
            let name = cursor.identifier()?;
            TableAction::AlterConstraint { name, options: cursor.rest().to_ascii_uppercase() }
        }
        () if cursor.eat("ALTER") => return alter_column(cursor),
        () if cursor.eat("DROP") => drop(&mut cursor)?,
        () if cursor.eat("RENAME") => rename(&mut cursor)?,
        () if cursor.eat("VALIDATE CONSTRAINT") => {
            TableAction::ValidateConstraint { name: cursor.identifier()? }
        }
        () if cursor.eat("SET") => set(&mut cursor, kind)?,
        () if cursor.eat("RESET") => {
            let names = options(cursor.parentheses()?)?;
            let options = names.into_iter().map(|(name, _)| (name, None)).collect();
            TableAction::SetOptions { options }
        }
        () if cursor.eat("OPTIONS") => set_options(&mut cursor)?,
        () if cursor.eat("OWNER TO") => TableAction::SetOwner { owner: cursor.identifier()? },
        () if cursor.is("ENABLE") || cursor.is("DISABLE") => switch(&mut cursor)?,
        () if cursor.eat("FORCE ROW LEVEL SECURITY") => row_security("FORCE"),
        () if cursor.eat("NO FORCE ROW LEVEL SECURITY") => row_security("NO FORCE"),
        () => return partition_or_other(cursor),
    };
    cursor.finish()?;
    Ok(action)
}

fn partition_or_other(mut cursor: Cursor<'_>) -> Reads<TableAction> {
    let action = match () {
        () if cursor.eat("ATTACH PARTITION") => {
            let partition = cursor.name()?;
            let bound = if cursor.is_done() { String::new() } else { bound(&mut cursor)? };
            TableAction::AttachPartition { partition, bound }
        }
        () if cursor.eat("DETACH PARTITION") => TableAction::DetachPartition {
            partition: cursor.name()?,
            concurrently: cursor.eat("CONCURRENTLY"),
            finalize: cursor.eat("FINALIZE"),
        },
        () if cursor.eat("INHERIT") => {
            TableAction::SetInherit { parent: cursor.name()?, inherit: true }
        }
        () if cursor.eat("NO INHERIT") => {
            TableAction::SetInherit { parent: cursor.name()?, inherit: false }
        }
        () if cursor.eat("REPLICA IDENTITY") => {
            let words = ["DEFAULT", "FULL", "NOTHING"];
            let identity = match cursor.eat_any(&words) {
                Some(word) => word.to_owned(),
                None => {
                    cursor.expect("USING INDEX")?;
                    format!("USING INDEX {}", cursor.identifier()?)
                }
            };
            TableAction::SetReplicaIdentity { identity }
        }
        () if cursor.eat("CLUSTER ON") => {
            TableAction::ClusterOn { index: Some(cursor.identifier()?) }
        }
        () if cursor.eat("OF") => TableAction::SetOfType { ty: Some(cursor.name()?) },
        () if cursor.eat("NOT OF") => TableAction::SetOfType { ty: None },
        () if cursor.is("DEPENDS ON EXTENSION") || cursor.is("NO DEPENDS ON EXTENSION") => {
            let no = cursor.eat("NO");
            cursor.eat("DEPENDS ON EXTENSION");
            TableAction::DependsOnExtension { extension: cursor.identifier()?, no }
        }
        () => return Err(cursor.unexpected("a sub-command of ALTER TABLE")),
    };
    cursor.finish()?;
    Ok(action)
}

/// Behind ADD: a constraint or a column.
fn add(mut cursor: Cursor<'_>) -> Reads<TableAction> {
    if starts_table_constraint(&cursor) {
        return Ok(TableAction::AddConstraint { constraint: table_constraint(cursor)? });
    }
    cursor.eat("COLUMN");
    let if_not_exists = cursor.if_not_exists();
    let read = column_definition(cursor)?;
    Ok(TableAction::AddColumn {
        column: Box::new(read.column),
        constraints: read.constraints,
        if_not_exists,
    })
}

fn drop(cursor: &mut Cursor<'_>) -> Reads<TableAction> {
    if cursor.eat("CONSTRAINT") {
        let if_exists = cursor.if_exists();
        let name = cursor.identifier()?;
        return Ok(TableAction::DropConstraint { name, if_exists, cascade: cursor.cascade() });
    }
    cursor.eat("COLUMN");
    let if_exists = cursor.if_exists();
    let column = cursor.identifier()?;
    Ok(TableAction::DropColumn { column, if_exists, cascade: cursor.cascade() })
}

fn rename(cursor: &mut Cursor<'_>) -> Reads<TableAction> {
    if cursor.eat("TO") {
        return Ok(TableAction::RenameTable { to: cursor.identifier()? });
    }
    if cursor.eat("CONSTRAINT") {
        let from = cursor.identifier()?;
        cursor.expect("TO")?;
        return Ok(TableAction::RenameConstraint { from, to: cursor.identifier()? });
    }
    cursor.eat("COLUMN");
    let from = cursor.identifier()?;
    cursor.expect("TO")?;
    Ok(TableAction::RenameColumn { from, to: cursor.identifier()? })
}

fn set(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Reads<TableAction> {
    if cursor.eat("SCHEMA") {
        return Ok(TableAction::SetSchema { schema: cursor.identifier()? });
    }
    if cursor.eat("LOGGED") {
        return Ok(TableAction::SetLogged { logged: true });
    }
    if cursor.eat("UNLOGGED") {
        return Ok(TableAction::SetLogged { logged: false });
    }
    if cursor.eat("TABLESPACE") {
        let tablespace = cursor.identifier()?;
        cursor.eat("NOWAIT");
        return Ok(TableAction::SetTablespace { tablespace });
    }
    if cursor.eat("ACCESS METHOD") {
        return Ok(TableAction::SetAccessMethod { method: cursor.identifier()? });
    }
    if cursor.eat("WITHOUT CLUSTER") {
        return Ok(TableAction::ClusterOn { index: None });
    }
    if kind == ObjectKind::Table && cursor.eat("WITHOUT OIDS") {
        return Ok(TableAction::SetWithoutOids);
    }
    set_options(cursor)
}

fn set_options(cursor: &mut Cursor<'_>) -> Reads<TableAction> {
    let options = options(cursor.parentheses()?)?;
    let options = options.into_iter().map(|(name, value)| (name, Some(value))).collect();
    Ok(TableAction::SetOptions { options })
}

fn row_security(setting: &str) -> TableAction {
    TableAction::SetRowSecurity { setting: setting.to_owned() }
}

/// `ENABLE` and `DISABLE` of row-level security, triggers and rules.
fn switch(cursor: &mut Cursor<'_>) -> Reads<TableAction> {
    let states = ["ENABLE REPLICA", "ENABLE ALWAYS", "ENABLE", "DISABLE"];
    let state = cursor.eat_any(&states).ok_or_else(|| cursor.unexpected("ENABLE or DISABLE"))?;
    if cursor.eat("ROW LEVEL SECURITY") {
        return Ok(row_security(state));
    }
    let rule = cursor.eat("RULE");
    if !rule {
        cursor.expect("TRIGGER")?;
    }
    let name = match cursor.eat_any(&["ALL", "USER"]) {
        Some(word) if !rule => word.to_owned(),
        Some(word) => word.to_ascii_lowercase(),
        None => cursor.identifier()?,
    };
    Ok(TableAction::SetTrigger { name, rule, state: state.to_owned() })
}
