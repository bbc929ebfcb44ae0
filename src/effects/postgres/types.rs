//! What `ALTER COLUMN ... TYPE` does to a table, by the old type and the new one.
//!
//! Measured on PostgreSQL 10 to 18: `tests/facts/postgres_impact.csv`, category "alter column type". The
//! test below holds the pairs that were measured.

use super::names::first_name;
use super::proof::{is_column, split_at};
use crate::dialect::Engine;
use crate::schema::catalog::Catalog;
use crate::schema::expr::{Expr, unwrapped};
use crate::schema::knowledge::Knowledge;
use crate::schema::table::TypeKind;
use crate::schema::types::{DataType, canonical};

/// What a type change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeChange {
    /// The catalog changes and nothing else.
    Free,
    /// The table stays; each index on the column is built anew.
    RebuildsIndexes,
    /// The table and its indexes are written anew.
    Rewrites,
    /// A type that nobody knows is involved.
    Unknown,
}

/// What it does to change a column from `from` to `to`. `utc` says that the session's time zone is
/// known to be UTC.
pub fn type_change(from: &DataType, to: &DataType, utc: bool) -> TypeChange {
    use TypeChange::{Free, RebuildsIndexes, Rewrites};
    if from == to {
        return Free;
    }
    if from.array_dimensions > 0 || to.array_dimensions > 0 {
        // Dimensions are not kept; the elements' types must be equal, or lose a length limit.
        let varchar = from.name.name == "character varying";
        let elements_free = from.name == to.name
            && (from.arguments == to.arguments || (varchar && to.arguments.is_empty()));
        let both = from.array_dimensions > 0 && to.array_dimensions > 0;
        return if elements_free && both { Free } else { Rewrites };
    }
    let names = (from.name.name.as_str(), to.name.name.as_str());
    let unlimited = to.arguments.is_empty();
    let free_if = |free: bool| if free { Free } else { Rewrites };
    let wider = |default: Option<u32>| match (from.number(0).or(default), to.number(0)) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(from), Some(to)) => to >= from,
    };
    match names {
        ("character varying", "character varying") | ("bit varying", "bit varying") => {
            free_if(wider(None))
        }
        ("character varying" | "text", "text") => Free,
        ("text", "character varying") => free_if(unlimited),
        ("character", "bpchar") => Free,
        ("bpchar", "bpchar") => Free,
        ("numeric", "numeric") => free_if(numeric_widens(from, to)),
        ("text" | "character varying" | "citext", "bpchar") => RebuildsIndexes,
        ("xml", "text") => Free,
        ("xml", "character varying") => free_if(unlimited),
        ("oid", "regclass") | ("regclass", "oid") => Free,
        ("integer", "regclass") | ("regclass", "integer") => RebuildsIndexes,
        ("cidr", "inet") => Free,
        ("citext", "text") => RebuildsIndexes,
        ("citext", "character varying") if unlimited => RebuildsIndexes,
        ("text" | "character varying", "citext") => RebuildsIndexes,
        ("bit", "bit varying") if unlimited => RebuildsIndexes,
        ("integer", "oid") | ("oid", "integer") => RebuildsIndexes,
        ("interval", "interval") => free_if(interval_widens(from, to)),
        (a, b) if is_time(a) && a == b => free_if(precision(to) >= precision(from)),
        (a, b) if is_timestamp(a) && is_timestamp(b) => {
            // A precision is applied to what the conversion gives, whatever it was before.
            if utc && precision(to) == PRECISION_MAX { RebuildsIndexes } else { Rewrites }
        }
        (a, b) if is_builtin_name(a) && is_builtin_name(b) => Rewrites,
        _ => TypeChange::Unknown,
    }
}

fn numeric_widens(from: &DataType, to: &DataType) -> bool {
    let scale = |ty: &DataType| ty.number(1).unwrap_or(0);
    match (from.number(0), to.number(0)) {
        (_, None) => to.arguments.is_empty(),
        (None, Some(_)) => false,
        (Some(before), Some(after)) => after >= before && scale(from) == scale(to),
    }
}

fn interval_widens(from: &DataType, to: &DataType) -> bool {
    let fields = |ty: &DataType| ty.arguments.iter().any(|text| text.parse::<u32>().is_err());
    // `day to second` leaves nothing of an interval out but what is in its fields anyway.
    let whole = matches!(to.arguments.as_slice(), [fields] if fields == "day to second");
    to.arguments.is_empty()
        || (whole && !fields(from))
        || (!fields(from) && !fields(to) && precision(to) >= precision(from))
}

/// The digits behind the second that are kept.
const PRECISION_MAX: u32 = 6;

/// Digits behind the second; without a number all are kept.
fn precision(ty: &DataType) -> u32 {
    ty.arguments.last().and_then(|text| text.parse().ok()).unwrap_or(PRECISION_MAX)
}

fn is_timestamp(name: &str) -> bool {
    name.starts_with("timestamp with")
}

fn is_time(name: &str) -> bool {
    is_timestamp(name) || name.starts_with("time with")
}

fn is_builtin_name(name: &str) -> bool {
    const BUILTIN: &[&str] = &[
        "\"char\"",
        "bigint",
        "bit",
        "bit varying",
        "boolean",
        "box",
        "bpchar",
        "bytea",
        "character",
        "character varying",
        "cidr",
        "circle",
        "citext",
        "date",
        "daterange",
        "double precision",
        "hstore",
        "inet",
        "int4range",
        "int8range",
        "integer",
        "interval",
        "json",
        "jsonb",
        "line",
        "lseg",
        "macaddr",
        "macaddr8",
        "money",
        "name",
        "numeric",
        "numrange",
        "oid",
        "path",
        "pg_lsn",
        "point",
        "polygon",
        "real",
        "regclass",
        "regtype",
        "smallint",
        "text",
        "time with time zone",
        "time without time zone",
        "timestamp with time zone",
        "timestamp without time zone",
        "tsquery",
        "tsrange",
        "tstzrange",
        "tsvector",
        "uuid",
        "xml",
    ];
    BUILTIN.binary_search(&name).is_ok()
}

/// Whether a type, or the type of an array's elements, comes with the engine or with the extensions
/// citext and hstore.
pub(super) fn is_builtin(ty: &DataType) -> bool {
    is_builtin_name(&ty.name.name)
}

/// The type beneath a domain, and whether a value could still be refused; an enum rewrites
/// whatever it becomes.
pub fn resolved_change(from: &DataType, to: &DataType, utc: bool, catalog: &Catalog) -> TypeChange {
    let (from_base, _) = beneath(from, catalog);
    let (to_base, constrained) = beneath(to, catalog);
    if from == to {
        return TypeChange::Free;
    }
    // A domain is its base type without a length, so a length in the new type is checked.
    let limits = from_base != *from && !to_base.arguments.is_empty();
    if constrained || limits {
        return TypeChange::Rewrites;
    }
    let change = type_change(&from_base, &to_base, utc);
    let made = |ty: &DataType| matches!(catalog.type_of(&ty.name), Knowledge::Known(_));
    let known = |ty: &DataType| is_builtin(ty) || made(ty);
    match change {
        TypeChange::Unknown if known(&from_base) && known(&to_base) => TypeChange::Rewrites,
        change => change,
    }
}

/// The base type of a domain, which may be a domain again, and whether any of them constrains it.
pub fn beneath(ty: &DataType, catalog: &Catalog) -> (DataType, bool) {
    const LEVELS_MAX: usize = 16;
    let mut found = (ty.clone(), false);
    for _ in 0..LEVELS_MAX {
        let kind = match found.0.array_dimensions {
            0 => catalog.type_of(&found.0.name).known().map(|it| &it.kind),
            _ => None,
        };
        let Some(TypeKind::Domain { ty: base, constraints, .. }) = kind else { break };
        found = (base.clone(), found.1 || !constraints.is_empty());
    }
    found
}

/// The types that a USING expression takes the column through, where it is the column with casts and
/// no more, in either spelling; empty for the column itself.
pub fn casts(using: &Expr, column: &str) -> Option<Vec<DataType>> {
    const CASTS_MAX: usize = 16;
    let mut text = unwrapped(&using.text);
    let mut found = Vec::new();
    while !is_column(text, column) {
        let inner = text.strip_prefix("cast(").and_then(|rest| rest.strip_suffix(')'));
        let (operand, types) = match inner {
            Some(inner) => {
                let (operand, ty) = inner.rsplit_once(" as ")?;
                (operand, vec![ty])
            }
            None => {
                let mut parts = split_at(text, "::").into_iter();
                (parts.next()?, parts.collect())
            }
        };
        for written in types.iter().rev() {
            found.push(written_type(written)?);
        }
        if types.is_empty() || found.len() > CASTS_MAX {
            return None;
        }
        text = unwrapped(operand);
    }
    found.reverse();
    Some(found)
}

/// What casts do to a column on its way to its new type. The indexes on it compare the old type and
/// the new one alone.
pub fn change_by_casts(
    from: &DataType,
    casts: &[DataType],
    to: &DataType,
    utc: bool,
    catalog: &Catalog,
) -> TypeChange {
    let ends = casts.iter().chain([to]);
    let steps = std::iter::once(from).chain(casts).zip(ends);
    let worst = steps.map(|(from, to)| resolved_change(from, to, utc, catalog)).max();
    match worst.unwrap_or(TypeChange::Free) {
        TypeChange::Free | TypeChange::RebuildsIndexes => {
            resolved_change(from, to, utc, catalog).min(TypeChange::RebuildsIndexes)
        }
        worst => worst,
    }
}

/// A type as an expression writes it: `varchar(10)[]`, `timestamp(3) with time zone`.
fn written_type(written: &str) -> Option<DataType> {
    let element = written.trim().trim_end_matches("[]");
    let (name, arguments) = match element.split_once('(') {
        Some((name, rest)) => {
            let (arguments, rest) = rest.split_once(')')?;
            (format!("{}{rest}", name.trim_end()), arguments)
        }
        None => (element.to_owned(), ""),
    };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | '.' | '"');
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let canonical = canonical(Engine::Postgres, name.trim());
    let arguments = arguments.split(',').map(str::trim).filter(|it| !it.is_empty());
    let mut ty = DataType {
        arguments: arguments.map(str::to_owned).collect(),
        array_dimensions: u8::from(element.len() < written.trim().len()),
        ..DataType::named(canonical)
    };
    // A type that is made has a schema, and quotes perhaps.
    if !is_builtin(&ty) {
        ty.name = first_name(name.trim())?;
    }
    Some(ty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Engine;
    use crate::migration::SqlText;
    use crate::schema::change::{Change, TableAction};

    fn ty(text: &str) -> DataType {
        let sql = SqlText::verbatim(format!("ALTER TABLE t ALTER c TYPE {text}"), 0);
        let read = crate::sql::read(&sql, Engine::Postgres);
        match &read.statements[0].changes[0].change.value {
            Change::AlterTable { action: TableAction::AlterType { to, .. }, .. } => to.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn measured_pairs() {
        use TypeChange::{Free, RebuildsIndexes, Rewrites, Unknown};
        let cases = [
            ("smallint", "int", Rewrites),
            ("int", "bigint", Rewrites),
            ("int", "int4", Free),
            ("int", "oid", RebuildsIndexes),
            ("oid", "bigint", Rewrites),
            ("int", "numeric(10,2)", Rewrites),
            ("int", "text", Rewrites),
            ("varchar(50)", "varchar(100)", Free),
            ("varchar(50)", "varchar(20)", Rewrites),
            ("varchar(50)", "varchar", Free),
            ("varchar(50)", "text", Free),
            ("varchar", "varchar(50)", Rewrites),
            ("text", "varchar", Free),
            ("text", "varchar(255)", Rewrites),
            ("citext", "text", RebuildsIndexes),
            ("varchar(50)", "citext", RebuildsIndexes),
            ("char(10)", "char(20)", Rewrites),
            ("char(10)", "varchar(10)", Rewrites),
            ("char(10)", "text", Rewrites),
            ("char(10)", "bpchar", Free),
            ("text", "name", Rewrites),
            ("numeric(10,2)", "numeric(12,2)", Free),
            ("numeric(10,2)", "numeric(8,2)", Rewrites),
            ("numeric(10,2)", "numeric(12,4)", Rewrites),
            ("numeric(10,2)", "numeric", Free),
            ("numeric", "numeric(10,2)", Rewrites),
            ("date", "timestamp", Rewrites),
            ("timestamp(3)", "timestamp(6)", Free),
            ("timestamp(3)", "timestamp", Free),
            ("timestamp", "timestamp(6)", Free),
            ("timestamp", "timestamp(3)", Rewrites),
            ("timestamp", "timestamptz", Rewrites),
            ("time(3)", "time", Free),
            ("time", "timetz", Rewrites),
            ("interval", "interval(3)", Rewrites),
            ("interval(3)", "interval", Free),
            ("interval day to second", "interval", Free),
            ("json", "jsonb", Rewrites),
            ("cidr", "inet", Free),
            ("inet", "cidr", Rewrites),
            ("bit(8)", "varbit", RebuildsIndexes),
            ("bit(5)", "varbit(8)", Rewrites),
            ("text", "bpchar", RebuildsIndexes),
            ("xml", "text", Free),
            ("oid", "regclass", Free),
            ("interval", "interval day to second", Free),
            ("varchar(10)[]", "varchar[]", Free),
            ("varbit(8)", "varbit(16)", Free),
            ("varchar(10)[]", "text[]", Rewrites),
            ("text[]", "text[][]", Free),
            ("my_enum", "text", Unknown),
        ];
        for (from, to, expected) in cases {
            assert_eq!(type_change(&ty(from), &ty(to), false), expected, "{from} -> {to}");
        }
        let in_utc = type_change(&ty("timestamp"), &ty("timestamptz"), true);
        assert_eq!(in_utc, RebuildsIndexes);
    }
}
