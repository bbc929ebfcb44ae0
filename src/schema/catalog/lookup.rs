//! Keys that are borrowed: a look-up makes no name of its own.

use super::{Catalog, Relation, Space, TEMPORARY_SCHEMA};
use crate::schema::knowledge::Tick;
use crate::schema::name::Name;
use equivalent::{Comparable, Equivalent};
use std::cmp::Ordering;
use std::sync::Arc;

/// A resolved name.
struct At<'a> {
    schema: Option<&'a str>,
    name: &'a str,
}

impl Equivalent<Arc<Name>> for At<'_> {
    fn equivalent(&self, key: &Arc<Name>) -> bool {
        self.compare(key).is_eq()
    }
}

impl Comparable<Arc<Name>> for At<'_> {
    fn compare(&self, key: &Arc<Name>) -> Ordering {
        let schema = self.schema.cmp(&key.schema.as_deref());
        schema.then_with(|| self.name.cmp(key.name.as_str()))
    }
}

/// An object that may be gone.
pub(super) struct GoneAt<'a>(pub Space, pub &'a Name);

impl Equivalent<(Space, Name)> for GoneAt<'_> {
    fn equivalent(&self, key: &(Space, Name)) -> bool {
        self.compare(key).is_eq()
    }
}

impl Comparable<(Space, Name)> for GoneAt<'_> {
    fn compare(&self, key: &(Space, Name)) -> Ordering {
        (self.0, self.1).cmp(&(key.0, &key.1))
    }
}

/// An object, or a part of it.
pub(super) struct PartAt<'a>(pub &'a Name, pub Option<&'a str>);

impl Equivalent<(Name, Option<String>)> for PartAt<'_> {
    fn equivalent(&self, key: &(Name, Option<String>)) -> bool {
        self.compare(key).is_eq()
    }
}

impl Comparable<(Name, Option<String>)> for PartAt<'_> {
    fn compare(&self, key: &(Name, Option<String>)) -> Ordering {
        (self.0, self.1).cmp(&(&key.0, key.1.as_deref()))
    }
}

impl Catalog {
    /// The relation that a name means, as [`Catalog::resolve`] resolves it, with its resolved name.
    pub fn find(&self, name: &Name) -> Option<(&Name, &Relation)> {
        let at = |schema: Option<&str>| {
            let found = self.relations.get_key_value(&At { schema, name: &name.name });
            found.map(|(name, relation)| (&**name, relation))
        };
        if let Some(schema) = &name.schema {
            return at(Some(self.canonical_schema(schema)));
        }
        let mut path = self.search_path().peekable();
        let outside = if path.peek().is_none() { at(None) } else { None };
        let inside = || path.find_map(|schema| at(Some(schema)));
        let temporary = if self.had_temporary { at(Some(TEMPORARY_SCHEMA)) } else { None };
        temporary.or_else(inside).or(outside)
    }

    /// Whether a statement may have touched `name`, or any part of it, at `since` or later.
    pub(crate) fn is_doubted_since(&self, name: &Name, since: Tick) -> bool {
        let own = || {
            let parts = self.clouds.range::<_, PartAt<'_>>(PartAt(name, None)..);
            let mut own = parts.take_while(|((of, _), _)| of == name);
            own.any(|(_, cloud)| cloud.tick >= since)
        };
        self.cloud.is_some_and(|cloud| cloud.tick >= since) || own()
    }

    /// Whether a table in the schema of `table` has a constraint of this name.
    pub(crate) fn has_constraint(&self, table: &Name, name: &str) -> bool {
        self.constraint_names.get(name).into_iter().flatten().any(|other| {
            other.schema == table.schema
                && matches!(
                    self.relations.get(other),
                    Some(Relation::Table(found)) if found.constraint(name).is_some()
                )
        })
    }
}
