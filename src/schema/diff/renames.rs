//! What may be a rename: an object that went and one of the same shape that came.

use super::{Difference, Items, Verb};
use crate::schema::diff::item::Key;
use crate::schema::name::ObjectRef;
use std::collections::{BTreeMap, BTreeSet};

/// How many names are said.
const SAID_MAX: usize = 3;

/// Notes at each object that came or went which others went or came in its shape: columns and other
/// parts in the same table, whole objects of the same kind.
pub(super) fn note(differences: &mut [Difference], before: &Items, after: &Items) {
    // Only what came or went alone is looked at, and what it belongs to.
    let groups: BTreeSet<ObjectRef> = differences
        .iter()
        .filter(|it| it.verb != Verb::Changed && !it.with_group)
        .map(|it| it.group.object.clone())
        .collect();
    let (old, new) = (shapes(before, &groups), shapes(after, &groups));
    let mut seen: BTreeMap<(Verb, String), Vec<String>> = BTreeMap::new();
    let shape = |difference: &Difference| {
        let shapes = match difference.verb {
            Verb::Added => &new,
            Verb::Removed => &old,
            Verb::Changed => return None,
        };
        let place =
            (difference.group.name.clone(), difference.of.kind.clone(), difference.of.name.clone());
        shapes.get(&place).filter(|_| !difference.with_group).cloned()
    };
    for difference in differences.iter() {
        if let Some(shape) = shape(difference) {
            let names = seen.entry((difference.verb, shape)).or_default();
            if names.len() < SAID_MAX {
                names.push(difference.of.name.clone());
            }
        }
    }
    for difference in differences.iter_mut() {
        let other = match difference.verb {
            Verb::Added => Verb::Removed,
            _ => Verb::Added,
        };
        if let Some(shape) = shape(difference) {
            difference.like = seen.get(&(other, shape)).cloned().unwrap_or_default();
        }
    }
}

/// The shape of each object, by its group, kind and name: what is the same under another name.
fn shapes(
    items: &Items,
    groups: &BTreeSet<ObjectRef>,
) -> BTreeMap<(String, String, String), String> {
    let mut wholes: BTreeMap<Key, String> = BTreeMap::new();
    let mut shapes = BTreeMap::new();
    let mut names: BTreeMap<Key, (String, String)> = BTreeMap::new();
    for (key, item) in items.iter().filter(|(key, _)| groups.contains(&key.group)) {
        let head = key.head();
        let said = item.attributes.iter().filter(|it| it.name != "comment" && it.name != "owner");
        // The sequence of a column is called after it.
        let said = said.filter(|it| !(it.name == "default" && it.same.starts_with("nextval(")));
        let said: Vec<String> = said.map(|it| format!("{} {}", it.name, it.same)).collect();
        let shape = said.join("\n");
        if head == *key {
            names.insert(head.clone(), (item.name.clone(), item.kind.clone()));
            wholes.insert(head, format!("{}\n{shape}", item.kind));
            continue;
        }
        if item.kind == "column"
            && let Some(whole) = wholes.get_mut(&head)
        {
            whole.push_str(&format!("\n{} {shape}", item.name));
        }
        if item.kind != "privilege"
            && let Some((group, _)) = names.get(&head)
        {
            let place = (group.clone(), item.kind.clone(), item.name.clone());
            shapes.insert(place, format!("{group}\n{}\n{shape}", item.kind));
        }
    }
    for (head, (name, kind)) in names {
        // A schema, an extension and a table without columns have no shape of their own.
        if let Some(shape) = wholes.remove(&head)
            && shape.split_once('\n').is_some_and(|(_, rest)| !rest.is_empty())
        {
            shapes.insert((name.clone(), kind, name), shape);
        }
    }
    shapes
}
