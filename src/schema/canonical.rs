//! A catalog as SQL, in one spelling: the same schema always gives the same text, and the text makes
//! the schema again on an empty database.
//!
//! What belongs to the whole server (roles, databases, tablespaces) is left out, as is what lives
//! for a session. Names are qualified; what stands in expressions and bodies is as it was written,
//! and its names are found on the search path that the text begins with.

mod constraint;
mod index;
mod object;
mod order;
mod remarks;
mod table;
mod types;
mod view;

use crate::dialect::Engine;
use crate::schema::catalog::{Catalog, Relation, Sequence};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::quote::Quote;
use crate::schema::types::DataType;
use order::Thing;
use std::collections::BTreeMap;

/// One object and the statements that make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The object, resolved; a constraint, trigger or policy stands behind its table.
    pub object: ObjectRef,
    /// Its statements, each with its semicolon, on lines of their own.
    pub sql: String,
}

impl Definition {
    fn new(kind: ObjectKind, name: &Name, sql: String) -> Self {
        Self { object: ObjectRef::new(kind, name.clone()), sql }
    }
}

/// The definitions of all objects, in an order in which they can be run: by kind and name, but each
/// behind what it needs.
pub fn definitions(catalog: &Catalog) -> Vec<Definition> {
    let writer = Writer::new(catalog);
    let mut pieces = Vec::new();
    pieces.extend(writer.objects(object::BEFORE_TYPES));
    pieces.extend(writer.types());
    pieces.extend(writer.sequences());
    pieces.extend(writer.objects(object::ROUTINES));
    pieces.extend(writer.objects(object::OF_ROUTINES));
    pieces.extend(writer.tables());
    pieces.extend(writer.late_constraints());
    pieces.extend(writer.views());
    pieces.extend(writer.objects(object::ON_RELATIONS));
    let mut all = order::sorted(pieces);
    all.extend(writer.owners());
    all.extend(writer.privileges());
    all.extend(writer.comments());
    all
}

/// An identifier or `schema.name` as SQL writes it, in quotes where it must.
pub fn quoted(engine: Engine, name: &Name) -> String {
    Quote::of(engine).name(name)
}

/// A type as SQL writes it: [`DataType`]'s own text, with quotes where its name must have them.
pub fn quoted_type(engine: Engine, ty: &DataType) -> String {
    Quote::of(engine).data_type(ty)
}

/// The catalog as one text.
pub fn sql(catalog: &Catalog) -> String {
    text(catalog, &definitions(catalog))
}

/// These definitions of the catalog as one text, with the settings that they rest on.
pub fn text(catalog: &Catalog, definitions: &[Definition]) -> String {
    let mut text = String::new();
    if catalog.engine() == Engine::Postgres {
        let is_routine = |it: &Definition| object::ROUTINES.contains(&it.object.kind);
        if definitions.iter().any(is_routine) {
            // A body may name what comes later.
            text.push_str("SET check_function_bodies = false;\n\n");
        }
        let schemas: Vec<String> = definitions
            .iter()
            .filter(|it| it.object.kind == ObjectKind::Schema)
            .map(|it| it.object.name.name.clone())
            .filter(|schema| schema != "public")
            .collect();
        if !schemas.is_empty() {
            let quote = Quote::of(catalog.engine());
            let path: Vec<String> = schemas.iter().map(|schema| quote.ident(schema)).collect();
            text.push_str(&format!("SET search_path = public, {};\n\n", path.join(", ")));
        }
    }
    for definition in definitions {
        text.push_str(&definition.sql);
        text.push_str("\n\n");
    }
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

struct Writer<'a> {
    catalog: &'a Catalog,
    quote: Quote,
    /// The sequences that each table's columns own.
    owned: BTreeMap<&'a Name, Vec<(&'a Name, &'a Sequence)>>,
}

impl<'a> Writer<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        let mut owned: BTreeMap<&Name, Vec<(&Name, &Sequence)>> = BTreeMap::new();
        for (name, relation) in &catalog.relations {
            if let Relation::Sequence(sequence) = relation
                && let Some((table, _)) = sequence.owner()
            {
                owned.entry(table).or_default().push((&**name, &**sequence));
            }
        }
        Self { catalog, quote: Quote::of(catalog.engine()), owned }
    }

    /// The sequences that a table's columns own.
    fn sequences_of(&self, table: &Name) -> &[(&'a Name, &'a Sequence)] {
        self.owned.get(table).map(Vec::as_slice).unwrap_or_default()
    }
    fn is(&self, engine: Engine) -> bool {
        self.catalog.engine() == engine
    }

    fn name(&self, name: &Name) -> String {
        self.quote.name(name)
    }

    fn ident(&self, word: &str) -> String {
        self.quote.ident(word)
    }

    fn idents(&self, words: &[String]) -> String {
        words.iter().map(|word| self.ident(word)).collect::<Vec<_>>().join(", ")
    }

    /// The user-made type or the relation that a type's name means.
    fn made_type(&self, ty: &DataType) -> Option<Name> {
        let name = self.catalog.resolve_type(&ty.name);
        if self.catalog.types.contains_key(&name) {
            return Some(name);
        }
        let name = self.catalog.resolve(&ty.name);
        let is_builtin = ty.name.schema.is_none() && ty.name.name.contains(' ');
        (!is_builtin && self.catalog.relations.contains_key(&name)).then_some(name)
    }

    /// A type as a column has it: one that somebody made is qualified.
    fn data_type(&self, ty: &DataType) -> String {
        match self.made_type(ty) {
            Some(name) if ty.arguments.is_empty() => {
                format!("{}{}", self.name(&name), "[]".repeat(ty.array_dimensions.into()))
            }
            _ => self.quote.data_type(ty),
        }
    }

    /// What a type needs.
    fn type_needs(&self, ty: &DataType) -> Option<Thing> {
        self.made_type(ty).map(Thing::Relation)
    }

    /// The routines that these names mean.
    fn routine_needs<'n>(&self, functions: impl IntoIterator<Item = &'n Name>) -> Vec<Thing> {
        let resolved = functions.into_iter().map(|it| self.catalog.resolve_by_routine(it));
        resolved.map(Thing::Routine).collect()
    }

    /// The relations, types and routines that words of a text may mean.
    fn text_needs(&self, text: &str) -> Vec<Thing> {
        let mut needs = Vec::new();
        for name in order::names_in(text) {
            let relation = self.catalog.resolve(&name);
            if self.catalog.relations.contains_key(&relation) {
                needs.push(Thing::Relation(relation));
            }
            let ty = self.catalog.resolve_type(&name);
            if self.catalog.types.contains_key(&ty) {
                needs.push(Thing::Relation(ty));
            }
            needs.push(Thing::Routine(self.catalog.resolve_by_routine(&name)));
        }
        needs
    }
}

/// A string literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `WITH (name = value, ...)` with a space before it; nothing where there is none.
fn with_options<'o>(options: impl Iterator<Item = (&'o String, &'o String)>) -> String {
    let options: Vec<String> = options
        .map(|(name, value)| match value.is_empty() {
            true => name.clone(),
            false => format!("{name} = {value}"),
        })
        .collect();
    match options.is_empty() {
        true => String::new(),
        false => format!(" WITH ({})", options.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::expr::unwrapped;

    #[test]
    fn parentheses_around_all_of_an_expression_say_nothing() {
        let cases = [
            ("((a > 0))", "a > 0"),
            ("(a) + (b)", "(a) + (b)"),
            ("(a = ')' or b)", "a = ')' or b"),
            ("f(a)", "f(a)"),
            ("()", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(unwrapped(text), expected, "{text}");
        }
    }
}
