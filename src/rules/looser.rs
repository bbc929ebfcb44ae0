//! Whether one constraint lets through all that another does.

use crate::dialect::Engine;
use crate::schema::change::{Constraint, ConstraintKind};
use crate::schema::expr::unwrapped;
use crate::sql::words::{one_of, words};

/// Whether `new` surely refuses nothing that `old` lets through: the same, or a CHECK with a longer
/// list of values or a larger limit.
pub fn is_looser(new: &Constraint, old: &Constraint) -> bool {
    match (&new.kind, &old.kind) {
        (ConstraintKind::ForeignKey(new), ConstraintKind::ForeignKey(old)) => {
            new.columns == old.columns
                && new.references == old.references
                && new.referenced_columns == old.referenced_columns
        }
        (ConstraintKind::Check(new), ConstraintKind::Check(old)) => {
            is_looser_check(&new.text, &old.text)
        }
        (new, old) => new == old,
    }
}

/// The same of the conditions of two CHECKs.
pub fn is_looser_check(new: &str, old: &str) -> bool {
    let (new, old) = (unwrapped(new), unwrapped(old));
    if let (Some((new, taken)), Some((old, before))) = (one_of(new), one_of(old)) {
        return new == old && before.iter().all(|value| taken.contains(value));
    }
    is_looser_text(new, old)
}

fn is_looser_text(new: &str, old: &str) -> bool {
    if new == old {
        return true;
    }
    let ((new_shape, new_numbers), (old_shape, old_numbers)) = (shape(new), shape(old));
    if new_shape != old_shape {
        return false;
    }
    let strings = |text| words(text, Engine::Postgres, false).strings;
    let lists = [" in (", "= any"].iter().any(|list| old_shape.contains(list));
    if lists && !old_shape.contains("not ") && !old_shape.contains("<>") {
        let numbers = old_numbers.iter().all(|number| new_numbers.contains(number));
        return numbers && strings(old).is_subset(&strings(new));
    }
    let upper =
        old_shape.contains('<') && !old_shape.contains(['>', '=']) || is_at_most(&old_shape);
    upper
        && strings(new) == strings(old)
        && new_numbers.len() == old_numbers.len()
        && new_numbers.iter().zip(&old_numbers).all(|(new, old)| new >= old)
}

/// Whether the only comparison in a text is `<=`.
fn is_at_most(shape: &str) -> bool {
    let rest = shape.replace("<=", "");
    shape.contains("<=") && !rest.contains(['<', '>', '='])
}

/// A text with `?` for each literal and each list of them, and the numbers in it.
fn shape(text: &str) -> (String, Vec<f64>) {
    let (mut shape, mut numbers) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"');
        let len = match first {
            '\'' => rest.get(1..).and_then(|it| it.find('\'')).map_or(rest.len(), |at| at + 2),
            c if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(len.min(rest.len()));
        let number = piece.parse::<f64>().ok().filter(|_| first.is_ascii_digit());
        numbers.extend(number);
        shape.push_str(if first == '\'' || number.is_some() { "?" } else { piece });
        rest = after;
    }
    loop {
        let shorter = shape.replace("? , ?", "?").replace("?, ?", "?").replace("?,?", "?");
        if shorter == shape {
            return (shape, numbers);
        }
        shape = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_lists_and_larger_limits_are_looser() {
        let cases = [
            ("a in ('x', 'y')", "a in ('x')", true),
            ("a in ('x')", "a in ('x', 'y')", false),
            ("a = any (array['x', 'y', 'z'])", "a = any (array['y', 'x'])", true),
            ("a in (1, 2, 3)", "a in (1, 2)", true),
            ("a = any (array['x', 'y'])", "a in ('y')", true),
            (
                "((a)::text = any ((array['x'::varchar(5), 'y'::character varying])::text[]))",
                "a in ('y')",
                true,
            ),
            ("a in ('x', 'y')", "a = any (array['x'::text, 'z'::text])", false),
            ("b = any (array['x', 'y'])", "a in ('y')", false),
            ("a in (select b from t)", "a in (1)", false),
            ("a in (1) or a in (2)", "a in (1)", false),
            ("not a in (1, 2)", "not a in (1)", false),
            ("a in (1, 3)", "a in (1, 2)", false),
            ("a not in ('x', 'y')", "a not in ('x')", false),
            ("length(a) <= 200", "length(a) <= 100", true),
            ("length(a) <= 100", "length(a) <= 200", false),
            ("a < 5", "a < 5", true),
            ("a > 9", "a > 5", false),
            ("a < 9 and b > 9", "a < 5 and b > 5", false),
            ("b in ('x', 'y')", "a in ('x')", false),
        ];
        for (new, old, expected) in cases {
            assert_eq!(is_looser_check(new, old), expected, "{new} for {old}");
        }
    }
}
