//! Each definition behind what it needs.

use super::Definition;
use crate::schema::name::Name;
use std::collections::{BTreeMap, BTreeSet};

/// What a definition makes, or needs. A relation is a type as well.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Relation(Name),
    Routine(Name),
}

/// Definitions that stay together.
pub(super) struct Piece {
    pub definitions: Vec<Definition>,
    /// What they make.
    pub makes: Option<Thing>,
    /// What has to be there before them.
    pub needs: Vec<Thing>,
}

/// The definitions in the order of the pieces, but for pieces that another one needs earlier. In a
/// circle, which no server would have taken, the order given stays.
pub(super) fn sorted(pieces: Vec<Piece>) -> Vec<Definition> {
    let mut makers: BTreeMap<&Thing, Vec<usize>> = BTreeMap::new();
    for (index, piece) in pieces.iter().enumerate() {
        if let Some(thing) = &piece.makes {
            makers.entry(thing).or_default().push(index);
        }
    }
    let needed = |index: usize| -> Vec<usize> {
        let needs = pieces.get(index).map(|piece| piece.needs.as_slice()).unwrap_or_default();
        let found: BTreeSet<usize> =
            needs.iter().filter_map(|thing| makers.get(thing)).flatten().copied().collect();
        found.into_iter().rev().collect()
    };
    let mut order = Vec::with_capacity(pieces.len());
    let mut begun = vec![false; pieces.len()];
    for first in 0..pieces.len() {
        // A list of one's own in place of recursion: chains of views may be long.
        let mut stack = vec![(first, None::<Vec<usize>>)];
        while let Some((index, left)) = stack.last_mut() {
            let index = *index;
            let left = match left {
                Some(left) => left,
                None => {
                    if std::mem::replace(&mut begun[index], true) {
                        stack.pop();
                        continue;
                    }
                    left.insert(needed(index))
                }
            };
            match left.pop() {
                Some(next) => stack.push((next, None)),
                None => {
                    order.push(index);
                    stack.pop();
                }
            }
        }
    }
    drop(makers);
    let mut pieces: Vec<Vec<Definition>> = pieces.into_iter().map(|it| it.definitions).collect();
    let taken = order.into_iter().filter_map(|index| pieces.get_mut(index).map(std::mem::take));
    taken.flatten().collect()
}

/// The names that a text may hold: words and quoted identifiers, with a schema where a dot joins
/// them; strings are passed over.
pub(super) fn names_in(text: &str) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    let mut parts: Vec<String> = Vec::new();
    let mut joined = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let inner = rest.get(first.len_utf8()..).unwrap_or("");
        let (word, len) = if first == '"' || first == '\'' {
            let end = inner.find(first).unwrap_or(inner.len());
            let word = (first == '"').then(|| inner.get(..end).unwrap_or("").to_owned());
            (word, (end + 2).min(rest.len()))
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
            let end = end.unwrap_or(rest.len());
            (Some(rest.get(..end).unwrap_or("").to_lowercase()), end)
        } else {
            (None, first.len_utf8())
        };
        match word {
            Some(word) => {
                if !joined {
                    names.extend(name_of(std::mem::take(&mut parts)));
                }
                parts.push(word);
                joined = false;
            }
            None if first == '.' => joined = true,
            None if !first.is_whitespace() => names.extend(name_of(std::mem::take(&mut parts))),
            None => {}
        }
        rest = rest.get(len..).unwrap_or("");
    }
    names.extend(name_of(parts));
    names
}

fn name_of(mut parts: Vec<String>) -> Option<Name> {
    let name = parts.pop()?;
    Some(Name { schema: parts.pop(), name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::name::ObjectKind;

    fn piece(name: &str, needs: &[&str]) -> Piece {
        let thing = |name: &str| Thing::Relation(Name::bare(name));
        Piece {
            definitions: vec![Definition::new(ObjectKind::View, &Name::bare(name), String::new())],
            makes: Some(thing(name)),
            needs: needs.iter().map(|name| thing(name)).collect(),
        }
    }

    fn order(pieces: Vec<Piece>) -> Vec<String> {
        sorted(pieces).into_iter().map(|it| it.object.name.name).collect()
    }

    #[test]
    fn each_stands_behind_what_it_needs_and_else_in_the_order_given() {
        let pieces =
            vec![piece("a", &["d", "b"]), piece("b", &[]), piece("c", &[]), piece("d", &["b"])];
        assert_eq!(order(pieces), ["b", "d", "a", "c"]);
        assert_eq!(order(vec![piece("a", &["b"]), piece("b", &["a", "a"])]), ["b", "a"]);
        let long = (0..10_000).map(|number| {
            let next = format!("v{}", number + 1);
            piece(&format!("v{number}"), &[&next])
        });
        assert_eq!(order(long.collect()).first().map(String::as_str), Some("v9999"));
    }

    #[test]
    fn names_are_found_outside_of_strings() {
        let names = names_in("a integer, p.\"Order\"[] default 'x.y' = s . t");
        let shown: Vec<String> = names.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["a", "default", "integer", "p.Order", "s.t"]);
    }
}
