//! What depends on an object: views that read it, foreign keys that refer to it, columns of its
//! type, and what names it: routines, triggers, policies, rules.

use super::{Difference, Named};
use crate::schema::canonical::quoted;
use crate::schema::catalog::Catalog;
use crate::schema::change::ConstraintKind;
use crate::schema::name::{Name, ObjectKind as Kind, ObjectRef};
use crate::sql::words::words;
use std::collections::{BTreeMap, BTreeSet};

/// Attributes that nothing depends on.
const BESIDE: &[&str] =
    &["comment", "owner", "settings", "default", "not_null", "replica_identity"];

/// Something that depends on others.
struct Dependent {
    named: Named,
    /// What it belongs to: the table of a foreign key or trigger.
    home: Option<Name>,
    /// The names in its text.
    words: BTreeSet<String>,
    /// Whether it takes all columns of what it reads.
    takes_all: bool,
}

/// What depends on what in a catalog.
pub(super) struct Dependents<'a> {
    catalog: &'a Catalog,
    all: Vec<Dependent>,
    /// By relation or type.
    by_name: BTreeMap<Name, Vec<usize>>,
    /// By a word in its text.
    by_word: BTreeMap<String, Vec<usize>>,
}

impl<'a> Dependents<'a> {
    pub fn of(catalog: &'a Catalog) -> Self {
        let mut dependents =
            Self { catalog, all: Vec::new(), by_name: BTreeMap::new(), by_word: BTreeMap::new() };
        dependents.views();
        dependents.tables();
        dependents.texts();
        dependents
    }

    fn add(&mut self, dependent: Dependent, on: &[Name]) {
        let index = self.all.len();
        for name in on {
            self.by_name.entry(name.clone()).or_default().push(index);
        }
        self.all.push(dependent);
    }

    fn named(&self, object: ObjectRef, kind: &str) -> Named {
        let table = quoted(self.catalog.engine(), &object.name);
        let name = match &object.part {
            Some(part) => {
                format!("{table}.{}", quoted(self.catalog.engine(), &Name::bare(part.clone())))
            }
            None => table,
        };
        Named { object, kind: kind.to_owned(), name }
    }

    fn views(&mut self) {
        for (name, view) in self.catalog.views() {
            let text = &view.query.text;
            let kind = if view.materialized { Kind::MaterializedView } else { Kind::View };
            let object = ObjectRef::new(kind, name.clone());
            let dependent = Dependent {
                named: self.named(object, &kind.words()),
                home: None,
                words: words(text, self.catalog.engine(), false).names,
                takes_all: text.contains("select *") || text.contains(".*"),
            };
            let functions = view.query.functions.iter();
            let functions = functions.map(|it| self.catalog.resolve_by_routine(it));
            let on: Vec<Name> = view.reads.iter().cloned().chain(functions).collect();
            self.add(dependent, &on);
        }
    }

    fn tables(&mut self) {
        for (name, table) in self.catalog.tables() {
            for constraint in &table.constraints {
                let ConstraintKind::ForeignKey(key) = &constraint.kind else { continue };
                let part = constraint.name.clone().unwrap_or_default();
                let object = ObjectRef::part(Kind::Constraint, name.clone(), part);
                let target = self.catalog.seen_table(&key.references);
                let columns = match key.referenced_columns.as_slice() {
                    [] => target
                        .and_then(|(_, it)| it.primary_key())
                        .map(|(_, key)| key.columns.clone())
                        .unwrap_or_default(),
                    written => written.to_vec(),
                };
                let dependent = Dependent {
                    named: self.named(object, "foreign key"),
                    home: Some(name.clone()),
                    words: columns.into_iter().collect(),
                    takes_all: false,
                };
                self.add(dependent, std::slice::from_ref(&key.references));
            }
            for column in &table.columns {
                let Some(ty) = &column.definition.ty else { continue };
                let ty = self.catalog.resolve_type(&ty.name);
                if self.catalog.types.contains_key(&ty) {
                    let part = column.definition.name.clone();
                    let object = ObjectRef::part(Kind::Column, name.clone(), part);
                    let dependent = Dependent {
                        named: self.named(object, "column"),
                        home: None,
                        words: BTreeSet::new(),
                        takes_all: false,
                    };
                    self.add(dependent, &[ty]);
                }
            }
        }
    }

    /// What only its text tells.
    fn texts(&mut self) {
        let catalog = self.catalog;
        for (key, object) in &catalog.objects {
            let text = match (&object.routine, key.kind) {
                (Some(routine), _) => routine.body.as_deref(),
                (None, Kind::Trigger | Kind::Policy | Kind::Rule) => Some(&*object.definition),
                _ => None,
            };
            let Some(text) = text else { continue };
            let words = words(text, catalog.engine(), false).names;
            let index = self.all.len();
            for word in &words {
                self.by_word.entry(word.clone()).or_default().push(index);
            }
            let home = key.part.as_ref().map(|_| key.name.clone());
            let named = self.named(key.clone(), &key.kind.words());
            self.all.push(Dependent { named, home, words, takes_all: false });
        }
    }

    /// What depends on the object of a difference, each once, in the order of the catalog.
    pub fn on(&self, difference: &Difference) -> Vec<Named> {
        let object = &difference.of.object;
        let matters = difference.said.is_empty()
            || difference.said.iter().any(|said| !BESIDE.contains(&said.name));
        let asked = matches!(
            object.kind,
            Kind::Table
                | Kind::ForeignTable
                | Kind::View
                | Kind::MaterializedView
                | Kind::Column
                | Kind::Sequence
                | Kind::Type
                | Kind::Domain
                | Kind::Function
                | Kind::Procedure
                | Kind::Aggregate
        );
        let is_head_of_changed =
            object.kind == Kind::Table && difference.verb == super::Verb::Changed;
        if !asked || !matters || is_head_of_changed || difference.of.kind == "privilege" {
            return Vec::new();
        }
        let none = Vec::new();
        let named = self.by_name.get(&object.name).unwrap_or(&none);
        let worded = self.by_word.get(&object.name.name).unwrap_or(&none);
        let column = object.part.as_deref();
        let found: BTreeSet<usize> = named.iter().chain(worded).copied().collect();
        let found = found.into_iter().filter_map(|index| self.all.get(index));
        let found = found.filter(|it| {
            let uses = column.is_none_or(|column| it.takes_all || it.words.contains(column));
            let own = it.home.as_ref() == Some(&object.name) && column.is_none();
            uses && !own && it.named.object != *object
        });
        let mut found: Vec<Named> = found.map(|it| it.named.clone()).collect();
        if let (Some(column), Kind::Column) = (column, object.kind) {
            // A trigger or policy of the table itself may name the column without the table.
            let own = self.by_word.get(column).unwrap_or(&none).iter();
            let own = own.filter_map(|index| self.all.get(*index));
            let own = own.filter(|it| it.home.as_ref() == Some(&object.name));
            for dependent in own {
                if !found.contains(&dependent.named) {
                    found.push(dependent.named.clone());
                }
            }
        }
        found
    }
}
