//! Sequences, and the columns that count with them.

use super::DifferenceKind as Kind;
use super::apply::Apply;
use super::names;
use crate::dialect::Engine;
use crate::schema::canonical::quoted;
use crate::schema::catalog::{Relation, Space, TEMPORARY_SCHEMA};
use crate::schema::change::{self, SequenceOptions};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind};
use crate::schema::table::Sequence;
use crate::schema::types::DataType;
use std::sync::Arc;

impl Apply {
    pub(super) fn create_sequence(
        &mut self,
        name: &Name,
        if_not_exists: bool,
        temporary: bool,
        options: &SequenceOptions,
    ) {
        let name = self.catalog.creation_name(name, temporary);
        if self.is_guarded(if_not_exists) && self.catalog.relations.contains_key(&name) {
            return;
        }
        let sequence = Sequence {
            origin: self.origin(Space::Relation, &name, !if_not_exists),
            temporary,
            options: self.resolve_owner(options),
            settings: Default::default(),
        };
        self.catalog.put(name.clone(), Relation::Sequence(Arc::new(sequence)));
        self.differ_table(&name, Kind::ObjectCreated);
    }

    pub(super) fn alter_sequence(
        &mut self,
        name: &Name,
        if_exists: bool,
        options: &SequenceOptions,
    ) {
        let Some(name) = self.finds(name, ObjectKind::Sequence, if_exists) else { return };
        let options = self.resolve_owner(options);
        if let Some(Relation::Sequence(sequence)) = self.catalog.relations.get_mut(&name) {
            let old = &mut Arc::make_mut(sequence).options;
            old.ty = options.ty.or(old.ty.take());
            old.owned_by = options.owned_by.or(old.owned_by.take());
            for (option, value) in options.settings {
                old.settings.retain(|(other, _)| *other != option);
                old.settings.push((option, value));
            }
        }
        self.differ_table(&name, Kind::ObjectChanged);
    }

    fn resolve_owner(&mut self, options: &SequenceOptions) -> SequenceOptions {
        let owned_by = options.owned_by.as_ref().map(|owner| {
            owner
                .as_ref()
                .map(|(table, column)| (self.needs(table, ObjectKind::Table), column.clone()))
        });
        SequenceOptions { owned_by, ..options.clone() }
    }

    /// Spells out `serial`, and makes the sequence behind it or behind an identity column.
    pub(super) fn expand(&mut self, table: &Name, column: &change::Column) -> change::Column {
        let mut column = column.clone();
        // The others count without a sequence, and know no such `serial`.
        if self.catalog.engine() != Engine::Postgres {
            return column;
        }
        let serial = column.ty.as_ref().and_then(DataType::serial_of);
        if let Some(integer) = serial {
            let options = SequenceOptions {
                ty: Some(DataType::named(integer)),
                ..SequenceOptions::default()
            };
            let sequence = self.own_sequence(table, &column.name, options);
            column.ty = Some(DataType::named(integer));
            column.not_null = true;
            column.default = Some(Expr {
                text: format!("nextval({}::regclass)", self.literal_of(&sequence)),
                functions: [Name::bare("nextval")].into(),
                ..Expr::default()
            });
        } else if let Some(identity) = &column.identity {
            let ty = identity.sequence.ty.clone().or_else(|| column.ty.clone());
            let options = SequenceOptions { ty, ..identity.sequence.clone() };
            self.own_sequence(table, &column.name.clone(), options);
            column.not_null = true;
        }
        column
    }

    /// Makes the sequence that a column owns; gives its name.
    pub(super) fn own_sequence(
        &mut self,
        table: &Name,
        column: &str,
        options: SequenceOptions,
    ) -> Name {
        let written = options.settings.iter().find(|(setting, _)| setting == "SEQUENCE NAME");
        let written = written.and_then(|(_, name)| Name::parsed(name.as_deref()?));
        let name = written.map_or_else(
            || names::relation_name(&self.catalog, table, Some(column), "seq", false),
            |written| written.name,
        );
        let name = Name { schema: table.schema.clone(), name };
        let sequence = Sequence {
            origin: self.origin(Space::Relation, &name, true),
            temporary: table.schema.as_deref() == Some(TEMPORARY_SCHEMA),
            options: SequenceOptions {
                owned_by: Some(Some((table.clone(), column.to_owned()))),
                ..options
            },
            settings: Default::default(),
        };
        self.catalog.put(name.clone(), Relation::Sequence(Arc::new(sequence)));
        name
    }

    /// A sequence's name as a string that `nextval` takes.
    fn literal_of(&self, sequence: &Name) -> String {
        let name = quoted(self.catalog.engine(), sequence);
        format!("'{}'", name.replace('\'', "''"))
    }

    /// Defaults go with their sequence; nothing is said of those of the table that goes.
    pub(super) fn drop_defaults_counting_with(&mut self, sequence: &Name, going: &Name) {
        for (table, column) in self.catalog.columns_counting_with(sequence) {
            if table != *going {
                self.drop_default(&table, column);
            }
        }
    }

    /// Defaults follow their sequence to its new name.
    pub(super) fn follow_sequence(&mut self, from: &Name, to: &Name) {
        let literal = self.literal_of(to);
        for (table, column) in self.catalog.columns_counting_with(from) {
            self.each_column(&[table], &column, |it| {
                if let Some(default) = &mut it.default
                    && let Some((before, rest)) = default.text.split_once('\'')
                    && let Some((_, after)) = rest.split_once('\'')
                {
                    default.text = format!("{before}{literal}{after}");
                }
            });
        }
    }

    /// Changes the sequence that an identity column counts with.
    pub(super) fn change_identity_sequence(
        &mut self,
        table: &Name,
        column: &str,
        change: impl Fn(&mut SequenceOptions),
    ) {
        let counts = self.catalog.column(table, column).seen();
        if counts.is_none_or(|it| it.definition.identity.is_none()) {
            return;
        }
        for name in self.owned_sequences(table, Some(column)) {
            if let Some(Relation::Sequence(sequence)) = self.catalog.relations.get_mut(&name) {
                change(&mut Arc::make_mut(sequence).options);
            }
        }
    }
}
