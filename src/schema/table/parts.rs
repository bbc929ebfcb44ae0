//! The columns or constraints of a table: in order, found by name, and cheap to clone.

use super::Column;
use crate::schema::change::Constraint;
use equivalent::{Comparable, Equivalent};
use imbl::{OrdMap, OrdSet};
use std::cmp::Ordering;
use std::sync::Arc;

/// A part of a table that has a name.
pub trait Part: Clone {
    /// Its name; empty where it has none yet.
    fn name(&self) -> &str;
}

impl Part for Column {
    fn name(&self) -> &str {
        &self.definition.name
    }
}

impl Part for Constraint {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}

/// Parts of one kind. A clone and each change share all that stays: every step keeps two catalogs,
/// and a migration may change one wide table many times.
#[derive(Clone, Debug)]
pub struct Parts<T> {
    /// By their number, in which they were added.
    entries: OrdMap<u32, Arc<T>>,
    /// The numbers of each name: an invalid statement may give one name twice.
    numbers: OrdSet<(Arc<str>, u32)>,
}

/// The first of a name, where it is.
struct First<'a>(&'a str);

impl Equivalent<(Arc<str>, u32)> for First<'_> {
    fn equivalent(&self, key: &(Arc<str>, u32)) -> bool {
        self.compare(key).is_eq()
    }
}

impl Comparable<(Arc<str>, u32)> for First<'_> {
    fn compare(&self, key: &(Arc<str>, u32)) -> Ordering {
        (self.0, 0).cmp(&(&*key.0, key.1))
    }
}

impl<T> Default for Parts<T> {
    fn default() -> Self {
        Self { entries: OrdMap::new(), numbers: OrdSet::new() }
    }
}

impl<T: Part + PartialEq> PartialEq for Parts<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Part + Eq> Eq for Parts<T> {}

impl<'a, T: Part> IntoIterator for &'a Parts<T> {
    type Item = &'a T;
    type IntoIter = Box<dyn Iterator<Item = &'a T> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl<T: Part> Parts<T> {
    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.values().map(|part| &**part)
    }

    /// The first of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.entries.get(&self.number(name)?).map(|part| &**part)
    }

    /// The one that was added last.
    pub fn last(&self) -> Option<&T> {
        self.entries.get_max().map(|(_, part)| &**part)
    }

    pub(crate) fn push(&mut self, part: T) {
        let number = self.entries.get_max().map_or(0, |(last, _)| last.saturating_add(1));
        self.numbers.insert((part.name().into(), number));
        self.entries.insert(number, Arc::new(part));
    }

    /// Takes out the first of this name.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Arc<T>> {
        let number = self.number(name)?;
        self.numbers.remove(&(Arc::from(name), number));
        self.entries.remove(&number)
    }

    /// The first of this name, to change it but for its name.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let number = self.number(name)?;
        self.entries.get_mut(&number).map(Arc::make_mut)
    }

    /// Gives the first of this name another one, as `rename` does; gives whether there is one.
    pub(crate) fn rename(&mut self, name: &str, rename: impl FnOnce(&mut T)) -> bool {
        let Some(number) = self.number(name) else { return false };
        let Some(part) = self.entries.get_mut(&number).map(Arc::make_mut) else { return false };
        rename(part);
        self.numbers.insert((part.name().into(), number));
        if part.name() != name {
            self.numbers.remove(&(Arc::from(name), number));
        }
        true
    }

    /// Takes out all those that `gone` picks.
    pub(crate) fn remove_where(&mut self, gone: impl Fn(&T) -> bool) {
        let picked = self.entries.iter().filter(|(_, part)| gone(part));
        let keys = picked.map(|(number, part)| (Arc::from(part.name()), *number));
        for key in keys.collect::<Vec<_>>() {
            self.entries.remove(&key.1);
            self.numbers.remove(&key);
        }
    }

    /// Changes all those that `touched` picks, but not their names.
    pub(crate) fn change_where(
        &mut self,
        touched: impl Fn(&T) -> bool,
        mut change: impl FnMut(&mut T),
    ) {
        let picked = self.entries.iter().filter(|(_, part)| touched(part));
        for number in picked.map(|(number, _)| *number).collect::<Vec<_>>() {
            if let Some(part) = self.entries.get_mut(&number) {
                change(Arc::make_mut(part));
            }
        }
    }

    fn number(&self, name: &str) -> Option<u32> {
        let (found, number) = self.numbers.get_next(&First(name))?;
        (**found == *name).then_some(*number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(text: &str) -> Column {
        Column {
            definition: crate::schema::change::Column {
                name: text.to_owned(),
                ..Default::default()
            },
            birth: None,
            whole: false,
            local: true,
            confirmed: 0,
        }
    }

    #[test]
    fn the_first_of_a_name_is_found_and_order_stays() {
        let mut parts = Parts::default();
        ["b", "a", "c"].into_iter().for_each(|name| parts.push(column(name)));
        parts.rename("c", |column| column.definition.name = "b".to_owned());
        let names = |parts: &Parts<Column>| {
            parts.iter().map(|part| part.name().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&parts), ["b", "a", "b"]);
        let before = parts.clone();
        assert!(parts.remove("b").is_some());
        assert_eq!(names(&parts), ["a", "b"]);
        assert!(parts.get("c").is_none() && parts.get("b").is_some());
        assert_eq!(names(&before), ["b", "a", "b"]);
        parts.change_where(|part| part.name() == "a", |part| part.whole = true);
        assert_eq!(parts.get("a").map(|part| part.whole), Some(true));
        assert_eq!(before.get("a").map(|part| part.whole), Some(false));
    }
}
