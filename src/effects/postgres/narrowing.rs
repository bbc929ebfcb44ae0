//! What becomes of values that the new type of a column does not hold: kept, refused, or cut without
//! an error.
//!
//! Measured on PostgreSQL 15; the test below holds the pairs that were measured.

use crate::dialect::Engine;
use crate::effects::postgres::types::beneath;
use crate::schema::catalog::Catalog;
use crate::schema::change::TypeDefinition;
use crate::schema::expr::Expr;
use crate::schema::table::TypeKind;
use crate::schema::types::{DataType, canonical};

/// What becomes of them; the worst is last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Narrowing {
    /// Every value is kept.
    Keeps,
    /// The statement fails where this is so.
    Refuses(String),
    /// This goes without an error, and was no more than an approximation.
    Rounds(String),
    /// This goes without an error.
    Cuts(String),
}

use Narrowing::{Cuts, Keeps, Refuses, Rounds};

/// What `ALTER COLUMN column TYPE to [USING using]` makes of the values of a column. `from` is `None`
/// where the old type is not known: then the worst that is likely of the new one.
pub fn narrowing(
    column: &str,
    from: Option<&DataType>,
    to: &DataType,
    using: Option<&Expr>,
    catalog: &Catalog,
) -> Narrowing {
    let to = beneath(to, catalog).0;
    let from = match from {
        Some(from) => as_text(beneath(from, catalog).0, catalog),
        None => widest(&to),
    };
    match using {
        Some(using) => by_expression(using, column, &from, &to),
        None => by_cast(&from, &to, false),
    }
}

/// An enum as the text type that holds its labels; another type as it is.
fn as_text(ty: DataType, catalog: &Catalog) -> DataType {
    let found = catalog.type_of(&ty.name).known().map(|found| &found.kind);
    let Some(TypeKind::Type(TypeDefinition::Enum(labels))) = found else { return ty };
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    DataType { arguments: vec![longest.to_string()], ..DataType::named("character varying") }
}

/// The old type that would lose most, of those that people change to this one.
fn widest(to: &DataType) -> DataType {
    let name = match to.name.name.as_str() {
        "numeric" => "numeric",
        "real" => "double precision",
        "bit" | "bit varying" => "bit varying",
        "interval" => "interval",
        "date" => "timestamp without time zone",
        name if name.starts_with("time") => name,
        name if text_limit(to).is_some() || name == "text" => "text",
        _ => return to.clone(),
    };
    DataType { array_dimensions: to.array_dimensions, ..DataType::named(name) }
}

/// What a cast does: one that is written (`explicit`) cuts text and bits to length, one that an
/// assignment implies refuses them.
fn by_cast(from: &DataType, to: &DataType, explicit: bool) -> Narrowing {
    if from == to || (from.array_dimensions > 0) != (to.array_dimensions > 0) {
        return Keeps;
    }
    if let Some(limit) = text_limit(to) {
        return text(from, to, limit, explicit);
    }
    let (before, after) = (from.name.name.as_str(), to.name.name.as_str());
    if let (Some(before), Some(after)) = (Number::of(from), Number::of(to)) {
        return before.into(after);
    }
    if let (Some(before), Some(after)) = (bit_limit(from), bit_limit(to)) {
        let fits = after.is_none() || before.zip(after).is_some_and(|(old, new)| old <= new);
        let after = after.unwrap_or(0);
        return match (fits, explicit) {
            (true, _) => Keeps,
            (false, true) => Cuts(format!("every bit beyond {after}")),
            (false, false) => Refuses(format!("a value has more than {after} bits")),
        };
    }
    if (before, after) == ("inet", "cidr") {
        return Cuts("the host's part of each address".to_owned());
    }
    time(from, to)
}

/// The characters that a type holds, where it has a limit.
fn text_limit(ty: &DataType) -> Option<u32> {
    match ty.name.name.as_str() {
        "character varying" => ty.number(0),
        "character" => Some(ty.number(0).unwrap_or(1)),
        "name" => Some(63),
        "\"char\"" => Some(1),
        _ => None,
    }
}

fn text(from: &DataType, to: &DataType, limit: u32, explicit: bool) -> Narrowing {
    if text_length(from).is_some_and(|length| length <= limit) {
        return Keeps;
    }
    match to.name.name.as_str() {
        // These two cut even where nobody wrote a cast.
        "name" => Cuts("every byte beyond 63".to_owned()),
        "\"char\"" => Cuts("all but the first byte".to_owned()),
        _ if explicit => Cuts(format!("every character beyond {limit}")),
        _ => Refuses(format!("a value is longer than {limit}")),
    }
}

/// The most characters that a value has as text; `None`: no limit is known.
fn text_length(ty: &DataType) -> Option<u32> {
    let digits = |ty: &DataType| {
        // A sign, a point, and a 0 before it.
        let number = Number::of(ty)?;
        Some(number.whole? + number.scale? + 3)
    };
    match ty.name.name.as_str() {
        "boolean" => Some(5),
        "smallint" => Some(6),
        "integer" => Some(11),
        "bigint" => Some(20),
        "real" => Some(15),
        "double precision" => Some(24),
        "numeric" => digits(ty),
        "uuid" => Some(36),
        "date" => Some(13),
        "macaddr" => Some(17),
        "macaddr8" => Some(23),
        "bit" => Some(ty.number(0).unwrap_or(1)),
        "bit varying" => ty.number(0),
        name if name.starts_with("timestamp") => Some(35),
        name if name.starts_with("time") => Some(21),
        _ => text_limit(ty),
    }
}

/// The bits that a type holds; `Some(None)`: any number of them.
fn bit_limit(ty: &DataType) -> Option<Option<u32>> {
    match ty.name.name.as_str() {
        "bit" => Some(Some(ty.number(0).unwrap_or(1))),
        "bit varying" => Some(ty.number(0)),
        _ => None,
    }
}

/// What a number type holds: digits before the point and behind it, where they are limited.
#[derive(Clone, Copy)]
struct Number {
    whole: Option<u32>,
    scale: Option<u32>,
    /// The digits before the point that every value of that many has room for.
    room: Option<u32>,
    /// The digits in all that a binary fraction keeps.
    significant: Option<u32>,
}

impl Number {
    fn of(ty: &DataType) -> Option<Self> {
        let exact = |whole, room| Self {
            whole: Some(whole),
            scale: Some(0),
            room: Some(room),
            significant: None,
        };
        let binary =
            |digits| Self { whole: None, scale: None, room: None, significant: Some(digits) };
        Some(match ty.name.name.as_str() {
            "smallint" => exact(5, 4),
            "integer" => exact(10, 9),
            "bigint" => exact(19, 18),
            "money" => Self { scale: Some(2), ..exact(17, 16) },
            "real" => binary(6),
            "double precision" => binary(15),
            "numeric" => {
                let scale = ty.number(0).map(|_| ty.number(1).unwrap_or(0));
                let whole = ty.number(0).zip(scale).map(|(all, scale)| all.saturating_sub(scale));
                Self { whole, scale, room: whole, significant: None }
            }
            _ => return None,
        })
    }

    fn into(self, to: Self) -> Narrowing {
        if let Some(digits) = to.significant {
            let old = self.significant.or_else(|| Some(self.whole? + self.scale?));
            return match old.is_some_and(|old| old <= digits) {
                true => Keeps,
                false => Cuts(format!("every digit beyond {digits} in all, by rounding")),
            };
        }
        let fraction = match to.scale {
            Some(0) => "what stands behind the decimal point, by rounding".to_owned(),
            Some(scale) => format!("what stands behind decimal place {scale}, by rounding"),
            None => return Keeps,
        };
        if self.scale.is_none_or(|scale| scale > to.scale.unwrap_or(0)) {
            // A binary fraction that becomes an amount was never exact behind that place.
            let approximate = self.significant.is_some() && to.scale != Some(0);
            return if approximate { Rounds(fraction) } else { Cuts(fraction) };
        }
        let room = to.room.unwrap_or(0);
        // A whole number of the machine reaches into one digit more than it has room for.
        let machine = |number: Self| number.whole != number.room;
        let smaller = machine(self) && machine(to) && self.whole <= to.whole;
        match smaller || self.whole.is_some_and(|whole| whole <= room) {
            true => Keeps,
            false => Refuses("a number is out of its range".to_owned()),
        }
    }
}

/// Dates, times and intervals.
fn time(from: &DataType, to: &DataType) -> Narrowing {
    let (before, after) = (from.name.name.as_str(), to.name.name.as_str());
    let is = |name: &str, prefix: &str| name.starts_with(prefix);
    let (stamp, clock) = ("timestamp with", "time with");
    let lost = match (before, after) {
        (before, "date") if is(before, stamp) => "the time of day",
        (before, after) if is(before, stamp) && is(after, clock) => "the date",
        ("time with time zone", "time without time zone") => "the offset from UTC",
        ("interval", after) if is(after, clock) => "days, months and years",
        ("interval", "interval") if fields(to).is_some() && fields(from) != fields(to) => {
            "what its fields leave out"
        }
        _ => "",
    };
    if !lost.is_empty() {
        return Cuts(lost.to_owned());
    }
    let kept = |name: &str| is(name, stamp) || is(name, clock) || name == "interval";
    let (old, new) = (precision(from), precision(to));
    match kept(before) && kept(after) && new < old {
        true => Cuts(format!("fractions of a second beyond {new} digits")),
        false => Keeps,
    }
}

/// Digits behind the second; without a number all six are kept.
fn precision(ty: &DataType) -> u32 {
    ty.arguments.last().and_then(|text| text.parse().ok()).unwrap_or(6)
}

/// The fields of an interval, where they leave something out.
fn fields(ty: &DataType) -> Option<&str> {
    let first = ty.arguments.first().map(String::as_str)?;
    let leaves_out = first.parse::<u32>().is_err() && first != "day to second";
    leaves_out.then_some(first)
}

/// What a USING expression does: its casts and the functions that cut, then the assignment.
fn by_expression(using: &Expr, column: &str, from: &DataType, to: &DataType) -> Narrowing {
    const CUTTING: &[&str] = &[
        "ceil",
        "ceiling",
        "date_trunc",
        "floor",
        "left",
        "right",
        "round",
        "split_part",
        "substr",
        "substring",
        "trunc",
    ];
    if !using.columns.contains(column) {
        return Cuts("every value: the USING expression does not read them".to_owned());
    }
    let called = |name: &&str| using.functions.iter().any(|function| function.name == **name);
    let casts = casts(&using.text);
    let mut worst = casts.iter().map(|cast| by_cast(from, cast, true)).max().unwrap_or(Keeps);
    if let Some(function) = CUTTING.iter().find(|name| called(name)) {
        let fits = *function == "left"
            && left_length(&using.text).zip(text_length(from)).is_some_and(|(cut, old)| old <= cut);
        if !fits {
            worst = worst.max(Cuts(format!("what {function}() leaves out")));
        }
    }
    // What a function gives is not known. Behind CAST ... AS a type with a length looks like one.
    const TYPES: &[&str] = &[
        "bit",
        "cast",
        "char",
        "character",
        "decimal",
        "interval",
        "numeric",
        "time",
        "timestamp",
        "timestamptz",
        "varbit",
        "varchar",
        "varying",
    ];
    match using.functions.iter().all(|function| TYPES.contains(&function.name.as_str())) {
        true => worst.max(by_cast(from, to, false)),
        false => worst,
    }
}

/// The types that an expression casts to.
fn casts(text: &str) -> Vec<DataType> {
    let marks = text.match_indices("::").chain(text.match_indices(" as "));
    let outside_strings = |at: usize| text.get(..at).unwrap_or("").matches('\'').count() % 2 == 0;
    marks
        .filter(|(at, _)| outside_strings(*at))
        .filter_map(|(at, mark)| parse_type(text.get(at + mark.len()..)?))
        .collect()
}

/// The built-in type at the beginning of a text.
fn parse_type(text: &str) -> Option<DataType> {
    const WORDS: &[&str] = &["character varying", "bit varying", "double precision", "\"char\""];
    let text = text.strip_prefix("pg_catalog.").unwrap_or(text);
    let one = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let first = text.split(|c: char| !one(c)).next().unwrap_or("");
    let name = WORDS.iter().find(|words| text.starts_with(**words)).copied().unwrap_or(first);
    let rest = text.get(name.len()..)?.trim_start();
    let (arguments, rest) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((arguments, rest)) => (arguments, rest),
        None => ("", rest),
    };
    let name = match rest.trim_start().starts_with("with time zone") {
        true => format!("{name} with time zone"),
        false => canonical(Engine::Postgres, name).to_owned(),
    };
    let arguments = arguments.split(',').map(str::trim).filter(|argument| !argument.is_empty());
    Some(DataType {
        arguments: arguments.map(str::to_owned).collect(),
        array_dimensions: u8::from(rest.starts_with("[]")),
        ..DataType::named(&name)
    })
    .filter(|ty| !ty.name.name.is_empty())
}

/// The length that `left(column, length)` cuts to.
fn left_length(text: &str) -> Option<u32> {
    let (_, call) = text.split_once("left(")?;
    let (_, length) = call.split_once(',')?;
    length.split(')').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::SqlText;
    use crate::schema::change::{Change, TableAction};

    fn narrows(from: &str, to: &str) -> Narrowing {
        let alter = |change: &str| {
            let sql = SqlText::verbatim(format!("ALTER TABLE t ALTER c TYPE {change}"), 0);
            let read = crate::sql::read(&sql, Engine::Postgres);
            match &read.statements[0].changes[0].change.value {
                Change::AlterTable { action: TableAction::AlterType { to, using, .. }, .. } => {
                    (to.clone(), using.clone())
                }
                other => panic!("{other:?}"),
            }
        };
        let from = (!from.is_empty()).then(|| alter(from).0);
        let (to, using) = alter(to);
        narrowing("c", from.as_ref(), &to, using.as_ref(), &Catalog::default())
    }

    #[test]
    fn measured_pairs() {
        let keeps = [
            ("varchar(200)", "varchar(200) USING c::varchar(200)"),
            ("varchar(100)", "text USING upper(c)"),
            ("char(8)", "varchar(8)"),
            ("integer", "bigint"),
            ("smallint", "integer USING c::int"),
            ("integer", "double precision"),
            ("smallint", "real"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(10,2)", "numeric"),
            ("numeric(10,0)", "bigint"),
            ("integer", "numeric(10,0)"),
            ("double precision", "numeric"),
            ("uuid", "varchar(36) USING c::varchar(36)"),
            ("integer", "varchar(11)"),
            ("bigint", "text USING c::text"),
            ("timestamp(3)", "timestamptz"),
            ("timestamp", "text"),
            ("date", "timestamp"),
            ("time", "interval"),
            ("varchar(4)", "varchar(9) USING left(c, 9)"),
            ("text", "integer USING c::integer"),
            ("text", "jsonb USING c::jsonb"),
            ("text", "my_enum USING c::my_enum"),
            ("", "text"),
            ("", "bigint"),
        ];
        for (from, to) in keeps {
            assert_eq!(narrows(from, to), Keeps, "{from} -> {to}");
        }
        let refuses = [
            ("varchar(200)", "varchar(4)"),
            ("varchar(200)", "varchar(4) USING c::varchar"),
            ("text", "varchar(4) USING c"),
            ("char(8)", "char(4)"),
            ("bigint", "int USING c::int"),
            ("int", "smallint"),
            ("numeric(10,2)", "numeric(5,2) USING c::numeric(5,2)"),
            ("bit(8)", "bit(4)"),
            ("varbit(8)", "varbit(4)"),
            ("bigint", "varchar(3)"),
            ("int", "varchar(3) USING c::text"),
            ("varchar(200)[]", "varchar(4)[]"),
            ("", "varchar(9)"),
        ];
        for (from, to) in refuses {
            assert!(matches!(narrows(from, to), Refuses(_)), "{from} -> {to}");
        }
        let cuts = [
            ("varchar(200)", "varchar(4) USING c::varchar(4)"),
            ("varchar(200)", "varchar(4) USING CAST(c AS character varying (4))"),
            ("text", "varchar(4) USING left(c, 4)"),
            ("text", "varchar(4) USING (substring(c from 1 for 4))"),
            ("text", "char(4) USING c::char(4)"),
            ("text", "varchar(4) USING c::char"),
            ("bigint", "varchar(3) USING c::varchar(3)"),
            ("varchar(200)[]", "varchar(4)[] USING c::varchar(4)[]"),
            ("text", "name"),
            ("text", "\"char\""),
            ("numeric(10,4)", "numeric(10,2)"),
            ("numeric(10,4)[]", "numeric(10,2)[]"),
            ("numeric", "bigint USING c::bigint"),
            ("numeric", "numeric(12,2)"),
            ("double precision", "int"),
            ("double precision", "real"),
            ("bigint", "double precision"),
            ("numeric", "double precision"),
            ("numeric", "money"),
            ("money", "numeric(10,1)"),
            ("timestamp", "timestamp(3)"),
            ("timestamptz", "date"),
            ("timestamptz", "time"),
            ("timetz", "time"),
            ("time", "time(0)"),
            ("interval", "time"),
            ("interval", "interval month"),
            ("interval", "interval(2)"),
            ("bit(8)", "bit(4) USING c::bit(4)"),
            ("inet", "cidr"),
            ("text", "text USING NULL"),
            ("int", "int USING 0"),
            ("", "varchar(9) USING c::varchar(9)"),
            ("", "date"),
        ];
        for (from, to) in cuts {
            assert!(
                matches!(narrows(from, to), Cuts(_)),
                "{from} -> {to}: {:?}",
                narrows(from, to)
            );
        }
        for from in ["real", "double precision"] {
            let cents = "what stands behind decimal place 2, by rounding".to_owned();
            assert_eq!(narrows(from, "numeric(5,2)"), Rounds(cents));
        }
    }
}
