//! Whether a CHECK proves that a table's rows lie inside a partition's bound, or outside of it.
//!
//! Only for a key of one plain column, in a range or a list; any other bound is verified row by
//! row, as far as anybody here knows.

use super::plan::Plan;
use super::proof::{conjuncts, is_column, proves_not_null, split, split_commas};
use crate::dialect::Engine;
use crate::schema::expr::unwrapped;
use crate::schema::knowledge::Knowledge;
use crate::schema::name::Name;
use crate::schema::table::Table;
use crate::schema::types::canonical;
use std::cmp::Ordering;

/// A bound on one column.
#[derive(Debug, PartialEq, Eq)]
enum Bound {
    /// From the first on and below the second; `None` is unbounded.
    Range(Option<String>, Option<String>),
    /// One of these.
    List(Vec<String>),
}

/// Whether every row of the table to be attached is known to fit.
pub(super) fn proves_inside(plan: &Plan<'_>, parent: &Name, table: &Name, bound: &str) -> bool {
    let Some((column, bound)) = read(plan, parent, bound) else { return false };
    let Knowledge::Known(table) = plan.before.table(table) else { return false };
    let not_null = table.column(&column).is_some_and(|it| it.definition.not_null)
        || proves_not_null(table, &column, |_| true);
    let conditions = conditions(table, &column);
    let holds = |wanted: &dyn Fn(&str) -> bool| conditions.iter().any(|it| wanted(it));
    not_null
        && match &bound {
            Bound::Range(from, to) => {
                let from = from.as_ref().is_none_or(|from| {
                    holds(&|it| compares(it, &column, |sign, value| at_least(sign, value, from)))
                });
                let to = to.as_ref().is_none_or(|to| {
                    holds(&|it| compares(it, &column, |sign, value| below(sign, value, to)))
                });
                from && to
            }
            Bound::List(values) => holds(&|it| {
                one_of(it, &column).is_some_and(|found| found.iter().all(|it| values.contains(it)))
            }),
        }
}

/// Whether no row of the default partition is known to belong into a new one.
pub(super) fn proves_outside(plan: &Plan<'_>, parent: &Name, default: &Name, bound: &str) -> bool {
    let Some((column, bound)) = read(plan, parent, bound) else { return false };
    let Knowledge::Known(table) = plan.before.table(default) else { return false };
    let (from, to) = match bound {
        Bound::Range(from, to) => (from, to),
        Bound::List(values) => return excludes(table, &column, &values),
    };
    let is_outside = |condition: &str| {
        compares(condition, &column, |sign, value| {
            let under = from.as_ref().is_some_and(|from| below(sign, value, from));
            let over = to.as_ref().is_some_and(|to| at_least(sign, value, to));
            under || over
        })
    };
    conditions(table, &column)
        .iter()
        .any(|it| split(unwrapped(it), "or").into_iter().all(is_outside))
}

/// Whether no row has one of these values in a column that is not NULL.
fn excludes(table: &Table, column: &str, values: &[String]) -> bool {
    let not_null = table.column(column).is_some_and(|it| it.definition.not_null)
        || proves_not_null(table, column, |_| true);
    let conditions = conditions(table, column);
    let excluded = |value: &String| {
        conditions.iter().any(|condition| {
            let condition = unwrapped(condition);
            let parts = condition.split_once(" not in ").or_else(|| condition.split_once(" <> "));
            parts.is_some_and(|(operand, list)| {
                is_column(operand, column) && self::values(list).contains(value)
            })
        })
    };
    not_null && values.iter().all(excluded)
}

/// What the table's constraints demand, as far as it can prove something of the column: a constant
/// of another type than its own does not (measured: a DATE for a timestamptz key is no proof).
fn conditions(table: &Table, column: &str) -> Vec<String> {
    let ty = table.column(column).and_then(|it| it.definition.ty.as_ref());
    let Some(ty) = ty else { return Vec::new() };
    let own = |word: &str| canonical(Engine::Postgres, word) == ty.name.name;
    let fits = |condition: &String| {
        let casts = condition.split("::").skip(1);
        let mut cast_types = casts.map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("")
        });
        // What stands before each literal: `date '2020-01-01'`.
        let outside: Vec<&str> = condition.split('\'').step_by(2).collect();
        let before = outside.iter().take(outside.len() - 1);
        let mut words = before.filter_map(|text| text.trim_end().rsplit([' ', '(']).next());
        let is_no_type = |word: &str| {
            let keyword = matches!(word, "and" | "or" | "in" | "between" | "not");
            keyword || !word.starts_with(char::is_alphabetic)
        };
        cast_types.all(own) && words.all(|word| own(word) || is_no_type(word))
    };
    table.constraints.iter().flat_map(conjuncts).filter(fits).collect()
}

/// The condition that proves that a row of a table that is partitioned so lies inside a bound, or
/// outside of it (`inside` is false); `None` where one column and its constants do not say it.
pub fn condition(partition_by: &str, bound: &str, inside: bool) -> Option<String> {
    let (strategy, key) = partition_by.split_once(' ')?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '"');
    let key = Some(key.trim()).filter(|key| key.chars().all(plain))?;
    let bound = bound.strip_prefix("for values ")?;
    if strategy == "list" {
        let values = bound.strip_prefix("in ")?;
        let rest = if inside { "IN" } else { "NOT IN" };
        return Some(format!("{key} IS NOT NULL AND {key} {rest} {values}"))
            .filter(|_| !values.contains("null"));
    }
    let (from, to) =
        bound.strip_prefix("from (")?.split_once(") to (").filter(|_| strategy == "range")?;
    let to = to.strip_suffix(')')?;
    if split_commas(from).len() > 1 {
        return None;
    }
    let end = |sign: &str, value: &str| {
        let unbounded = matches!(value, "minvalue" | "maxvalue");
        (!unbounded).then(|| format!("{key} {sign} {value}"))
    };
    let (signs, word) = if inside { ([">=", "<"], " AND ") } else { (["<", ">="], " OR ") };
    let ends: Vec<String> =
        [end(signs[0], from), end(signs[1], to)].into_iter().flatten().collect();
    let ends = ends.join(word);
    match (inside, ends.is_empty()) {
        (_, true) => None,
        (true, false) => Some(format!("{key} IS NOT NULL AND {ends}")),
        (false, false) => Some(ends),
    }
}

/// The column and the bound; `None` for any other kind, and for a partition of a partition, whose
/// rows must fit its own bound too.
fn read(plan: &Plan<'_>, parent: &Name, bound: &str) -> Option<(String, Bound)> {
    let table = plan.table(parent).filter(|table| table.partition_of.is_none())?;
    let (strategy, key) = table.partition_by.as_deref()?.split_once(' ')?;
    let column = key.trim().trim_matches('"').to_owned();
    table.column(&column)?;
    let bound = bound.strip_prefix("for values ")?;
    let bound = match strategy {
        "range" => {
            let (from, to) = bound.strip_prefix("from ")?.split_once(") to")?;
            Bound::Range(limit(from.trim_start_matches('('))?, limit(to)?)
        }
        "list" => Bound::List(values(bound.strip_prefix("in ")?)),
        _ => return None,
    };
    Some((column, bound))
}

/// One end of a range; `None` in it is MINVALUE or MAXVALUE.
fn limit(text: &str) -> Option<Option<String>> {
    match values(text).as_slice() {
        [one] if one == "minvalue" || one == "maxvalue" => Some(None),
        [one] => Some(Some(one.clone())),
        _ => None,
    }
}

/// Literals in parentheses, without their casts.
fn values(text: &str) -> Vec<String> {
    unwrapped(text).split(',').map(literal).collect()
}

fn literal(text: &str) -> String {
    let text = unwrapped(text.split("::").next().unwrap_or(text));
    // `date '2020-01-01'`
    match text.split_once(" '") {
        Some((ty, value)) if !ty.contains('\'') => format!("'{value}"),
        _ => text.to_owned(),
    }
}

/// Whether a condition compares the column with a constant as `holds` wants it.
fn compares(condition: &str, column: &str, holds: impl Fn(&str, &str) -> bool) -> bool {
    let condition = unwrapped(condition);
    // `a BETWEEN 1 AND 9` comes here whole.
    if let Some((operand, range)) = condition.split_once(" between ")
        && let Some((low, high)) = range.split_once(" and ")
    {
        let holds = holds(">=", &literal(low)) || holds("<=", &literal(high));
        return is_column(operand, column) && !high.contains(" is ") && holds;
    }
    for sign in ["<=", ">=", "<", ">", "="] {
        let Some((left, right)) = condition.split_once(&format!(" {sign} ")) else { continue };
        if right.contains([' ']) && !right.contains('\'') {
            return false;
        }
        if is_column(left, column) {
            return holds(sign, &literal(right));
        }
        let turned = match sign {
            "<=" => ">=",
            ">=" => "<=",
            "<" => ">",
            ">" => "<",
            other => other,
        };
        return is_column(right, column) && holds(turned, &literal(left));
    }
    false
}

/// Whether `column <sign> value` makes it `from` or more.
fn at_least(sign: &str, value: &str, from: &str) -> bool {
    matches!(sign, ">=" | ">" | "=")
        && matches!(order(value, from), Some(Ordering::Greater | Ordering::Equal))
}

/// Whether `column <sign> value` makes it less than `to`.
fn below(sign: &str, value: &str, to: &str) -> bool {
    match sign {
        "<" => matches!(order(value, to), Some(Ordering::Less | Ordering::Equal)),
        "<=" | "=" => order(value, to) == Some(Ordering::Less),
        _ => false,
    }
}

/// How two literals compare; `None` where that hangs on their type.
fn order(left: &str, right: &str) -> Option<Ordering> {
    if let (Ok(left), Ok(right)) = (left.parse::<i128>(), right.parse::<i128>()) {
        return Some(left.cmp(&right));
    }
    let day =
        |text: &str| text.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')).and_then(moment);
    if let (Some(left), Some(right)) = (day(left), day(right)) {
        return Some(left.cmp(&right));
    }
    (left == right).then_some(Ordering::Equal)
}

/// `2026-01-31`, with `00:00:00` behind it or a time of day; `None` for any other text, and for one
/// with a time zone. Texts of this form order as the moments do.
fn moment(text: &str) -> Option<String> {
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let digits = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(a, b)| if b == b'0' { a.is_ascii_digit() } else { a == b })
    };
    (digits(day, "0000-00-00") && digits(time, "00:00:00")).then(|| format!("{day} {time}"))
}

/// The values that a condition leaves to the column.
fn one_of(condition: &str, column: &str) -> Option<Vec<String>> {
    let condition = unwrapped(condition);
    let (operand, found) = match condition.split_once(" in ") {
        Some((operand, list)) => (operand, values(list)),
        None => {
            let (operand, value) = condition.split_once(" = ")?;
            (operand, vec![literal(value)])
        }
    };
    is_column(operand, column).then_some(found)
}
