//! Names in definitions that the catalog keeps as text.

use crate::schema::name::Name;

/// The names behind any of these words; the text is normalised.
pub(super) fn behind(text: &str, words: &[&str]) -> Vec<Name> {
    let mut found = Vec::new();
    for word in words {
        let places = text.match_indices(word).filter_map(|(at, _)| text.get(at + word.len()..));
        found.extend(places.filter_map(first_name));
    }
    found
}

/// Whether a word stands in a text.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|it| it.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// Whether a function of this name is called.
pub(super) fn calls(text: &str, function: &str) -> bool {
    text.match_indices(function).any(|(at, _)| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let after = text.get(at + function.len()..).unwrap_or_default();
        !before.is_some_and(|it| it.is_alphanumeric() || it == '_')
            && after.trim_start_matches('"').trim_start().starts_with('(')
    })
}

/// The name at the beginning of a text: `schema.name`, either part quoted or not.
pub(super) fn first_name(text: &str) -> Option<Name> {
    let (first, rest) = part(text)?;
    let second = rest.strip_prefix('.').and_then(part);
    Some(match second {
        Some((second, _)) => Name::qualified(first, second),
        None => Name::bare(first),
    })
}

fn part(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, rest) = quoted.split_once('"')?;
        return Some((name.to_owned(), rest));
    }
    let end = text.find(|it: char| !(it.is_alphanumeric() || it == '_' || it == '$'));
    let (name, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
    (!name.is_empty()).then(|| (name.to_ascii_lowercase(), rest))
}
