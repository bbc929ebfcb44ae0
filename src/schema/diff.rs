//! Two catalogs compared, object by object: what is there on one side alone, what differs, what
//! that breaks for a release that runs on the first while the second is deployed, and what depends
//! on it. The order of columns is not compared.
//!
//! The cost grows with the number of objects: each side is a sorted map, and they are walked once.

mod breaks;
mod dependents;
mod item;
mod renames;
mod spelling;

use crate::finding::Breaks;
use crate::schema::canonical::quoted;
use crate::schema::catalog::Catalog;
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{ObjectKind as Kind, ObjectRef};
use dependents::Dependents;
pub use item::Options;
use item::{Attribute, Item, Key, items};
use std::collections::BTreeMap;

/// How two schemas differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaDiff {
    /// The differences; those of one table stand together, the table first.
    pub differences: Vec<Difference>,
    /// Objects of one side of which the other side's text does not tell whether it has them.
    pub unknown: Vec<Unknown>,
}

impl SchemaDiff {
    /// Whether nothing differs, as far as that is known.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty() && self.unknown.is_empty()
    }
}

/// What happened to an object from the first side to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Only the second side has it.
    Added,
    /// Only the first side has it.
    Removed,
    /// Both have it, and not alike.
    Changed,
}

impl Verb {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// A side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// What was.
    From,
    /// What is to be.
    To,
}

impl Side {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To => "to",
        }
    }
}

/// An object as reports name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it is; a privilege has the object that it is on.
    pub object: ObjectRef,
    /// The kind in words: `check constraint`, `materialized view`.
    pub kind: String,
    /// Its name as SQL writes it; a part's without its table.
    pub name: String,
}

/// One object that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The object.
    pub of: Named,
    /// The object that it belongs to; itself where it belongs to none.
    pub group: Named,
    /// Whether the object that it belongs to comes or goes as a whole.
    pub with_group: bool,
    /// What happened.
    pub verb: Verb,
    /// What is said of it on either side: all of it, or what differs.
    pub said: Vec<Said>,
    /// What it breaks.
    pub breaks: Vec<Breaks>,
    /// What depends on it on the first side.
    pub dependents: Vec<Named>,
    /// The names of what else came or went in its shape: this may be a rename.
    pub like: Vec<String>,
}

impl Difference {
    /// Whether it is the group's own difference.
    pub fn is_whole(&self) -> bool {
        self.of.object == self.group.object && self.of.kind == self.group.kind
    }
}

/// One thing that is said of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it is: `type`, `default`.
    pub name: &'static str,
    /// The words before its value in SQL; may be empty.
    pub lead: &'static str,
    /// The value on the first side; empty where the words say all.
    pub before: Option<String>,
    /// The value on the second side.
    pub after: Option<String>,
}

impl Said {
    /// The value on the side that it is last on.
    pub fn value(&self) -> &str {
        self.after.as_ref().or(self.before.as_ref()).map_or("", String::as_str)
    }
}

/// An object of which one side does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The object.
    pub of: Named,
    /// What it belongs to.
    pub group: Named,
    /// The side that does not tell.
    pub side: Side,
}

/// What is different in `to`, seen from `from`.
pub fn diff(from: &Catalog, to: &Catalog, options: Options) -> SchemaDiff {
    let (before, after) = (items(from, options), items(to, options));
    let mut found = SchemaDiff::default();
    let dependents = std::cell::OnceCell::new();
    for (key, one, other) in pairs(&before, &after) {
        let (verb, said, shown, other_side) = match (one, other) {
            (Some(one), Some(other)) => (Verb::Changed, changed(one, other), other, None),
            (Some(one), None) => {
                (Verb::Removed, all(one, Verb::Removed), one, Some((to, Side::To)))
            }
            (None, Some(other)) => {
                (Verb::Added, all(other, Verb::Added), other, Some((from, Side::From)))
            }
            (None, None) => continue,
        };
        let group = Named {
            name: group_name(&key.group, from),
            kind: key.group.kind.words(),
            object: key.group.clone(),
        };
        let of = Named {
            object: shown.object.clone(),
            kind: shown.kind.clone(),
            name: shown.name.clone(),
        };
        let head = key.head();
        let with_group = head != *key
            && match verb {
                Verb::Added => !before.contains_key(&head) && after.contains_key(&head),
                Verb::Removed => !after.contains_key(&head) && before.contains_key(&head),
                Verb::Changed => false,
            };
        if let Some((catalog, side)) = other_side
            && !(options.replayed && side == Side::From)
            && !is_certain(catalog, shown, &key.group)
        {
            if !with_group {
                found.unknown.push(Unknown { of, group, side });
            }
            continue;
        }
        let mut difference = Difference {
            of,
            group,
            with_group,
            verb,
            said,
            breaks: Vec::new(),
            dependents: Vec::new(),
            like: Vec::new(),
        };
        if !with_group {
            difference.breaks = breaks::breaks(&difference, from, to);
            if verb != Verb::Added {
                let index = dependents.get_or_init(|| Dependents::of(from));
                difference.dependents = index.on(&difference);
            }
        }
        found.differences.push(difference);
    }
    renames::note(&mut found.differences, &before, &after);
    found
}

/// An object with what it is on either side.
type Pair<'a> = (&'a Key, Option<&'a Item>, Option<&'a Item>);

/// The objects that differ, in the order of a report.
fn pairs<'a>(before: &'a Items, after: &'a Items) -> Vec<Pair<'a>> {
    let both = before.iter().map(|(key, item)| (key, Some(item), after.get(key)));
    let mut pairs: Vec<Pair<'_>> = both
        .filter(|(_, one, other)| match (one, other) {
            (Some(one), Some(other)) => !changed(one, other).is_empty(),
            _ => true,
        })
        .collect();
    let added = after.iter().filter(|(key, _)| !before.contains_key(key));
    pairs.extend(added.map(|(key, item)| (key, None, Some(item))));
    pairs.sort_by_cached_key(|(key, one, other)| {
        let place = one.or(*other).map_or(0, |item| item.place);
        (key.group_order(), place, (*key).clone())
    });
    pairs
}

/// A group's name: a routine's has its arguments.
fn group_name(group: &ObjectRef, catalog: &Catalog) -> String {
    let arguments = group.arguments.as_ref().map(|it| format!("({it})")).unwrap_or_default();
    format!("{}{arguments}", quoted(catalog.engine(), &group.name))
}

/// All that is said of an object of one side.
fn all(item: &Item, verb: Verb) -> Vec<Said> {
    let said = item.attributes.iter().map(|it| {
        let value = Some(it.value.clone());
        let (before, after) = if verb == Verb::Added { (None, value) } else { (value, None) };
        Said { name: it.name, lead: it.lead, before, after }
    });
    said.collect()
}

/// What is said of an object and differs. An owner that one side does not name is not compared:
/// whoever runs the text owns what it makes.
fn changed(one: &Item, other: &Item) -> Vec<Said> {
    let mut said = Vec::new();
    fn find<'a>(item: &'a Item, name: &str) -> Option<&'a Attribute> {
        item.attributes.iter().find(|it| it.name == name)
    }
    for before in &one.attributes {
        match find(other, before.name) {
            Some(after) if after.same == before.same => {}
            None if before.name == "owner" => {}
            after => said.push(Said {
                name: before.name,
                lead: before.lead,
                before: Some(before.value.clone()),
                after: after.map(|it| it.value.clone()),
            }),
        }
    }
    let added = other.attributes.iter().filter(|it| find(one, it.name).is_none());
    said.extend(added.filter(|it| it.name != "owner").map(|it| Said {
        name: it.name,
        lead: it.lead,
        before: None,
        after: Some(it.value.clone()),
    }));
    said
}

/// Whether it is certain that a catalog does not have an object.
fn is_certain(catalog: &Catalog, item: &Item, group: &ObjectRef) -> bool {
    fn told<T>(known: &Knowledge<T>) -> bool {
        !matches!(known, Knowledge::Assumed | Knowledge::Clouded { .. })
    }
    let object = &item.object;
    let part = object.part.as_deref().unwrap_or_default();
    let in_relation = group.kind.is_relation();
    // A table that is certainly not there has no parts.
    if in_relation && catalog.relation(&group.name).is_absent() {
        return true;
    }
    match object.kind {
        _ if item.kind == "privilege" => !in_relation || told(&catalog.relation(&group.name)),
        Kind::Column => told(&catalog.column(&object.name, part)),
        Kind::Constraint => told(&catalog.constraint(&object.name, part)),
        kind if kind.is_relation() => told(&catalog.relation(&object.name)),
        Kind::Type | Kind::Domain => told(&catalog.type_of(&object.name)),
        // A schema is there when anything is put into it.
        Kind::Schema => true,
        _ => told(&catalog.object(object)),
    }
}

type Items = BTreeMap<Key, Item>;
