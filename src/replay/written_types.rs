//! The types that a statement gives to something new: what rules about types look at.

use super::{DifferenceKind, Step};
use crate::finding::Subject;
use crate::schema::catalog::{Catalog, Relation};
use crate::schema::change::{Change, Column, TableAction, TypeDefinition};
use crate::schema::name::{Name, ObjectKind};
use crate::schema::table::TypeKind;
use crate::schema::types::DataType;
use crate::source::Span;

/// A type that was written for a new column, attribute or domain.
#[derive(Clone, Copy, Debug)]
pub struct WrittenType<'a> {
    /// The name of the column, attribute or domain by itself.
    pub name: &'a str,
    /// The type as it is written.
    pub ty: &'a DataType,
    /// The definition, where it is a column.
    pub column: Option<&'a Column>,
    /// Where it stands.
    pub span: Span,
    of: Of<'a>,
}

/// What has a type.
#[derive(Clone, Copy, Debug)]
enum Of<'a> {
    /// A column of this table.
    Column(&'a Name),
    /// An attribute of this type.
    Attribute(&'a Name),
    /// This domain.
    Domain(&'a Name),
}

impl WrittenType<'_> {
    /// What has the type.
    pub fn subject(&self) -> Subject {
        match self.of {
            Of::Column(table) => Subject::Column(table.clone(), self.name.to_owned()),
            Of::Attribute(ty) => Subject::Object("type", ty.to_string()),
            Of::Domain(domain) => Subject::Object("domain", domain.to_string()),
        }
    }

    /// That in words: `` `t.a` ``.
    pub fn words(&self) -> String {
        match self.of {
            Of::Column(table) => format!("`{table}.{}`", self.name),
            Of::Attribute(ty) => format!("attribute `{ty}.{}`", self.name),
            Of::Domain(domain) => format!("domain `{domain}`"),
        }
    }
}

impl<'a> Step<'a> {
    /// The types that this statement wrote for new columns, attributes of composite types and
    /// domains, as far as they came to be: a table that was there already gets none. Not where
    /// somebody else chose the type: foreign tables, copies of other tables, queries. Not what
    /// passes: temporary tables. Not what is told and not decided: dumps and baselines.
    pub fn written_types(&self) -> Vec<WrittenType<'a>> {
        if self.is_told() {
            return Vec::new();
        }
        let mut seen = None;
        let mut written = Vec::new();
        for difference in self.differences {
            // A parent's column comes to its children too.
            let repeated = seen == Some(difference.change);
            let Some(located) = self.statement.changes.get(difference.change) else { continue };
            let (object, span) = (&difference.object, difference.span);
            match (&difference.kind, &located.change.value) {
                (DifferenceKind::TableCreated, Change::CreateTable(table)) => {
                    let columns = table.columns.iter().map(|it| (&it.value, it.span));
                    written.extend(self.columns(&object.name, object.kind, columns));
                }
                (
                    DifferenceKind::ColumnAdded { .. },
                    Change::AlterTable { action: TableAction::AddColumn { column, .. }, .. },
                ) if !repeated => {
                    seen = Some(difference.change);
                    let column = [(&**column, span)].into_iter();
                    written.extend(self.columns(&object.name, object.kind, column));
                }
                (
                    DifferenceKind::ObjectCreated,
                    Change::CreateType { definition: TypeDefinition::Composite(list), .. },
                ) => written.extend(list.iter().map(|(name, ty)| WrittenType {
                    of: Of::Attribute(&object.name),
                    name,
                    ty,
                    column: None,
                    span,
                })),
                (DifferenceKind::ObjectCreated, Change::CreateDomain { name, ty, .. }) => {
                    written.push(WrittenType {
                        of: Of::Domain(&object.name),
                        name: &name.name,
                        ty,
                        column: None,
                        span,
                    });
                }
                _ => {}
            }
        }
        written
    }

    fn columns(
        &self,
        table: &'a Name,
        kind: ObjectKind,
        columns: impl Iterator<Item = (&'a Column, Span)>,
    ) -> Vec<WrittenType<'a>> {
        let temporary = match self.after.relations.get(table) {
            Some(Relation::Table(table)) => table.temporary,
            _ => false,
        };
        if temporary || kind == ObjectKind::ForeignTable {
            return Vec::new();
        }
        let typed = columns.filter_map(|(column, span)| {
            Some(WrittenType {
                of: Of::Column(table),
                name: &column.name,
                ty: column.ty.as_ref()?,
                column: Some(column),
                span,
            })
        });
        typed.collect()
    }
}

/// The type beneath a domain, as far as the domains are known; else the type itself.
pub fn base_type<'a>(catalog: &'a Catalog, ty: &'a DataType) -> &'a DataType {
    /// Statements that the server would refuse can make a circle of domains.
    const DEPTH_MAX: usize = 8;
    let mut base = ty;
    for _ in 0..DEPTH_MAX {
        match catalog.type_of(&base.name).seen().map(|found| &found.kind) {
            Some(TypeKind::Domain { ty, .. }) => base = ty,
            _ => break,
        }
    }
    base
}
