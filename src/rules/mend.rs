//! Mechanical fixes, as far as a statement shows them: the same for every rule.

use super::lock::{Added, SQL};
use crate::finding::{Fix, Piece};
use crate::migration::{Context, LocatedChange};
use crate::replay::Step;
use crate::schema::change::{Change, CreateIndex, TableAction, Target};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{Name, ObjectRef};
use crate::source::Span;

/// A fix that has to be made by hand, with the reason.
fn by_hand(why: &str) -> Fix {
    Fix::ByHand(why.to_owned())
}

/// Why a change cannot be edited where it stands.
fn bound(located: &LocatedChange) -> Option<Fix> {
    match located.context {
        Context::Do { .. } => Some(by_hand("it stands in a DO block or a function")),
        Context::Top => None,
    }
}

/// The same where the statement would leave as a whole.
fn bound_whole(step: &Step<'_>, located: &LocatedChange) -> Option<Fix> {
    let several = step.statement.changes.len() > 1;
    bound(located).or_else(|| several.then(|| by_hand("its statement does something else too")))
}

/// `CREATE INDEX` becomes `CREATE INDEX CONCURRENTLY`, behind a `DROP INDEX` of what an attempt that
/// failed has left. `name` is the index, resolved: the server's own name where none is written.
pub fn index_built_alone(
    step: &Step<'_>,
    located: &LocatedChange,
    index: &CreateIndex,
    name: &Name,
) -> Fix {
    if let Some(bound) = bound_whole(step, located) {
        return bound;
    }
    if index.if_not_exists && !matches!(step.before.index(name), Knowledge::Absent) {
        return by_hand(
            "IF NOT EXISTS says that the index may be there already, and a fix begins by dropping it",
        );
    }
    let head = (located.change.span.end.saturating_sub(step.statement.span.start)) as usize;
    let Some(tail) = step.statement.text.get(head..) else {
        return by_hand("its statement cannot be cut");
    };
    let unique = if index.unique { "UNIQUE " } else { "" };
    let only = if index.only { "ONLY " } else { "" };
    let using = index.method.as_ref().map(|it| format!(" USING {}", SQL.ident(it)));
    let create = format!(
        "CREATE {unique}INDEX CONCURRENTLY {} ON {only}{}{}{tail}",
        SQL.ident(&name.name),
        SQL.name(&index.table),
        using.unwrap_or_default(),
    );
    // An index stands in the schema of its table, as that is written.
    let written = Name { schema: index.table.schema.clone(), name: name.name.clone() };
    let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {}", SQL.name(&written));
    let mut objects = vec![name.name.clone()];
    if index.unique {
        // ON CONFLICT and foreign keys look for a unique index and name only its table.
        objects.push(index.table.name.clone());
    }
    let pieces = vec![Piece::new("drop_invalid", drop), Piece::new("create", create)];
    Fix::Alone { objects, pieces }
}

/// `DROP INDEX` becomes `DROP INDEX CONCURRENTLY IF EXISTS`.
pub fn index_dropped_alone(
    step: &Step<'_>,
    located: &LocatedChange,
    index: &Name,
    cascade: bool,
) -> Fix {
    if let Some(bound) = bound_whole(step, located) {
        return bound;
    }
    if cascade {
        return by_hand("DROP INDEX CONCURRENTLY takes no CASCADE");
    }
    let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {}", SQL.name(index));
    Fix::Alone { objects: vec![index.name.clone()], pieces: vec![Piece::new("drop", drop)] }
}

/// `REINDEX` of a table or an index becomes `REINDEX ... CONCURRENTLY`, which is `statement`.
pub fn reindexed_alone(
    step: &Step<'_>,
    located: &LocatedChange,
    object: &ObjectRef,
    statement: String,
) -> Fix {
    bound_whole(step, located).unwrap_or_else(|| Fix::Alone {
        objects: vec![object.name.name.clone()],
        pieces: vec![Piece::new("reindex", statement)],
    })
}

/// A CHECK or foreign key is added NOT VALID, and validated later.
pub fn validated_later(step: &Step<'_>, located: &LocatedChange, added: &Added<'_>) -> Fix {
    let Added { span, name, .. } = added;
    if let Some(bound) = bound(located) {
        return bound;
    }
    let Change::AlterTable { target, action: TableAction::AddConstraint { constraint } } =
        &located.change.value
    else {
        return by_hand("the constraint stands beside a new column, where NOT VALID is refused");
    };
    let quoted = SQL.ident(name);
    let mut edits = Vec::new();
    if constraint.name.is_none() {
        let Some(behind) = behind_add(step, *span) else {
            return by_hand("its statement cannot be cut");
        };
        edits.push((Span { start: behind, end: behind }, format!(" CONSTRAINT {quoted}")));
    }
    edits.push((Span { start: span.end, end: span.end }, " NOT VALID".to_owned()));
    let validate = format!("{} VALIDATE CONSTRAINT {quoted}", alter_table(target));
    let pieces = vec![Piece::new("validate", validate)];
    Fix::Later { objects: vec![(*name).to_owned()], edits, pieces }
}

/// Where the word ADD ends, at which a sub-command begins.
fn behind_add(step: &Step<'_>, span: Span) -> Option<u32> {
    const ADD: &str = "ADD";
    let start = span.start.checked_sub(step.statement.span.start)? as usize;
    let word = step.statement.text.get(start..start + ADD.len())?;
    word.eq_ignore_ascii_case(ADD).then_some(span.start + ADD.len() as u32)
}

/// SET NOT NULL gets its proof first: the CHECK `check` is added here and validated later. `proof` is
/// a constraint that waits to be validated and would do. Not before version 12, which does not look
/// at either.
pub fn proved_not_null(
    step: &Step<'_>,
    located: &LocatedChange,
    column: &str,
    proof: Option<&str>,
    check: &str,
) -> Fix {
    if let Some(bound) = bound(located) {
        return bound;
    }
    let Change::AlterTable { target, .. } = &located.change.value else {
        return by_hand("it is no ALTER TABLE");
    };
    let (alter, place) = (alter_table(target), located.change.span);
    if let Some(proof) = proof {
        return Fix::ByHand(format!("to validate `{proof}` first is a change of its own"));
    }
    let table = step.before.resolve(&target.name);
    if step.before.seen_table(&table).is_some_and(|(_, it)| it.constraint(check).is_some()) {
        return Fix::ByHand(format!("there is a constraint `{check}` already"));
    }
    let (check_name, quoted) = (SQL.ident(check), SQL.ident(column));
    let add = format!("ADD CONSTRAINT {check_name} CHECK ({quoted} IS NOT NULL) NOT VALID");
    let pieces = vec![
        Piece::new("validate", format!("{alter} VALIDATE CONSTRAINT {check_name}")),
        Piece::new("require", format!("{alter} ALTER COLUMN {quoted} SET NOT NULL")),
        Piece::new("drop", format!("{alter} DROP CONSTRAINT {check_name}")),
    ];
    Fix::Later { objects: vec![check.to_owned()], edits: vec![(place, add)], pieces }
}

fn alter_table(target: &Target) -> String {
    let only = if target.only { "ONLY " } else { "" };
    let guard = if target.if_exists { "IF EXISTS " } else { "" };
    format!("ALTER TABLE {guard}{only}{}", SQL.name(&target.name))
}
