//! Views, sequences, types, routines, and the objects that the catalog keeps as text.

use super::table::sequence_options;
use super::{Attribute, Item, Items, rank_of};
use crate::dialect::Engine;
use crate::schema::canonical;
use crate::schema::catalog::{Catalog, Relation, TEMPORARY_SCHEMA, View};
use crate::schema::change::{ConstraintKind, CreateRoutine, Parameter, TypeDefinition};
use crate::schema::diff::spelling::{self, Context};
use crate::schema::name::{Name, ObjectKind as Kind, ObjectRef};
use crate::schema::table::{Type, TypeKind};
use crate::schema::types::canonical as canonical_type;
use std::collections::BTreeSet;

impl Items<'_> {
    pub(super) fn objects(&mut self) {
        let catalog = self.catalog;
        for (name, relation) in &catalog.relations {
            match relation {
                _ if relation.origin().birth.is_none() => {}
                Relation::View(view) if !view.temporary => self.view(name, view),
                // One that a column owns is said with its column.
                Relation::Sequence(it) if !it.temporary && it.owner().is_none() => {
                    let object = ObjectRef::new(Kind::Sequence, (**name).clone());
                    let mut all = Vec::new();
                    let ty = it.options.ty.as_ref().filter(|ty| !ty.is("bigint"));
                    all.extend(ty.map(|ty| Attribute::new("type", "AS", self.data_type(ty))));
                    let options = sequence_options(&it.options);
                    if !options.is_empty() {
                        all.push(Attribute::new("options", "", options));
                    }
                    all.extend(self.remarks(&object));
                    self.whole(object, all);
                }
                _ => {}
            }
        }
        for (name, ty) in &catalog.types {
            self.ty(name, ty);
        }
        self.schemas();
        for definition in canonical::definitions(&without_relations(catalog)) {
            // What is said about objects stands there too, and is no object.
            if definition.sql.starts_with("CREATE") {
                self.other(&definition.object, &definition.sql);
            }
        }
    }

    /// The schemas that something stands in: who made them says nothing.
    fn schemas(&mut self) {
        let named = |kind: Kind| !matches!(kind, Kind::Extension | Kind::Role);
        let inside = self.found.values().filter(|item| named(item.object.kind));
        let inside: BTreeSet<String> =
            inside.filter_map(|item| item.object.name.schema.clone()).collect();
        let made = inside.into_iter().filter(|it| it != "public" && it != TEMPORARY_SCHEMA);
        for schema in made.filter(|_| self.engine() == Engine::Postgres).collect::<Vec<_>>() {
            let object = ObjectRef::new(Kind::Schema, Name::bare(schema));
            let remarks = self.remarks(&object);
            self.whole(object, remarks);
        }
    }

    fn view(&mut self, name: &Name, view: &View) {
        let kind = if view.materialized { Kind::MaterializedView } else { Kind::View };
        let object = ObjectRef::new(kind, name.clone());
        // A column that one of the relations alone has needs no name before it.
        let tables: Option<Vec<_>> =
            view.reads.iter().map(|it| self.catalog.seen_table(it)).collect();
        let says_nothing = |relation: &str, column: &str| {
            let mut owners = tables.iter().flatten();
            owners.all(|(name, table)| {
                let is_it = name.name == relation;
                table.whole && (table.column(column.trim_matches('"')).is_some() == is_it)
            }) && tables.is_some()
        };
        let is_text = |column: &str| view.reads.iter().any(|it| is_text(self.catalog, it, column));
        let context =
            Context { engine: self.engine(), is_text: &is_text, says_nothing: &says_nothing };
        let text = view.query.text.trim();
        let columns = match view.columns.is_empty() {
            true => String::new(),
            false => format!("({}) ", self.idents(&view.columns)),
        };
        let same = spelling::query(text, &view.columns, context);
        let mut all = vec![Attribute::new("query", "AS", format!("{columns}{text}")).same(same)];
        let options: Vec<String> =
            view.options.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        if !options.is_empty() {
            let value = options.join(", ");
            let same = value.to_lowercase().replace('\'', "");
            all.push(Attribute::new("settings", "WITH", value).same(same));
        }
        all.extend(self.remarks(&object));
        self.whole(object.clone(), all);
        self.indexes(&object);
    }

    fn ty(&mut self, name: &Name, ty: &Type) {
        let mut all = Vec::new();
        let mut kind = Kind::Type;
        match &ty.kind {
            TypeKind::Unknown => return,
            TypeKind::Type(TypeDefinition::Enum(labels)) => {
                let labels: Vec<String> =
                    labels.iter().map(|it| format!("'{}'", it.replace('\'', "''"))).collect();
                all.push(Attribute::new("labels", "ENUM", format!("({})", labels.join(", "))));
            }
            TypeKind::Type(TypeDefinition::Composite(fields)) => {
                let field = |(name, ty): &(String, _)| {
                    format!("{} {}", self.ident(name), self.data_type(ty))
                };
                let fields: Vec<String> = fields.iter().map(field).collect();
                all.push(Attribute::new("attributes", "", format!("({})", fields.join(", "))));
            }
            TypeKind::Type(TypeDefinition::Range(text)) => {
                all.push(self.expression("range", "RANGE", text, self.context()));
            }
            TypeKind::Type(TypeDefinition::Base(text)) => {
                all.push(self.expression("base", "", text, self.context()));
            }
            TypeKind::Type(TypeDefinition::Shell) => {}
            TypeKind::Domain { ty, default, constraints } => {
                kind = Kind::Domain;
                all.push(Attribute::new("type", "", self.data_type(ty)));
                if let Some(default) = default {
                    let form = spelling::default(&default.text, Some(ty), self.context());
                    all.extend(form.map(|same| {
                        Attribute::new("default", "DEFAULT", &default.text).same(same)
                    }));
                }
                let mut checks = Vec::new();
                for constraint in constraints {
                    match &constraint.kind {
                        ConstraintKind::Check(expr) => {
                            let is_text = |column: &str| column == "value";
                            let context = Context { is_text: &is_text, ..self.context() };
                            checks.push(self.expression("check", "CHECK", &expr.text, context));
                        }
                        _ => all.push(Attribute::flag("not_null", "NOT NULL")),
                    }
                }
                checks.sort_by(|one, other| one.same.cmp(&other.same));
                if !checks.is_empty() {
                    let joined = |pick: fn(&Attribute) -> &String| {
                        checks.iter().map(|it| pick(it).as_str()).collect::<Vec<_>>().join(" AND ")
                    };
                    let same = joined(|it| &it.same);
                    all.push(Attribute::new("check", "CHECK", joined(|it| &it.value)).same(same));
                }
            }
        }
        if !ty.alterations.is_empty() {
            all.push(Attribute::new("alterations", "ALTER", ty.alterations.join("; ")));
        }
        let object = ObjectRef::new(kind, name.clone());
        all.extend(self.remarks(&object));
        self.whole(object, all);
    }

    /// An object that has no type of its own in the catalog.
    fn other(&mut self, object: &ObjectRef, sql: &str) {
        if object.kind.is_relation()
            || matches!(object.kind, Kind::Constraint | Kind::Type | Kind::Domain)
            || (object.kind == Kind::Extension && object.name.name == "plpgsql")
        {
            return;
        }
        let catalog = self.catalog;
        let routine = catalog.objects.get(object).and_then(|it| it.routine.as_ref());
        let mut all = match (routine, object.kind) {
            (Some(routine), _) => self.routine(routine),
            // Where it is put and its version are the server's own matter.
            (None, Kind::Extension | Kind::Schema) => Vec::new(),
            (None, _) => {
                let shown = sql.trim_start_matches("CREATE ").trim_end_matches(';');
                let words = object.kind.words().to_uppercase();
                let name = self.ident(object.part.as_deref().unwrap_or(&object.name.name));
                let shown = shown.strip_prefix(&format!("{words} {name} ")).unwrap_or(shown);
                let is_text = |column: &str| is_text(catalog, &object.name, column);
                let says_nothing = |relation: &str, _: &str| relation == object.name.name;
                let context = Context {
                    engine: self.engine(),
                    is_text: &is_text,
                    says_nothing: &says_nothing,
                };
                let form = spelling::one_form(sql, context);
                vec![
                    Attribute::new("definition", "", shown)
                        .same(without_defaults(object.kind, form)),
                ]
            }
        };
        // A dump comments on extensions by itself.
        if object.kind != Kind::Extension {
            all.extend(self.remarks(object));
        }
        match &object.part {
            Some(part) => {
                let relation = catalog.relations.get(&object.name);
                let kind = relation.map_or(Kind::Table, Relation::kind);
                let group = ObjectRef::new(kind, object.name.clone());
                let words = object.kind.words();
                let item = Item {
                    object: object.clone(),
                    name: self.ident(part),
                    place: 0,
                    attributes: all,
                    kind: words.clone(),
                };
                self.part(&group, rank_of(&words), true, item);
            }
            None if object.name.schema.as_deref() == Some(TEMPORARY_SCHEMA) => {}
            None => {
                // A type on the search path is the same with its schema.
                let arguments = object.arguments.as_ref().map(|it| it.replace("public.", ""));
                self.whole(ObjectRef { arguments, ..object.clone() }, all);
            }
        }
    }

    fn routine(&self, routine: &CreateRoutine) -> Vec<Attribute> {
        let parameter = |it: &Parameter| {
            let mode = it.mode.as_ref().filter(|mode| *mode != "IN").cloned();
            let words = [mode, it.name.clone(), Some(it.ty.clone())].into_iter().flatten();
            let default = it.default.as_ref().map(|it| format!("DEFAULT {it}"));
            words.chain(default).collect::<Vec<_>>().join(" ")
        };
        let mut all = Vec::new();
        let parameters: Vec<String> = routine.parameters.iter().map(parameter).collect();
        let value = format!("({})", parameters.join(", "));
        let same = self.types_in(&value);
        all.push(Attribute::new("parameters", "", value).same(same));
        if let Some(returns) = &routine.returns {
            let same = self.types_in(returns);
            all.push(Attribute::new("returns", "RETURNS", returns).same(same));
        }
        if let Some(language) = &routine.language {
            all.push(Attribute::new("language", "LANGUAGE", language));
        }
        if let Some(volatility) = routine.volatility.as_ref().filter(|it| *it != "VOLATILE") {
            all.push(Attribute::new("volatility", "", volatility));
        }
        if routine.security_definer {
            all.push(Attribute::flag("security_definer", "SECURITY DEFINER"));
        }
        let mut options: Vec<String> = routine.options.iter().map(|it| it.to_lowercase()).collect();
        // What holds without a word (manual, "CREATE FUNCTION").
        options.retain(|it| !["cost 100", "rows 1000"].contains(&it.as_str()));
        options.sort();
        if !options.is_empty() {
            let same = options.join(" ").replace(" to ", " = ").replace(['\'', '"'], "");
            all.push(Attribute::new("options", "", options.join(" ")).same(same));
        }
        if let Some(body) = &routine.body {
            let same = match routine.atomic {
                true => spelling::one_form(body, self.context()),
                // Where lines begin says nothing in these.
                false if matches!(routine.language.as_deref(), Some("sql" | "plpgsql")) => {
                    let lines = body.split('\n').map(str::trim).filter(|line| !line.is_empty());
                    lines.collect::<Vec<_>>().join("\n")
                }
                false => body.trim().replace("\r\n", "\n"),
            };
            all.push(Attribute::new("body", "AS", body.trim()).same(same));
        }
        all
    }

    /// A text with one spelling for each type in it.
    fn types_in(&self, text: &str) -> String {
        let words = [("timestamp", "timestamptz"), ("time", "timetz")].iter().fold(
            spelling::one_form(text, self.context()),
            |words, (plain, zoned)| {
                words
                    .replace(&format!("{plain} with time zone"), zoned)
                    .replace(&format!("{plain} without time zone"), plain)
            },
        );
        let word = |word: &str| canonical_type(self.engine(), word).to_owned();
        words.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }
}

/// A catalog with the relations alone that other objects stand on, and no remarks: what tables and
/// views are is compared part by part.
fn without_relations(catalog: &Catalog) -> Catalog {
    let on: BTreeSet<&Name> =
        catalog.objects.keys().filter(|key| key.part.is_some()).map(|key| &key.name).collect();
    let mut rest = catalog.clone();
    let stays = catalog.relations.iter().filter(|(name, _)| on.contains(&***name));
    rest.relations = stays.map(|(name, it)| (name.clone(), it.clone())).collect();
    rest.comments.clear();
    rest.owners.clear();
    rest.privileges.clear();
    rest
}

fn is_text(catalog: &Catalog, relation: &Name, column: &str) -> bool {
    let name = column.rsplit('.').next().unwrap_or(column);
    let found = catalog.seen_table(relation).and_then(|(_, found)| found.column(name));
    let ty = found.and_then(|it| it.definition.ty.as_ref());
    ty.is_some_and(|ty| ["character varying", "character"].contains(&ty.name.name.as_str()))
}

/// A definition in one spelling without what holds anyway, and with a trigger's events in order.
fn without_defaults(kind: Kind, form: String) -> String {
    match kind {
        Kind::Trigger => {
            let form = form
                .replace(" execute procedure ", " execute function ")
                .replace(" for row ", " for each row ")
                .replace(" for each statement ", " ");
            let Some((before, rest)) = form.split_once('(') else { return form };
            let Some((events, after)) = rest.split_once(')') else { return form };
            if !events.contains(" or ") {
                return form;
            }
            let mut events: Vec<&str> = events.split(" or ").collect();
            events.sort_unstable();
            format!("{before}({}){after}", events.join(" or "))
        }
        Kind::Policy => [" as permissive", " for all", " to public"]
            .iter()
            .fold(form, |form, default| form.replacen(default, "", 1)),
        _ => form,
    }
}
