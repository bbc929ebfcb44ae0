//! Types, domains and sequences.

use super::order::{Piece, Thing};
use super::{Definition, Writer, literal};
use crate::schema::catalog::{Relation, Sequence};
use crate::schema::change::{ConstraintKind, SequenceOptions, TypeDefinition};
use crate::schema::expr::Expr;
use crate::schema::expr::unwrapped;
use crate::schema::name::{Name, ObjectKind};
use crate::schema::table::{Type, TypeKind};
use crate::schema::types::DataType;

impl Writer<'_> {
    pub(super) fn types(&self) -> Vec<Piece> {
        self.catalog.types.iter().filter_map(|(name, ty)| self.ty(name, ty)).collect()
    }

    fn ty(&self, name: &Name, ty: &Type) -> Option<Piece> {
        let (kind, mut sql, mut needs) = match &ty.kind {
            TypeKind::Unknown => return None,
            TypeKind::Type(definition) => {
                let (body, needs) = self.type_body(definition);
                (ObjectKind::Type, format!("CREATE TYPE {}{body};", self.name(name)), needs)
            }
            TypeKind::Domain { ty, default, constraints } => {
                let mut sql =
                    format!("CREATE DOMAIN {} AS {}", self.name(name), self.data_type(ty));
                let mut needs: Vec<Thing> = self.type_needs(ty).into_iter().collect();
                if let Some(default) = default {
                    sql.push_str(&format!(" DEFAULT {}", default.text));
                    needs.extend(self.routine_needs(&default.functions));
                }
                for constraint in constraints {
                    let named = constraint.name.as_ref();
                    let named = named.map(|it| format!("CONSTRAINT {} ", self.ident(it)));
                    let kind = match &constraint.kind {
                        ConstraintKind::Check(Expr { text, functions, .. }) => {
                            needs.extend(self.routine_needs(functions));
                            format!("CHECK ({})", unwrapped(text))
                        }
                        _ => "NOT NULL".to_owned(),
                    };
                    sql.push_str(&format!("\n    {}{kind}", named.unwrap_or_default()));
                }
                (ObjectKind::Domain, format!("{sql};"), needs)
            }
        };
        for alteration in &ty.alterations {
            let words = kind.words().to_ascii_uppercase();
            sql.push_str(&format!("\nALTER {words} {} {alteration};", self.name(name)));
            needs.extend(self.text_needs(alteration));
        }
        let makes = Thing::Relation(name.clone());
        needs.retain(|thing| *thing != makes);
        let definitions = vec![Definition::new(kind, name, sql)];
        Some(Piece { definitions, makes: Some(makes), needs })
    }

    fn type_body(&self, definition: &TypeDefinition) -> (String, Vec<Thing>) {
        match definition {
            TypeDefinition::Enum(labels) if labels.is_empty() => (" AS ENUM ()".to_owned(), vec![]),
            TypeDefinition::Enum(labels) => {
                let labels: Vec<String> = labels.iter().map(|it| literal(it)).collect();
                (format!(" AS ENUM (\n    {}\n)", labels.join(",\n    ")), Vec::new())
            }
            TypeDefinition::Composite(fields) => {
                let field = |(name, ty): &(String, DataType)| {
                    format!("{} {}", self.ident(name), self.data_type(ty))
                };
                let needs = fields.iter().filter_map(|(_, ty)| self.type_needs(ty)).collect();
                let fields: Vec<String> = fields.iter().map(field).collect();
                (format!(" AS (\n    {}\n)", fields.join(",\n    ")), needs)
            }
            TypeDefinition::Range(options) => {
                (format!(" AS RANGE ({options})"), self.text_needs(options))
            }
            TypeDefinition::Base(options) => (format!(" ({options})"), self.text_needs(options)),
            TypeDefinition::Shell => (String::new(), Vec::new()),
        }
    }

    /// The sequences that no identity column makes for itself.
    pub(super) fn sequences(&self) -> Vec<Piece> {
        let sequences = self.catalog.relations.iter().filter_map(|(name, relation)| {
            let Relation::Sequence(sequence) = relation else { return None };
            let shown = !sequence.temporary
                && sequence.origin.birth.is_some()
                && !self.is_of_identity(sequence);
            shown.then(|| self.sequence(name, sequence))
        });
        sequences.collect()
    }

    /// Whether it counts for an identity column, which makes it by itself.
    fn is_of_identity(&self, sequence: &Sequence) -> bool {
        sequence.owner().is_some_and(|(table, column)| {
            let found = self.catalog.seen_table(table).and_then(|(_, it)| it.column(column));
            found.is_some_and(|found| found.definition.identity.is_some())
        })
    }

    fn sequence(&self, name: &Name, sequence: &Sequence) -> Piece {
        let unlogged = sequence.options.settings.iter().any(|(name, _)| name == "UNLOGGED");
        let unlogged = if unlogged { "UNLOGGED " } else { "" };
        let options = self.sequence_options(&sequence.options, "bigint");
        let sql = format!("CREATE {unlogged}SEQUENCE {}{options};", self.name(name));
        Piece {
            definitions: vec![Definition::new(ObjectKind::Sequence, name, sql)],
            makes: Some(Thing::Relation(name.clone())),
            needs: Vec::new(),
        }
    }

    /// The options of a sequence that differ from what holds without them, with a space before each.
    pub(super) fn sequence_options(&self, options: &SequenceOptions, ty: &str) -> String {
        let written = options.ty.as_ref().filter(|it| !it.is(ty));
        let mut sql: String =
            written.map(|it| format!(" AS {}", self.data_type(it))).unwrap_or_default();
        let max = SequenceOptions::largest(written.map_or(ty, |it| it.name.name.as_str()));
        for (name, value) in options.in_force() {
            let default = match (name, value) {
                ("INCREMENT" | "CACHE" | "MINVALUE", Some("1")) => true,
                ("START", Some("1")) => !sql.contains("MINVALUE") && !sql.contains("INCREMENT -"),
                ("MAXVALUE", Some(value)) => value == max,
                ("RESTART" | "LOGGED" | "UNLOGGED" | "SEQUENCE NAME", _) => true,
                _ => false,
            };
            match value {
                _ if default => {}
                Some(value) => sql.push_str(&format!(" {name} {value}")),
                None => sql.push_str(&format!(" {name}")),
            }
        }
        sql
    }
}
