//! What a valid CHECK proves, so that no row has to be read.
//!
//! As far as `predicate_implied_by` of PostgreSQL's sources goes with the conditions that people
//! write; what is not recognised proves nothing.

use crate::schema::change::{Constraint, ConstraintKind};
use crate::schema::expr::unwrapped;
use crate::schema::table::Table;

/// Whether a constraint of the table proves that a column holds no NULL.
pub(super) fn proves_not_null(table: &Table, column: &str, stays: impl Fn(&str) -> bool) -> bool {
    table.constraints.iter().any(|constraint| {
        let name = constraint.name.as_deref().unwrap_or_default();
        stays(name) && conjuncts(constraint).iter().any(|it| is_not_null(it, column))
    })
}

/// The constraint of the table that would prove that a column holds no NULL, if it were validated.
pub fn unvalidated_proof<'t>(table: &'t Table, column: &str) -> Option<&'t str> {
    let waits = |it: &&Constraint| !it.validated && it.enforced;
    let proves = |it: &&Constraint| demands(it).iter().any(|it| is_not_null(it, column));
    table.constraints.iter().filter(waits).find(proves)?.name.as_deref()
}

/// What a valid CHECK demands of every row, one condition each; of a NULL it demands nothing.
pub(super) fn conjuncts(constraint: &Constraint) -> Vec<String> {
    match constraint.validated && constraint.enforced {
        true => demands(constraint),
        false => Vec::new(),
    }
}

/// What a CHECK demands of the rows that it looks at.
fn demands(constraint: &Constraint) -> Vec<String> {
    let mut found = Vec::new();
    if let ConstraintKind::Check(expr) = &constraint.kind {
        collect(&expr.text, &mut found);
    }
    found
}

fn collect(text: &str, found: &mut Vec<String>) {
    let text = unwrapped(text);
    let parts = split(text, "and");
    // AND binds more tightly than OR.
    if parts.len() == 1 || split(text, "or").len() > 1 {
        found.push(text.to_owned());
        return;
    }
    let mut parts = parts.into_iter();
    while let Some(part) = parts.next() {
        // The AND of a BETWEEN joins no conditions.
        match (split(part, "between").len() > 1).then(|| parts.next()).flatten() {
            Some(upper) => found.push(format!("{part} and {upper}")),
            None => collect(part, found),
        }
    }
}

/// The parts between a word that stands outside parentheses and strings.
pub(super) fn split<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    split_at(text, &format!(" {word} "))
}

/// The parts between a separator that stands outside parentheses and strings.
pub(super) fn split_at<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let (mut depth, mut quoted, mut start) = (0_usize, None, 0);
    let mut parts = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match (quoted, byte) {
            (Some(open), _) if byte == open => quoted = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quoted = Some(byte),
            (None, b'(' | b'[') => depth += 1,
            (None, b')' | b']') => depth = depth.saturating_sub(1),
            _ if depth == 0
                && at >= start
                && text.get(at..).is_some_and(|rest| rest.starts_with(separator)) =>
            {
                parts.extend(text.get(start..at));
                start = at + separator.len();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// The parts between commas outside parentheses and strings.
pub(super) fn split_commas(text: &str) -> Vec<&str> {
    split_at(text, ",")
}

fn is_not_null(text: &str, column: &str) -> bool {
    let text = unwrapped(text);
    let negated = text.strip_prefix("not").filter(|rest| rest.starts_with([' ', '(']));
    let negated = negated.map(unwrapped);
    let operand = text
        .strip_suffix(" is not null")
        .or_else(|| text.strip_suffix(" notnull"))
        .or_else(|| negated.and_then(|inner| inner.strip_suffix(" is null")));
    operand.is_some_and(|operand| is_column(operand, column))
}

/// Whether an operand is the column, with or without its table.
pub(super) fn is_column(operand: &str, column: &str) -> bool {
    let operand = unwrapped(operand);
    let name = operand.rsplit('.').next().unwrap_or(operand);
    name == column || name.strip_prefix('"').and_then(|it| it.strip_suffix('"')) == Some(column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::expr::Expr;

    fn proves(text: &str) -> bool {
        let expr = Expr { text: text.to_owned(), ..Expr::default() };
        let constraint = Constraint::new(None, ConstraintKind::Check(expr));
        conjuncts(&constraint).iter().any(|it| is_not_null(it, "n"))
    }

    #[test]
    fn only_what_is_true_of_every_row_proves() {
        for text in [
            "n is not null",
            "(n is not null) and n > 0",
            "a > 0 and (b > 1 and t.n is not null)",
            "((n is not null))",
            "not (n is null)",
            "\"n\" is not null and (a or b)",
            "n between 1 and 9 and n is not null",
        ] {
            assert!(proves(text), "{text}");
        }
        for text in [
            "n > 0",
            "n is not null or a > 0",
            "a > 0 and b > 1 or n is not null",
            "a between 1 and n is not null",
            "m is not null",
            "a = ' and n is not null'",
            "n + 1 is not null",
            "not n is not null",
        ] {
            assert!(!proves(text), "{text}");
        }
    }
}
