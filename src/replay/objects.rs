//! Views, types, sequences, and all objects that the catalog keeps as text.

use super::DifferenceKind as Kind;
use super::apply::Apply;
use super::names::{Renaming, mentions};
use super::renames::{is_on_relation, moved};
use crate::schema::catalog::{Object, Relation, Space, Type, View};
use crate::schema::change::Constraint;
use crate::schema::change::{CreateRoutine, CreateView, TypeDefinition};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::{Origin, TypeKind};
use crate::schema::types::DataType;
use crate::source::Located;
use std::sync::Arc;

impl Apply {
    pub(super) fn create_view(&mut self, create: &CreateView) {
        let name = self.catalog.creation_name(&create.name, create.temporary);
        let exists = self.catalog.relations.contains_key(&name);
        if exists && (create.if_not_exists || (!create.or_replace && self.is_guarded(false))) {
            return;
        }
        let plain = !create.or_replace && !create.if_not_exists;
        let mut origin = self.origin(Space::Relation, &name, plain);
        if let Some(old) = self.catalog.relations.get(&name).filter(|_| create.or_replace) {
            origin.birth = old.origin().birth;
        }
        // The view now is as written, whatever it was.
        origin.assumed &= !create.or_replace;
        let view = View {
            origin,
            materialized: create.materialized,
            temporary: create.temporary,
            columns: create.columns.clone(),
            query: create.query.clone(),
            reads: create.query.relations.iter().map(|name| self.catalog.resolve(name)).collect(),
            indexes: Default::default(),
            populated: create.with_data,
            options: create.options.iter().cloned().collect(),
        };
        self.catalog.put(name.clone(), Relation::View(Arc::new(view)));
        let changed = exists && create.or_replace;
        self.differ_table(&name, if changed { Kind::ObjectChanged } else { Kind::ObjectCreated });
    }

    pub(super) fn create_type(&mut self, name: &Name, definition: &TypeDefinition) {
        let name = self.catalog.creation_name(name, false);
        let kind = TypeKind::Type(definition.clone());
        self.put_type(name, ObjectKind::Type, kind);
    }

    pub(super) fn create_domain(
        &mut self,
        name: &Name,
        ty: &DataType,
        default: Option<&Expr>,
        constraints: &[Located<Constraint>],
    ) {
        let name = self.catalog.creation_name(name, false);
        let kind = TypeKind::Domain {
            ty: ty.clone(),
            default: default.cloned(),
            constraints: constraints.iter().map(|constraint| constraint.value.clone()).collect(),
        };
        self.put_type(name, ObjectKind::Domain, kind);
    }

    fn put_type(&mut self, name: Name, object: ObjectKind, kind: TypeKind) {
        if self.is_guarded(false) && self.catalog.types.contains_key(&name) {
            return;
        }
        let origin = self.origin(Space::Type, &name, true);
        self.catalog.gone.remove(&(Space::Type, name.clone()));
        let ty = Type { origin, kind, alterations: Vec::new() };
        self.catalog.types.insert(name.clone(), Arc::new(ty));
        self.differ(ObjectRef::new(object, name), Kind::ObjectCreated);
    }

    /// A type that a statement works on, to change it; one that nobody saw is assumed.
    fn needs_type(&mut self, name: &Name) -> Name {
        let name = self.catalog.resolve_type(name);
        if self.catalog.type_of(&name).is_absent() {
            self.miss(ObjectRef::new(ObjectKind::Type, name.clone()));
        }
        if !self.catalog.types.contains_key(&name) {
            let origin = Origin { birth: None, confirmed: self.catalog.tick, assumed: true };
            let ty = Type { origin, kind: TypeKind::Unknown, alterations: Vec::new() };
            self.catalog.types.insert(name.clone(), Arc::new(ty));
        }
        name
    }

    fn labels_mut(&mut self, name: &Name) -> Option<&mut Vec<String>> {
        match self.catalog.types.get_mut(name).map(|ty| &mut Arc::make_mut(ty).kind) {
            Some(TypeKind::Type(TypeDefinition::Enum(labels))) => Some(labels),
            _ => None,
        }
    }

    pub(super) fn add_enum_value(
        &mut self,
        name: &Name,
        value: &str,
        if_not_exists: bool,
        position: Option<&(bool, String)>,
    ) {
        let name = self.needs_type(name);
        if let Some(labels) = self.labels_mut(&name) {
            if labels.iter().any(|label| label == value) {
                if if_not_exists {
                    return;
                }
            } else {
                let at = position.and_then(|(before, neighbour)| {
                    let at = labels.iter().position(|label| label == neighbour)?;
                    Some(if *before { at } else { at + 1 })
                });
                labels.insert(at.unwrap_or(labels.len()), value.to_owned());
            }
        }
        self.differ(ObjectRef::new(ObjectKind::Type, name), Kind::ObjectChanged);
    }

    pub(super) fn rename_enum_value(&mut self, name: &Name, from: &str, to: &str) {
        let name = self.needs_type(name);
        if let Some(labels) = self.labels_mut(&name) {
            for label in labels.iter_mut().filter(|label| *label == from) {
                *label = to.to_owned();
            }
        }
        // A default is the value, whatever it is called.
        let literal = |label: &str| format!("'{}'", label.replace('\'', "''"));
        let (from, to) = (literal(from), literal(to));
        for (table, column) in self.catalog.columns_of_type(&name) {
            self.each_column(&[table], &column, |it| {
                if let Some(default) = &mut it.default
                    && let Some(rest) = default.text.strip_prefix(&from)
                    && (rest.is_empty() || rest.starts_with("::"))
                {
                    default.text = format!("{to}{rest}");
                }
            });
        }
        self.differ(ObjectRef::new(ObjectKind::Type, name), Kind::ObjectChanged);
    }

    pub(super) fn create_routine(&mut self, routine: &CreateRoutine) {
        let name = self.catalog.creation_name(&routine.name, false);
        let key = ObjectRef {
            arguments: Some(routine.arguments.clone()),
            ..ObjectRef::new(routine.kind, name)
        };
        let object = Object {
            origin: self.object_origin(&key, !routine.or_replace),
            on: None,
            definition: routine.body.clone().unwrap_or_default(),
            alterations: Vec::new(),
            routine: Some(Arc::new(routine.clone())),
        };
        self.put_object(key, object, routine.or_replace);
    }

    pub(super) fn create_object(
        &mut self,
        object: &ObjectRef,
        replaces: bool,
        if_not_exists: bool,
        on: Option<&Name>,
        definition: &str,
    ) {
        let mut key = match on.or(object.part.as_ref().map(|_| &object.name)) {
            Some(on) if object.part.is_some() => {
                let kind = ObjectKind::Table;
                ObjectRef { name: self.needs(on, kind), ..object.clone() }
            }
            _ => self.catalog.resolve_object(object),
        };
        if object.kind == ObjectKind::Schema {
            key.name = Name::bare(object.name.name.clone());
        }
        if self.is_guarded(if_not_exists) && self.catalog.objects.contains_key(&key) {
            return;
        }
        let on = on.map(|on| self.catalog.resolve(on));
        let object = Object {
            origin: self.object_origin(&key, !replaces),
            on,
            definition: definition.to_owned(),
            alterations: Vec::new(),
            routine: None,
        };
        self.put_object(key, object, replaces);
    }

    fn object_origin(&self, key: &ObjectRef, plain: bool) -> Origin {
        let free = self.start.object(key).is_absent();
        Origin {
            birth: Some(self.birth(free || (plain && !self.start.objects.contains_key(key)))),
            confirmed: self.catalog.tick,
            assumed: false,
        }
    }

    fn put_object(&mut self, key: ObjectRef, object: Object, replaces: bool) {
        let old = self.catalog.objects.insert(key.clone(), Arc::new(object));
        let changed = old.is_some() && replaces;
        self.differ(key, if changed { Kind::ObjectChanged } else { Kind::ObjectCreated });
    }

    pub(super) fn rename_object(&mut self, object: &ObjectRef, to: &str, if_exists: bool) {
        if let (ObjectKind::Index, Some(index)) = (object.kind, &object.part) {
            return self.rename_table_index(&object.name, index, to);
        }
        if object.kind.is_relation() {
            let Some(name) = self.finds(&object.name, object.kind, if_exists) else { return };
            let to = Name { schema: name.schema.clone(), name: to.to_owned() };
            return self.rename_and_tell(&name, &to);
        }
        if object.kind == ObjectKind::Schema {
            return self.rename_schema(object, to);
        }
        let to_name = |name: &Name| Name { schema: name.schema.clone(), name: to.to_owned() };
        match object.kind {
            ObjectKind::Type | ObjectKind::Domain if object.part.is_none() => {
                let name = self.needs_type(&object.name);
                let to = to_name(&name);
                self.put_type_under(&name, &to);
                let object = ObjectRef { name, ..object.clone() };
                self.differ(object, Kind::ObjectRenamed { to });
            }
            _ => {
                let keys = self.keys_of(object);
                for key in &keys {
                    self.rename_in_triggers(key, to);
                    let mut new = key.clone();
                    match &mut new.part {
                        Some(part) => {
                            *part = to.to_owned();
                            self.move_state(key, Some(to));
                        }
                        None => new.name.name = to.to_owned(),
                    }
                    self.put_object_under(key, &new);
                }
                let object = self.catalog.resolve_object(object);
                let to = to_name(&object.name);
                self.differ(object, Kind::ObjectRenamed { to });
            }
        }
    }

    /// Puts a type under another name, in the columns that have it too.
    fn put_type_under(&mut self, from: &Name, to: &Name) {
        let new_name = self.is_new_name(Space::Type, to, true);
        let columns = self.catalog.columns_of_type(from);
        let Some(mut ty) = self.catalog.types.remove(from) else { return };
        if let Some(birth) = &mut Arc::make_mut(&mut ty).origin.birth {
            birth.unused &= new_name;
        }
        self.catalog.gone.insert((Space::Type, from.clone()), self.catalog.tick);
        self.catalog.gone.remove(&(Space::Type, to.clone()));
        self.catalog.types.insert(to.clone(), ty);
        if from.name != to.name {
            self.rename_type_in_signatures(&from.name, &to.name);
        }
        for (table, column) in columns {
            let column = self.catalog.table_mut(&table).and_then(|it| it.column_mut(&column));
            if let Some(ty) = column.and_then(|column| column.definition.ty.as_mut()) {
                ty.name = match ty.name.schema {
                    Some(_) => to.clone(),
                    None if from.schema == to.schema => Name::bare(to.name.clone()),
                    None => to.clone(),
                };
            }
        }
        self.rekey(|key| {
            let is_type = matches!(key.kind, ObjectKind::Type | ObjectKind::Domain);
            (is_type && key.name == *from).then(|| to.clone())
        });
    }

    /// Triggers run a function under the name that it has now.
    fn rename_in_triggers(&mut self, routine: &ObjectRef, to: &str) {
        if routine.kind != ObjectKind::Function {
            return;
        }
        let renaming = Renaming::new(self.catalog.engine(), &routine.name.name, to);
        let from = ObjectRef::new(ObjectKind::Trigger, Name::default());
        let triggers = self.catalog.objects.range(from..);
        let triggers = triggers.take_while(|(key, _)| key.kind == ObjectKind::Trigger);
        let keys: Vec<ObjectRef> = triggers.map(|(key, _)| key.clone()).collect();
        for key in keys {
            let Some(object) = self.catalog.objects.get_mut(&key) else { continue };
            let Some((before, call)) = object.definition.split_once(" execute ") else { continue };
            let definition = format!("{before} execute {}", renaming.in_text(call));
            if definition != object.definition {
                Arc::make_mut(object).definition = definition;
            }
        }
    }

    /// Routines, casts and operators take and give a type under the name that it has now.
    fn rename_type_in_signatures(&mut self, from: &str, to: &str) {
        let renaming = Renaming::new(self.catalog.engine(), from, to);
        let says = |key: &ObjectRef, object: &Object| match &object.routine {
            Some(routine) => {
                routine.parameters.iter().any(|it| mentions(&it.ty, from))
                    || routine.returns.as_ref().is_some_and(|it| mentions(it, from))
            }
            None => {
                matches!(key.kind, ObjectKind::Cast | ObjectKind::Operator | ObjectKind::Aggregate)
                    && mentions(&object.definition, from)
            }
        };
        let commented = self.catalog.comments.keys().filter(|key| {
            key.kind == ObjectKind::Operator
                && key.arguments.as_ref().is_some_and(|it| mentions(it, from))
        });
        for key in commented.cloned().collect::<Vec<_>>() {
            let arguments = key.arguments.as_ref().map(|it| renaming.in_text(it));
            let new = ObjectRef { arguments, ..key.clone() };
            if let Some(text) = self.catalog.comments.remove(&key) {
                self.catalog.comments.insert(new, text);
            }
        }
        let objects = self.catalog.objects.iter().filter(|(key, object)| says(key, object));
        let keys: Vec<ObjectRef> = objects.map(|(key, _)| key.clone()).collect();
        for key in keys {
            let mut new = key.clone();
            new.arguments = key.arguments.as_ref().map(|it| renaming.in_text(it));
            if key.kind == ObjectKind::Cast {
                new.name.name = renaming.in_text(&key.name.name);
            }
            self.put_object_under(&key, &new);
            let Some(object) = self.catalog.objects.get_mut(&new) else { continue };
            let object = Arc::make_mut(object);
            match &mut object.routine {
                Some(routine) => {
                    let routine = Arc::make_mut(routine);
                    routine.arguments = renaming.in_text(&routine.arguments);
                    for parameter in &mut routine.parameters {
                        parameter.ty = renaming.in_text(&parameter.ty);
                    }
                    routine.returns = routine.returns.as_ref().map(|it| renaming.in_text(it));
                }
                None => object.definition = renaming.in_text(&object.definition),
            }
        }
    }

    fn put_object_under(&mut self, from: &ObjectRef, to: &ObjectRef) {
        if let Some(object) = self.catalog.objects.remove(from) {
            self.catalog.objects.insert(to.clone(), object);
        }
        if let Some(text) = self.catalog.comments.remove(from) {
            self.catalog.comments.insert(to.clone(), text);
        }
        if let Some(owner) = self.catalog.owners.remove(from) {
            self.catalog.owners.insert(to.clone(), owner);
        }
    }

    fn rename_schema(&mut self, object: &ObjectRef, to: &str) {
        let from = &object.name.name;
        let relations: Vec<(Name, Name)> = self
            .catalog
            .relations
            .keys()
            .filter_map(|name| Some(((**name).clone(), moved(name, from, to)?)))
            .collect();
        for (old, new) in relations {
            // A table takes its indexes and sequences along.
            if self.catalog.relations.contains_key(&old) {
                self.rename_relation(&old, &new);
            }
        }
        let types: Vec<(Name, Name)> = self
            .catalog
            .types
            .keys()
            .filter_map(|name| Some((name.clone(), moved(name, from, to)?)))
            .collect();
        for (old, new) in types {
            self.put_type_under(&old, &new);
        }
        self.rekey(|key| match key.kind {
            ObjectKind::Schema => (key.name.name == *from).then(|| Name::bare(to)),
            _ => moved(&key.name, from, to),
        });
        self.differ(object.clone(), Kind::ObjectRenamed { to: Name::bare(to) });
    }

    pub(super) fn move_object(&mut self, object: &ObjectRef, schema: &str) {
        if object.kind.is_relation() {
            let name = self.needs(&object.name, object.kind);
            let to = Name::qualified(schema, name.name.clone());
            return self.rename_and_tell(&name, &to);
        }
        if matches!(object.kind, ObjectKind::Type | ObjectKind::Domain) {
            let name = self.needs_type(&object.name);
            let to = Name::qualified(schema, name.name.clone());
            self.put_type_under(&name, &to);
            return self.differ(ObjectRef { name, ..object.clone() }, Kind::ObjectRenamed { to });
        }
        for key in self.keys_of(object) {
            let to = Name::qualified(schema, key.name.name.clone());
            // An extension keeps its name, which has no schema.
            if key.name.schema.is_some() {
                self.put_object_under(&key, &ObjectRef { name: to, ..key.clone() });
            }
        }
        let object = self.catalog.resolve_object(object);
        let to = Name::qualified(schema, object.name.name.clone());
        self.differ(object, Kind::ObjectRenamed { to });
    }

    pub(super) fn set_owner(&mut self, object: &ObjectRef, owner: &str) {
        let key = self.key_of_remark(object);
        self.catalog.owners.insert(key.clone(), owner.to_owned());
        self.differ(key, Kind::ObjectChanged);
    }

    pub(super) fn alter_object(&mut self, object: &ObjectRef, if_exists: bool, action: &str) {
        match object.kind {
            ObjectKind::Type | ObjectKind::Domain => {
                if self.is_guarded(if_exists) && self.catalog.type_of(&object.name).is_absent() {
                    return;
                }
                let name = self.needs_type(&object.name);
                if let Some(ty) = self.catalog.types.get_mut(&name) {
                    Arc::make_mut(ty).alterations.push(action.to_owned());
                }
                self.differ(ObjectRef { name, ..object.clone() }, Kind::ObjectChanged);
            }
            _ => {
                if self.is_guarded(if_exists) && self.catalog.object(object).is_absent() {
                    return;
                }
                for key in self.keys_of(object) {
                    if let Some(found) = self.catalog.objects.get_mut(&key) {
                        Arc::make_mut(found).alterations.push(action.to_owned());
                    }
                }
                let key = self.catalog.resolve_object(object);
                self.differ(key, Kind::ObjectChanged);
            }
        }
    }

    /// The object that a remark is on: a routine's key has its arguments, however they were spelled.
    pub(super) fn key_of_remark(&self, object: &ObjectRef) -> ObjectRef {
        let mut keys = self.keys_of(object);
        let found = keys.pop().unwrap_or_else(|| self.catalog.resolve_object(object));
        // An operator is created without a list of its types.
        let arguments = found.arguments.or_else(|| object.arguments.clone());
        ObjectRef { arguments, ..found }
    }

    pub(super) fn comment(&mut self, object: &ObjectRef, text: Option<&str>) {
        if is_on_relation(object) && self.catalog.type_of(&object.name).is_absent() {
            self.needs(
                &object.name,
                if object.part.is_some() { ObjectKind::Table } else { object.kind },
            );
        }
        let key = self.key_of_remark(object);
        match text {
            Some(text) => self.catalog.comments.insert(key.clone(), text.to_owned()),
            None => self.catalog.comments.remove(&key),
        };
        self.differ(key, Kind::ObjectChanged);
    }
}
