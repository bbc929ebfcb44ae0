//! A catalog as a flat list of objects and what is said of each: what two catalogs are compared by.

mod object;
mod table;

use super::spelling::{self, Context};
use crate::dialect::Engine;
use crate::schema::canonical::{quoted, quoted_type};
use crate::schema::catalog::{Catalog, TEMPORARY_SCHEMA};
use crate::schema::name::{Name, ObjectKind as Kind, ObjectRef};
use crate::schema::types::DataType;
use std::collections::BTreeMap;

/// Where an object stands among the others; two of one key are the same object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Kinds in the order in which reports have them.
    order: u8,
    /// The object that it belongs to, or itself.
    pub group: ObjectRef,
    /// Where it stands in its group.
    rank: u8,
    /// Its name, or what is the same under any name.
    id: String,
}

impl Key {
    /// The key of the object that this one belongs to.
    pub fn head(&self) -> Self {
        Self { rank: 0, id: String::new(), ..self.clone() }
    }

    /// Where it stands, but for its place among those of its rank.
    pub fn group_order(&self) -> (u8, ObjectRef, u8) {
        (self.order, self.group.clone(), self.rank)
    }
}

/// An object.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// What it is; of a privilege, on what.
    pub object: ObjectRef,
    /// The kind in words.
    pub kind: String,
    /// Its own name, as SQL writes it.
    pub name: String,
    /// Its place among those of its rank: columns stand as their table has them.
    pub place: usize,
    /// What is said of it, in the order in which SQL says it.
    pub attributes: Vec<Attribute>,
}

/// One thing that is said of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    /// What it is, as JSON calls it.
    pub name: &'static str,
    /// The words before its value.
    pub lead: &'static str,
    /// Its value as SQL writes it; empty where the words say all.
    pub value: String,
    /// What is equal where it means the same.
    pub same: String,
}

impl Attribute {
    fn new(name: &'static str, lead: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        Self { name, lead, same: value.clone(), value }
    }

    fn flag(name: &'static str, lead: &'static str) -> Self {
        Self::new(name, lead, "")
    }

    fn same(self, same: impl Into<String>) -> Self {
        Self { same: same.into(), ..self }
    }
}

/// How catalogs are compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Constraints and indexes are the same where they say the same under another name.
    pub ignore_names: bool,
    /// The second catalog comes from the first by statements that were replayed: what only it has,
    /// they made.
    pub replayed: bool,
}

/// Where objects go while a catalog is read.
pub(super) struct Items<'a> {
    catalog: &'a Catalog,
    options: Options,
    found: BTreeMap<Key, Item>,
}

/// All objects of a catalog.
pub(super) fn items(catalog: &Catalog, options: Options) -> BTreeMap<Key, Item> {
    let mut items = Items { catalog, options, found: BTreeMap::new() };
    items.tables();
    items.objects();
    items.privileges();
    items.found
}

impl Items<'_> {
    fn engine(&self) -> Engine {
        self.catalog.engine()
    }

    fn name(&self, name: &Name) -> String {
        quoted(self.engine(), name)
    }

    fn ident(&self, word: &str) -> String {
        quoted(self.engine(), &Name::bare(word))
    }

    fn idents(&self, words: &[String]) -> String {
        words.iter().map(|word| self.ident(word)).collect::<Vec<_>>().join(", ")
    }

    /// A type with the schema of one that somebody made.
    fn data_type(&self, ty: &DataType) -> String {
        let name = self.catalog.resolve_type(&ty.name);
        let dimensions = match self.engine() {
            // PostgreSQL keeps only whether there is any.
            Engine::Postgres => ty.array_dimensions.min(1),
            _ => ty.array_dimensions,
        };
        match self.catalog.types.contains_key(&name) {
            true => format!("{}{}", self.name(&name), "[]".repeat(dimensions.into())),
            false => {
                let ty = DataType { array_dimensions: dimensions, ..ty.clone() };
                quoted_type(self.engine(), &ty)
            }
        }
    }

    /// An attribute whose value is an expression or a query.
    fn expression(
        &self,
        name: &'static str,
        lead: &'static str,
        text: &str,
        context: Context<'_>,
    ) -> Attribute {
        Attribute::new(name, lead, text).same(spelling::one_form(text, context))
    }

    fn context(&self) -> Context<'static> {
        Context::plain(self.engine())
    }

    /// What is said about any object.
    fn remarks(&self, object: &ObjectRef) -> Vec<Attribute> {
        let owner = self.catalog.owners.get(object);
        let owner = owner.map(|owner| Attribute::new("owner", "OWNER", self.ident(owner)));
        let comment = self.catalog.comments.get(object);
        let comment = comment.map(|text| {
            Attribute::new("comment", "COMMENT", format!("'{}'", text.replace('\'', "''")))
        });
        owner.into_iter().chain(comment).collect()
    }

    /// Adds an object that belongs to none.
    fn whole(&mut self, object: ObjectRef, attributes: Vec<Attribute>) {
        let arguments = object.arguments.as_ref().map(|it| format!("({it})")).unwrap_or_default();
        let item = Item {
            kind: object.kind.words(),
            name: format!("{}{arguments}", self.name(&object.name)),
            place: 0,
            attributes,
            object: object.clone(),
        };
        let key = Key { order: order(object.kind), group: object, rank: 0, id: String::new() };
        self.found.entry(key).or_insert(item);
    }

    /// Adds a part of another object; where names count for nothing, one that says the same counts
    /// as the same.
    fn part(&mut self, group: &ObjectRef, rank: u8, named: bool, item: Item) {
        let shape = |item: &Item| {
            let said = item.attributes.iter().filter(|it| it.name != "comment");
            said.map(|it| format!("{} {}", it.name, it.same)).collect::<Vec<_>>().join("\n")
        };
        let id = if named { item.name.clone() } else { shape(&item) };
        let mut key = Key { order: order(group.kind), group: group.clone(), rank, id };
        while !named && self.found.contains_key(&key) {
            key.id.push('+');
        }
        self.found.entry(key).or_insert(item);
    }

    fn privileges(&mut self) {
        let catalog = self.catalog;
        let whole_server = [Kind::Database, Kind::Role, Kind::Tablespace, Kind::Parameter];
        for (grant, granted) in &catalog.privileges {
            let object = &grant.object;
            let elsewhere = whole_server.contains(&object.kind)
                || object.name.schema.as_deref() == Some(TEMPORARY_SCHEMA);
            if elsewhere || grant.privilege == "MEMBER" {
                continue;
            }
            let group = ObjectRef { part: None, ..object.clone() };
            let role =
                if grant.role == "public" { "PUBLIC".to_owned() } else { self.ident(&grant.role) };
            let mut attributes = Vec::new();
            if !granted.grant {
                attributes.push(Attribute::flag("revoked", "REVOKED"));
            }
            if granted.options.contains("GRANT OPTION") {
                attributes.push(Attribute::flag("grant_option", "WITH GRANT OPTION"));
            }
            let item = Item {
                object: object.clone(),
                kind: "privilege".to_owned(),
                name: format!("{} TO {role}", grant.privilege),
                place: 0,
                attributes,
            };
            self.part(&group, rank_of("privilege"), true, item);
        }
    }
}

/// Where a part stands in its group.
fn rank_of(kind: &str) -> u8 {
    const RANKS: &[&str] =
        &["", "column", "constraint", "index", "rule", "trigger", "policy", "privilege"];
    RANKS.iter().position(|it| *it == kind).and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX)
}

/// Where the objects of a kind stand in a report.
fn order(kind: Kind) -> u8 {
    match kind {
        Kind::Schema => 0,
        Kind::Extension => 1,
        Kind::Type | Kind::Domain => 2,
        Kind::Sequence => 3,
        Kind::Table | Kind::ForeignTable => 4,
        Kind::View | Kind::MaterializedView => 5,
        kind if kind.is_routine() => 6,
        _ => 7,
    }
}
