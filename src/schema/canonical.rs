//! A catalog as SQL, in one spelling: the same schema always gives the same text, and the text makes
//! the schema again.

mod quote;
mod table;

use crate::dialect::Engine;
use crate::schema::catalog::{Catalog, Relation};
use crate::schema::change::{CreateRoutine, SequenceOptions, TypeDefinition};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::{Object, Sequence, Type, TypeKind, View};
use crate::schema::types::DataType;
use quote::Quote;
use std::collections::BTreeSet;

/// One object and the statements that make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The object, resolved; an index, trigger or policy stands behind its table.
    pub object: ObjectRef,
    /// Its statements, each with its semicolon, on lines of their own.
    pub sql: String,
}

/// The definitions of all objects, in an order in which they can be run: schemas, extensions,
/// types, sequences, routines, tables with their indexes, foreign keys, views, triggers, policies.
pub fn definitions(catalog: &Catalog) -> Vec<Definition> {
    let writer = Writer { catalog, quote: Quote::of(catalog.engine()) };
    let mut all = Vec::new();
    all.extend(writer.objects(|kind| matches!(kind, ObjectKind::Schema)));
    all.extend(writer.objects(|kind| matches!(kind, ObjectKind::Extension)));
    all.extend(catalog.types.iter().filter_map(|(name, ty)| writer.ty(name, ty)));
    all.extend(writer.sequences());
    all.extend(writer.objects(is_routine));
    all.extend(writer.tables());
    all.extend(writer.foreign_keys());
    all.extend(writer.views());
    all.extend(writer.objects(|kind| {
        !is_routine(kind) && !matches!(kind, ObjectKind::Schema | ObjectKind::Extension)
    }));
    all.extend(writer.comments());
    all
}

fn is_routine(kind: ObjectKind) -> bool {
    use ObjectKind::{Aggregate, Function, Procedure, Routine};
    matches!(kind, Function | Procedure | Routine | Aggregate)
}

struct Writer<'a> {
    catalog: &'a Catalog,
    quote: Quote,
}

impl Writer<'_> {
    fn name(&self, name: &Name) -> String {
        self.quote.name(name)
    }

    fn ident(&self, word: &str) -> String {
        self.quote.ident(word)
    }

    fn idents(&self, words: &[String]) -> String {
        words.iter().map(|word| self.ident(word)).collect::<Vec<_>>().join(", ")
    }

    /// A type as a column has it: one that somebody made is qualified.
    fn data_type(&self, ty: &DataType) -> String {
        let name = self.catalog.resolve_type(&ty.name);
        match self.catalog.types.contains_key(&name) {
            true => format!("{}{}", self.name(&name), "[]".repeat(ty.array_dimensions.into())),
            false => ty.to_string(),
        }
    }

    fn ty(&self, name: &Name, ty: &Type) -> Option<Definition> {
        let quoted = self.name(name);
        let (kind, mut sql) = match &ty.kind {
            TypeKind::Unknown => return None,
            TypeKind::Type(definition) => {
                let body = match definition {
                    TypeDefinition::Enum(labels) => {
                        let labels: Vec<String> = labels.iter().map(|it| literal(it)).collect();
                        format!(" AS ENUM (\n    {}\n)", labels.join(",\n    "))
                    }
                    TypeDefinition::Composite(fields) => {
                        let field = |(name, ty): &(String, DataType)| {
                            format!("{} {}", self.ident(name), self.data_type(ty))
                        };
                        let fields: Vec<String> = fields.iter().map(field).collect();
                        format!(" AS (\n    {}\n)", fields.join(",\n    "))
                    }
                    TypeDefinition::Range(options) => format!(" AS RANGE {options}"),
                    TypeDefinition::Base(options) => format!(" {options}"),
                    TypeDefinition::Shell => String::new(),
                };
                (ObjectKind::Type, format!("CREATE TYPE {quoted}{body};"))
            }
            TypeKind::Domain { ty, default, constraints } => {
                let mut sql = format!("CREATE DOMAIN {quoted} AS {}", self.data_type(ty));
                if let Some(default) = default {
                    sql.push_str(&format!(" DEFAULT {}", default.text));
                }
                for constraint in constraints {
                    sql.push_str(&format!("\n    {}", self.constraint(constraint)));
                }
                (ObjectKind::Domain, format!("{sql};"))
            }
        };
        for alteration in &ty.alterations {
            let words = kind.words().to_ascii_uppercase();
            sql.push_str(&format!("\nALTER {words} {quoted} {alteration};"));
        }
        Some(Definition { object: ObjectRef::new(kind, name.clone()), sql })
    }

    /// The sequences that no identity column makes for itself.
    fn sequences(&self) -> Vec<Definition> {
        let sequences = self.catalog.relations.iter().filter_map(|(name, relation)| {
            let Relation::Sequence(sequence) = relation else { return None };
            let identity = sequence.owner().is_some_and(|(table, column)| {
                let found = self.catalog.column(table, column).seen();
                found.is_some_and(|found| found.definition.identity.is_some())
            });
            (!identity && !sequence.temporary).then(|| self.sequence(name, sequence))
        });
        sequences.collect()
    }

    fn sequence(&self, name: &Name, sequence: &Sequence) -> Definition {
        let options = sequence_options(&sequence.options);
        let object = ObjectRef::new(ObjectKind::Sequence, name.clone());
        Definition { object, sql: format!("CREATE SEQUENCE {}{options};", self.name(name)) }
    }

    /// Views, each behind those that it reads.
    fn views(&self) -> Vec<Definition> {
        let mut written: BTreeSet<&Name> = BTreeSet::new();
        let mut left: Vec<(&Name, &View)> =
            self.catalog.views().filter(|(_, view)| !view.temporary).collect();
        let mut all = Vec::new();
        while !left.is_empty() {
            let waits = |view: &View, left: &[(&Name, &View)], written: &BTreeSet<&Name>| {
                let unwritten = |read: &Name| {
                    !written.contains(read) && left.iter().any(|(name, _)| *name == read)
                };
                view.reads.iter().any(unwritten)
            };
            let (mut ready, mut rest) = (Vec::new(), Vec::new());
            for (name, view) in &left {
                match waits(view, &left, &written) {
                    true => rest.push((*name, *view)),
                    false => ready.push((*name, *view)),
                }
            }
            if ready.is_empty() {
                // A circle: no server would take it, but nothing is left out.
                std::mem::swap(&mut ready, &mut rest);
            }
            written.extend(ready.iter().map(|(name, _)| *name));
            all.extend(ready.iter().flat_map(|(name, view)| self.view(name, view)));
            left = rest;
        }
        all
    }

    fn view(&self, name: &Name, view: &View) -> Vec<Definition> {
        let kind = match view.materialized {
            true => ObjectKind::MaterializedView,
            false => ObjectKind::View,
        };
        let columns = match view.columns.is_empty() {
            true => String::new(),
            false => format!(" ({})", self.idents(&view.columns)),
        };
        let data = if view.materialized && !view.populated { "\nWITH NO DATA" } else { "" };
        let options: Vec<String> =
            view.options.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let options = match options.is_empty() {
            true => String::new(),
            false => format!(" WITH ({})", options.join(", ")),
        };
        let words = kind.words().to_ascii_uppercase();
        let quoted = self.name(name);
        let query = &view.query.text;
        let sql = format!("CREATE {words} {quoted}{columns}{options} AS\n{query}{data};");
        let mut all = vec![Definition { object: ObjectRef::new(kind, name.clone()), sql }];
        all.extend(self.indexes(name));
        all
    }

    /// Objects without a definition of their own in the catalog.
    fn objects(&self, of: impl Fn(ObjectKind) -> bool) -> Vec<Definition> {
        let objects = self.catalog.objects.iter().filter(|(key, _)| of(key.kind));
        objects.map(|(key, object)| self.object(key, object)).collect()
    }

    fn object(&self, key: &ObjectRef, object: &Object) -> Definition {
        let words = key.kind.words().to_ascii_uppercase();
        let name = match &key.part {
            Some(part) => self.ident(part),
            None => self.name(&key.name),
        };
        let sql = match &object.routine {
            Some(routine) => self.routine(&name, routine),
            None => {
                let rest = behind_name(&object.definition);
                let space = if rest.is_empty() { "" } else { " " };
                format!("CREATE {words} {name}{space}{rest};")
            }
        };
        let on = key.part.as_ref().map(|_| format!(" ON {}", self.name(&key.name)));
        let altered = object.alterations.iter().map(|alteration| {
            format!("\nALTER {words} {name}{} {alteration};", on.as_deref().unwrap_or(""))
        });
        Definition { object: key.clone(), sql: sql + &altered.collect::<String>() }
    }

    fn routine(&self, name: &str, routine: &CreateRoutine) -> String {
        let words = routine.kind.words().to_ascii_uppercase();
        let mut sql = format!("CREATE {words} {name}({})", routine.arguments);
        if let Some(returns) = &routine.returns {
            sql.push_str(&format!("\n    RETURNS {returns}"));
        }
        if let Some(language) = &routine.language {
            sql.push_str(&format!("\n    LANGUAGE {language}"));
        }
        if let Some(volatility) = &routine.volatility {
            sql.push_str(&format!("\n    {}", volatility.to_ascii_uppercase()));
        }
        if routine.security_definer {
            sql.push_str("\n    SECURITY DEFINER");
        }
        if let Some(body) = &routine.body {
            // A tag that the body does not hold.
            let mut tag = String::new();
            while body.contains(&format!("${tag}$")) {
                tag.push('_');
            }
            sql.push_str(&format!("\nAS ${tag}${body}${tag}$"));
        }
        sql + ";"
    }

    fn comments(&self) -> Vec<Definition> {
        let comments = self.catalog.comments.iter().map(|(object, text)| {
            let words = object.kind.words().to_ascii_uppercase();
            let name = match (&object.part, object.kind) {
                (Some(part), ObjectKind::Column) => {
                    format!("{}.{}", self.name(&object.name), self.ident(part))
                }
                (Some(part), _) => format!("{} ON {}", self.ident(part), self.name(&object.name)),
                (None, _) => self.name(&object.name),
            };
            let arguments = object.arguments.as_ref().map(|it| format!("({it})"));
            let arguments = arguments.unwrap_or_default();
            let sql = format!("COMMENT ON {words} {name}{arguments} IS {};", literal(text));
            Definition { object: object.clone(), sql }
        });
        comments.collect()
    }
}

/// A definition without the name that it begins with: the object may have another one by now.
fn behind_name(definition: &str) -> &str {
    let mut quoted = false;
    let end = definition.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        !quoted && !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '"'))
    });
    definition.get(end.map_or(definition.len(), |(at, _)| at)..).unwrap_or("").trim()
}

/// The options of a sequence that were written, with a space before each.
fn sequence_options(options: &SequenceOptions) -> String {
    let ty = options.ty.as_ref().filter(|ty| !ty.is("bigint")).map(|ty| format!(" AS {ty}"));
    let settings = options.settings.iter().map(|(name, value)| match value {
        Some(value) => format!(" {} {value}", name.to_ascii_uppercase()),
        None => format!(" {}", name.to_ascii_uppercase()),
    });
    ty.into_iter().chain(settings).collect()
}

/// A string literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The catalog as one text.
pub fn sql(catalog: &Catalog) -> String {
    let all = definitions(catalog);
    let bodies = all.iter().any(|it| is_routine(it.object.kind));
    let mut text = String::new();
    if bodies && catalog.engine() == Engine::Postgres {
        // A body may name what comes later.
        text.push_str("SET check_function_bodies = false;\n\n");
    }
    for definition in all {
        text.push_str(&definition.sql);
        text.push_str("\n\n");
    }
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
