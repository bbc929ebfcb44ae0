//! "Did you mean": the known word that is nearest to a mistyped one.

/// The candidate with the fewest edits to `word`, if they are few enough to be a slip: at most a
/// third of the word's length, at least two.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase().replace('_', "-");
    let limit = (word.chars().count() / 3).max(2);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The end of a message about an unknown word: `; did you mean `x`?`, else the known words.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match closest(word, candidates.iter().copied()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if (1..=KNOWN_WORDS_SHOWN_MAX).contains(&candidates.len()) => {
            format!("; known are {}", candidates.join(", "))
        }
        None => String::new(),
    }
}

const KNOWN_WORDS_SHOWN_MAX: usize = 12;

/// How many letters must be put in, left out or replaced (Levenshtein).
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, from) in a.chars().enumerate() {
        let mut next = vec![line + 1];
        for (column, (to, costs)) in b.iter().zip(row.windows(2)).enumerate() {
            let replaced = costs.first().copied().unwrap_or(0) + usize::from(from != *to);
            let removed = costs.last().copied().unwrap_or(0) + 1;
            let added = next.get(column).copied().unwrap_or(0) + 1;
            next.push(replaced.min(removed).min(added));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_seen_and_other_words_are_not() {
        let rules = ["drop-column", "missing-primary-key"];
        assert_eq!(closest("drop-colum", rules), Some("drop-column"));
        assert_eq!(closest("missing_primary_key", rules), Some("missing-primary-key"));
        assert_eq!(closest("ban-drop-database", rules), None);
        assert_eq!(closest("", ["x"]), None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(did_you_mean("zzzzz", ["a", "b"]), "; known are a, b");
    }
}
