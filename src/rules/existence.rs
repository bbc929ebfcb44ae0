//! What a statement needs to be there, or not to be there, as far as the catalog shows it for certain.

use crate::finding::{Subject, listed};
use crate::replay::Step;
use crate::rules::replaced::Refused;
use crate::schema::change::{Change, ConstraintKind, ForeignKey, TableAction};
use crate::schema::name::{Name, ObjectKind};

/// A name that is taken, or that nothing has.
pub fn refused(step: &Step<'_>, change: &Change) -> Option<Refused> {
    match change {
        Change::CreateTable(table) if !table.if_not_exists => {
            taken(step, &step.before.creation_name(&table.name, table.temporary))
        }
        Change::CreateView(view) if !view.if_not_exists && !view.or_replace => {
            taken(step, &step.before.creation_name(&view.name, view.temporary))
        }
        Change::CreateIndex(create) => {
            let table = step.before.resolve(&create.table);
            if is_gone(step, &table) {
                return Some(missing(&table, "relation"));
            }
            let name = create.name.as_ref().filter(|_| !create.if_not_exists)?;
            taken(step, &Name { schema: table.schema, name: name.clone() })
        }
        Change::AlterTable { target, action } => {
            let table = step.before.resolve(&target.name);
            let altered = matches!(target.kind, ObjectKind::Table | ObjectKind::View);
            if altered && !target.if_exists && is_gone(step, &table) {
                return Some(missing(&table, "relation"));
            }
            let is_table = step.before.table(&table).known().is_some();
            is_table.then(|| of_table(step, &table, action)).flatten()
        }
        Change::Drop { object, if_exists: false, .. } => {
            let name = step.before.resolve_object(object).name;
            let relation = object.kind.is_relation() && is_gone(step, &name);
            relation.then(|| missing(&name, &object.kind.words()))
        }
        _ => None,
    }
}

/// Whether what other migrations did counts: a folder of SQL files that no framework runs may hold a
/// schema as it is now beside the way to it, or files for different databases.
fn is_ordered(step: &Step<'_>) -> bool {
    step.migration.migration.runner.framework != "plain" && !step.is_told()
}

/// A relation that was dropped or renamed away.
fn is_gone(step: &Step<'_>, name: &Name) -> bool {
    step.before.relation(name).is_absent()
        && (is_ordered(step) || step.start.relation(name).known().is_some())
}

fn missing(name: &Name, kind: &str) -> Refused {
    Refused {
        subject: Subject::Table(name.clone()),
        message: format!("this: there is no {kind} `{name}` any more (\"{kind} does not exist\")"),
        help: "write the name that it has by then, or leave the statement out",
    }
}

fn taken(step: &Step<'_>, name: &Name) -> Option<Refused> {
    let found = step.before.relation(name).known()?;
    let birth = found.origin().birth.filter(|birth| birth.certain)?;
    (is_ordered(step) || birth.migration == Some(step.index)).then(|| Refused {
        subject: Subject::Table(name.clone()),
        message: format!(
            "to create `{name}`: a {} of that name exists (\"relation already exists\")",
            found.kind().words()
        ),
        help: "use another name; or drop or rename what has this one before it",
    })
}

/// What a sub-command needs of a table that is known.
fn of_table(step: &Step<'_>, table: &Name, action: &TableAction) -> Option<Refused> {
    use TableAction as Action;
    match action {
        Action::AddColumn { column, if_not_exists: false, .. } => {
            let there = step.before.column(table, &column.name).known()?;
            let freed = changes(step).any(|other| match other {
                Action::DropColumn { column: gone, .. } => *gone == column.name,
                _ => false,
            });
            let certain = there.birth.is_some_and(|birth| {
                birth.certain && (is_ordered(step) || birth.migration == Some(step.index))
            });
            (certain && !freed).then(|| Refused {
                subject: Subject::Column(table.clone(), column.name.clone()),
                message: format!(
                    "to add `{table}.{}`, which exists (\"column already exists\")",
                    column.name
                ),
                help: "leave it out, or use another name",
            })
        }
        Action::RenameColumn { from: column, .. }
        | Action::AlterType { column, .. }
        | Action::SetNullable { column, .. }
        | Action::SetDefault { column, .. }
        | Action::AddIdentity { column, .. }
        | Action::DropColumn { column, if_exists: false, .. } => {
            let added = changes(step).any(|other| match other {
                Action::AddColumn { column: new, .. } => new.name == *column,
                _ => false,
            });
            let gone = step.before.column(table, column).is_absent()
                && (is_ordered(step) || step.start.column(table, column).known().is_some());
            (gone && !added).then(|| Refused {
                subject: Subject::Column(table.clone(), column.clone()),
                message: format!(
                    "this: `{table}` has no column `{column}` (\"column does not exist\")"
                ),
                help: "write the name that it has by then, or leave the statement out",
            })
        }
        Action::AddConstraint { constraint } => {
            let name = constraint.name.as_ref()?;
            step.before.constraint(table, name).known().filter(|_| is_ordered(step))?;
            let freed = changes(step).any(|other| match other {
                Action::DropConstraint { name: gone, .. } => gone == name,
                _ => false,
            });
            (!freed).then(|| Refused {
                subject: Subject::Object("constraint", format!("{table}.{name}")),
                message: format!("to add `{name}` to `{table}`, which has a constraint of that name (\"constraint already exists\")"),
                help: "use another name; or drop what has this one before it",
            })
        }
        _ => None,
    }
}

fn changes<'a>(step: &'a Step<'_>) -> impl Iterator<Item = &'a TableAction> {
    step.statement.changes.iter().filter_map(|located| match &located.change.value {
        Change::AlterTable { action, .. } => Some(action),
        _ => None,
    })
}

/// A foreign key whose columns no unique key of the other table has.
pub fn without_key(step: &Step<'_>, key: &ForeignKey) -> Option<String> {
    let table = step.after.shape(&key.references).known()?;
    let other = &key.references;
    if table.partition_of.is_some() || !table.parents.is_empty() {
        return None;
    }
    if key.referenced_columns.is_empty() {
        return table.primary_key().is_none().then(|| {
            format!(
                "`{other}` has no primary key (\"there is no primary key for referenced table\")"
            )
        });
    }
    let same = |columns: &mut dyn Iterator<Item = Option<&str>>| {
        let columns: Vec<Option<&str>> = columns.collect();
        columns.len() == key.referenced_columns.len()
            && key.referenced_columns.iter().all(|it| columns.contains(&Some(it.as_str())))
    };
    let constrained = table.constraints.iter().any(|it| match &it.kind {
        ConstraintKind::PrimaryKey(own) | ConstraintKind::Unique(own) => {
            same(&mut own.columns.iter().map(|it| Some(it.as_str())))
        }
        _ => false,
    });
    let indexed = step.after.indexes_of(other).any(|(_, index)| {
        index.unique
            && index.predicate.is_none()
            && same(&mut index.keys.iter().map(|key| key.column.as_deref()))
    });
    let names: Vec<&str> = key.referenced_columns.iter().map(String::as_str).collect();
    (!constrained && !indexed).then(|| {
        format!(
            "`{other}` has no unique key on {} (\"there is no unique constraint matching given keys\")",
            listed(&names)
        )
    })
}
