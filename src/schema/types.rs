//! Data types: one spelling for each.

use crate::dialect::Engine;
use crate::schema::name::Name;
use std::fmt;

/// A column's data type.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataType {
    /// The type's name in the engine's own spelling (`integer`, not `int4`), see [`canonical`].
    pub name: Name,
    /// Length, precision and scale, ENUM values, interval fields: as written, one each.
    pub arguments: Vec<String>,
    /// `[]` as often as written; PostgreSQL keeps only whether there is any.
    pub array_dimensions: u8,
}

impl DataType {
    /// A built-in type without arguments.
    pub fn named(name: &str) -> Self {
        Self { name: Name::bare(name), ..Self::default() }
    }

    /// Whether it is the built-in type of this name (not an array of it).
    pub fn is(&self, name: &str) -> bool {
        self.array_dimensions == 0 && self.is_or_holds(name)
    }

    /// Whether it is the built-in type of this name, or an array of it.
    pub fn is_or_holds(&self, name: &str) -> bool {
        self.name.name == name && self.is_builtin_schema()
    }

    /// `serial` and its kin are not types: the integer type that the column gets, else `None`.
    pub fn serial_of(&self) -> Option<&'static str> {
        match self.name.name.as_str() {
            "smallserial" => Some("smallint"),
            "serial" => Some("integer"),
            "bigserial" => Some("bigint"),
            _ => None,
        }
        .filter(|_| self.array_dimensions == 0 && self.is_builtin_schema())
    }

    /// The argument at `index` as a number.
    pub fn number(&self, index: usize) -> Option<u32> {
        self.arguments.get(index).and_then(|argument| argument.parse().ok())
    }

    fn is_builtin_schema(&self) -> bool {
        self.name.schema.as_deref().is_none_or(|schema| schema == "pg_catalog")
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments = match self.arguments.as_slice() {
            [] => String::new(),
            arguments => format!("({})", arguments.join(",")),
        };
        // `interval day to second(3)`: its fields are words.
        if let [fields, precision @ ..] = self.arguments.as_slice()
            && self.name.name == "interval"
            && fields.parse::<u32>().is_err()
        {
            write!(f, "interval {fields}")?;
            if let [precision] = precision {
                write!(f, "({precision})")?;
            }
            return (0..self.array_dimensions).try_for_each(|_| f.write_str("[]"));
        }
        // `timestamp(3) with time zone`, `decimal(9,2) unsigned`: the arguments stand after the
        // first word.
        match self.name.name.split_once(' ') {
            Some((first, rest)) if matches!(first, "timestamp" | "time") || rest == "unsigned" => {
                write!(f, "{first}{arguments} {rest}")?;
            }
            _ => write!(f, "{}{arguments}", self.name)?,
        }
        (0..self.array_dimensions).try_for_each(|_| f.write_str("[]"))
    }
}

/// The engine's own spelling of a built-in type that has several, else the name unchanged.
///
/// PostgreSQL: manual, table "Data Types" (aliases), and `format_type()`.
pub fn canonical(engine: Engine, name: &str) -> &str {
    match engine {
        Engine::Postgres => match name {
            "int" | "int4" => "integer",
            "int2" => "smallint",
            "int8" => "bigint",
            "serial2" => "smallserial",
            "serial4" => "serial",
            "serial8" => "bigserial",
            "bool" => "boolean",
            "decimal" | "dec" => "numeric",
            "float8" => "double precision",
            "float4" => "real",
            "varchar" => "character varying",
            "char" => "character",
            "varbit" => "bit varying",
            "timestamp" => "timestamp without time zone",
            "timestamptz" => "timestamp with time zone",
            "time" => "time without time zone",
            "timetz" => "time with time zone",
            other => other,
        },
        Engine::Mysql | Engine::Mariadb => match name {
            "integer" | "int4" => "int",
            "int1" => "tinyint",
            "bool" | "boolean" => "tinyint",
            "int2" => "smallint",
            "int3" | "middleint" => "mediumint",
            "int8" => "bigint",
            "dec" | "numeric" | "fixed" => "decimal",
            "double precision" | "float8" => "double",
            "float4" => "float",
            "character varying" => "varchar",
            "character" => "char",
            other => other,
        },
        Engine::Sqlite => name,
    }
}
