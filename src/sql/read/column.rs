//! Column definitions and constraints, wherever they are written.

use crate::dialect::Engine;
use crate::schema::canonical::quoted;
use crate::schema::change::{
    Column, Constraint, ConstraintKind, ForeignKey, Generated, Identity, Key,
};
use crate::schema::expr::Expr;
use crate::schema::name::Name;
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::data_type::data_type;
use crate::sql::read::expr::expression;
use crate::sql::read::sequence::sequence_options;
use crate::sql::read::sqlite;

/// Settings with their values.
pub type Options = Vec<(String, String)>;

/// A column and the constraints beside it.
#[derive(Debug, Default)]
pub struct ColumnDefinition {
    /// The column.
    pub column: Column,
    /// Its constraints, as table constraints.
    pub constraints: Vec<Located<Constraint>>,
}

/// Takes all tokens of `cursor` as a column definition.
///
/// # Errors
/// `Unread` if some token is not part of one.
pub fn column_definition(mut cursor: Cursor<'_>) -> Reads<ColumnDefinition> {
    let mut read = ColumnDefinition::default();
    read.column.name = cursor.identifier()?;
    if !cursor.is_done() && !starts_column_constraint(&cursor) && !cursor.is("WITH OPTIONS") {
        read.column.ty = Some(data_type(&mut cursor)?);
    }
    cursor.eat("WITH OPTIONS");
    column_constraints(&mut cursor, &mut read)?;
    Ok(read)
}

/// Takes all tokens of `cursor` as what stands behind the type of the column `name`.
///
/// # Errors
/// `Unread` at the first token that is no option or constraint.
pub fn column_options(mut cursor: Cursor<'_>, name: &str) -> Reads<ColumnDefinition> {
    let mut read = ColumnDefinition::default();
    read.column.name = name.to_owned();
    column_constraints(&mut cursor, &mut read)?;
    Ok(read)
}

/// Whether an option or constraint of a column begins here: a DEFAULT's expression ends there.
pub fn starts_column_constraint(cursor: &Cursor<'_>) -> bool {
    const WORDS: &[&str] = &[
        "CONSTRAINT",
        "NOT NULL",
        "NULL",
        "DEFAULT",
        "PRIMARY KEY",
        "UNIQUE",
        "CHECK",
        "REFERENCES",
        "GENERATED",
        "COLLATE",
        "STORAGE",
        "COMPRESSION",
        "OPTIONS",
        "DEFERRABLE",
        "NOT DEFERRABLE",
        "INITIALLY",
        "ENFORCED",
        "NOT ENFORCED",
        "NOT VALID",
    ];
    WORDS.iter().any(|words| cursor.is(words))
        || (cursor.engine != Engine::Postgres && cursor.is("AS ("))
}

fn column_constraints(cursor: &mut Cursor<'_>, read: &mut ColumnDefinition) -> Reads<()> {
    while !cursor.is_done() {
        let start = cursor.position();
        let name = match cursor.eat("CONSTRAINT") {
            true => Some(cursor.identifier()?),
            false => None,
        };
        if let Some(kind) = constraint_beside(cursor, &name, read)? {
            let mut constraint = Constraint { inline: true, ..Constraint::new(name, kind) };
            constraint_attributes(cursor, &mut constraint);
            read.constraints.push(Located::new(constraint, cursor.span_from(start)));
        }
    }
    Ok(())
}

/// Takes one option or constraint of a column; an option goes into the column.
fn constraint_beside(
    cursor: &mut Cursor<'_>,
    name: &Option<String>,
    read: &mut ColumnDefinition,
) -> Reads<Option<ConstraintKind>> {
    let column = &mut read.column;
    let own = || vec![column.name.clone()];
    if cursor.eat("NOT NULL") {
        let kind = ConstraintKind::NotNull(column.name.clone());
        let written = name.is_some() || cursor.is("NO INHERIT");
        column.not_null = true;
        sqlite::column_conflict(cursor, column);
        return Ok(written.then_some(kind));
    }
    if cursor.eat("NULL") {
        sqlite::column_conflict(cursor, column);
        return Ok(None);
    }
    if cursor.eat("DEFAULT") {
        column.default = Some(default_expression(cursor)?);
        return Ok(None);
    }
    if cursor.eat("PRIMARY KEY") {
        let mut key = Key { columns: own(), ..Key::default() };
        (key.include, key.options) = index_parameters(cursor)?;
        sqlite::primary_key_options(cursor, column);
        return Ok(Some(ConstraintKind::PrimaryKey(key)));
    }
    if cursor.eat("UNIQUE") {
        let nulls_not_distinct = nulls_not_distinct(cursor);
        let mut key = Key { columns: own(), nulls_not_distinct, ..Key::default() };
        (key.include, key.options) = index_parameters(cursor)?;
        sqlite::column_conflict(cursor, column);
        return Ok(Some(ConstraintKind::Unique(key)));
    }
    if cursor.eat("CHECK") {
        return Ok(Some(ConstraintKind::Check(expression(cursor.parentheses()?))));
    }
    if cursor.is("REFERENCES") {
        let columns = own();
        return Ok(Some(references(cursor, columns, false)?));
    }
    if cursor.eat("GENERATED") || (cursor.engine != Engine::Postgres && cursor.is("AS (")) {
        generated(cursor, column)?;
        return Ok(None);
    }
    if cursor.eat("COLLATE") {
        column.collation = Some(cursor.name()?);
        return Ok(None);
    }
    if cursor.eat("OPTIONS") {
        column.options.extend(options(cursor.parentheses()?)?);
        return Ok(None);
    }
    for option in ["STORAGE", "COMPRESSION"] {
        if cursor.eat(option) {
            column.options.push((option.to_ascii_lowercase(), cursor.identifier()?));
            return Ok(None);
        }
    }
    Err(cursor.unexpected("a column constraint"))
}

/// Takes the expression behind DEFAULT: up to the next option of the column.
fn default_expression(cursor: &mut Cursor<'_>) -> Reads<Expr> {
    let start = cursor.position();
    let mut cases = 0_usize;
    let taken = cursor.take_until(|rest| {
        let first = rest.position() == start;
        if rest.is("CASE") {
            cases += 1;
        } else if rest.is("END") {
            cases = cases.saturating_sub(1);
        }
        !first && cases == 0 && starts_column_constraint(rest)
    });
    match taken.is_done() {
        true => Err(cursor.unexpected("a default value")),
        false => Ok(sqlite::default_value(&taken, expression(taken))),
    }
}

/// Takes `ALWAYS AS IDENTITY (...)`, `BY DEFAULT AS IDENTITY`, `ALWAYS AS (...) STORED`.
fn generated(cursor: &mut Cursor<'_>, column: &mut Column) -> Reads<()> {
    let always = cursor.eat("ALWAYS") || cursor.is("AS (");
    if !always {
        cursor.expect("BY DEFAULT")?;
        cursor.eat("ON NULL");
    }
    cursor.expect("AS")?;
    if cursor.eat("IDENTITY") {
        let sequence = match cursor.is("(") {
            true => sequence_options(cursor.parentheses()?)?,
            false => Default::default(),
        };
        column.not_null = true;
        column.identity = Some(Identity { always, sequence });
        return Ok(());
    }
    let expr = expression(cursor.parentheses()?);
    // Without a word it is VIRTUAL from PostgreSQL 18 on; before, STORED must be written.
    let stored = cursor.eat("STORED");
    if !stored {
        cursor.eat("VIRTUAL");
    }
    column.generated = Some(Generated { expr, stored });
    Ok(())
}

/// `NULLS [NOT] DISTINCT`.
pub fn nulls_not_distinct(cursor: &mut Cursor<'_>) -> bool {
    let not = cursor.eat("NULLS NOT DISTINCT");
    if !not {
        cursor.eat("NULLS DISTINCT");
    }
    not
}

/// `INCLUDE (...)`, and `WITH (...)` and `USING INDEX TABLESPACE x` as options, behind a key.
fn index_parameters(cursor: &mut Cursor<'_>) -> Reads<(Vec<String>, Options)> {
    let include = match cursor.eat("INCLUDE") {
        true => cursor.identifiers_in_parentheses()?,
        false => Vec::new(),
    };
    let mut settings = Vec::new();
    if cursor.is("WITH (") {
        cursor.advance();
        settings = options(cursor.parentheses()?)?;
    }
    if cursor.eat("USING INDEX TABLESPACE") {
        settings.push(("tablespace".to_owned(), cursor.identifier()?));
    }
    Ok((include, settings))
}

/// Takes DEFERRABLE, INITIALLY, NOT VALID, NO INHERIT, ENFORCED in any order.
pub fn constraint_attributes(cursor: &mut Cursor<'_>, constraint: &mut Constraint) {
    const ATTRIBUTES: &[&str] = &[
        "NOT DEFERRABLE",
        "DEFERRABLE",
        "INITIALLY DEFERRED",
        "INITIALLY IMMEDIATE",
        "NOT VALID",
        "NO INHERIT",
        "NOT ENFORCED",
        "ENFORCED",
    ];
    while let Some(attribute) = cursor.eat_any(ATTRIBUTES) {
        match attribute {
            "DEFERRABLE" => constraint.deferrable = true,
            "INITIALLY DEFERRED" => {
                constraint.initially_deferred = true;
                constraint.deferrable = true;
            }
            "NOT VALID" => constraint.validated = false,
            "NO INHERIT" => constraint.no_inherit = true,
            "NOT ENFORCED" => {
                constraint.enforced = false;
                constraint.validated = false;
            }
            _ => {}
        }
    }
}

/// Whether a table constraint begins here, not a column.
pub fn starts_table_constraint(cursor: &Cursor<'_>) -> bool {
    cursor.is("CONSTRAINT")
        || cursor.is("PRIMARY KEY")
        || cursor.is("UNIQUE")
        || cursor.is("CHECK (")
        || cursor.is("FOREIGN KEY")
        || cursor.is("NOT NULL")
        || cursor.is("EXCLUDE (")
        || cursor.is("EXCLUDE USING")
}

/// Takes all tokens of `cursor` as a table constraint.
///
/// # Errors
/// `Unread` if some token is not part of one.
pub fn table_constraint(mut cursor: Cursor<'_>) -> Reads<Constraint> {
    let name = match cursor.eat("CONSTRAINT") {
        true => Some(cursor.identifier()?),
        false => None,
    };
    let kind = constraint_kind(&mut cursor)?;
    let mut constraint = Constraint::new(name, kind);
    sqlite::conflict_clause(&mut cursor);
    constraint_attributes(&mut cursor, &mut constraint);
    cursor.finish()?;
    Ok(constraint)
}

fn constraint_kind(cursor: &mut Cursor<'_>) -> Reads<ConstraintKind> {
    if cursor.eat("PRIMARY KEY") {
        return Ok(ConstraintKind::PrimaryKey(key(cursor)?));
    }
    if cursor.eat("UNIQUE") {
        return Ok(ConstraintKind::Unique(key(cursor)?));
    }
    if cursor.eat("CHECK") {
        return Ok(ConstraintKind::Check(expression(cursor.parentheses()?)));
    }
    if cursor.eat("NOT NULL") {
        return Ok(ConstraintKind::NotNull(cursor.identifier()?));
    }
    if cursor.eat("FOREIGN KEY") {
        let (columns, period) = key_columns(cursor.parentheses()?, "PERIOD")?;
        return references(cursor, columns, period);
    }
    if cursor.eat("EXCLUDE") {
        let method = match cursor.eat("USING") {
            true => Some(cursor.identifier()?),
            false => None,
        };
        let elements = cursor.parentheses()?.split_commas();
        let elements = elements.into_iter().map(|mut element| element.rest()).collect();
        index_parameters(cursor)?;
        let predicate = match cursor.eat("WHERE") {
            true => Some(expression(cursor.parentheses()?)),
            false => None,
        };
        return Ok(ConstraintKind::Exclude { method, elements, predicate });
    }
    Err(cursor.unexpected("a constraint"))
}

/// `(a, b)` or `USING INDEX name`, with what may stand around it.
fn key(cursor: &mut Cursor<'_>) -> Reads<Key> {
    let nulls_not_distinct = nulls_not_distinct(cursor);
    if cursor.is("USING INDEX") && !cursor.is("USING INDEX TABLESPACE") {
        cursor.eat("USING INDEX");
        let using_index = Some(cursor.identifier()?);
        return Ok(Key { using_index, nulls_not_distinct, ..Key::default() });
    }
    let (columns, without_overlaps) = key_columns(cursor.parentheses()?, "WITHOUT OVERLAPS")?;
    let (include, options) = index_parameters(cursor)?;
    let using_index = None;
    Ok(Key { columns, include, using_index, nulls_not_distinct, without_overlaps, options })
}

/// Columns, one of which may carry the words for a period (PostgreSQL 18): behind its name for a
/// key, before it for a foreign key.
fn key_columns(mut cursor: Cursor<'_>, period_words: &str) -> Reads<(Vec<String>, bool)> {
    let mut columns = Vec::new();
    let mut period = false;
    for mut part in cursor.split_commas() {
        let names_period =
            period_words == "PERIOD" && !part.is_at(1, ",") && part.peek(1).is_some();
        period |= names_period && part.eat(period_words);
        columns.push(part.identifier()?);
        sqlite::key_column_options(&mut part)?;
        period |= part.eat(period_words);
        part.finish()?;
    }
    Ok((columns, period))
}

/// `REFERENCES table (columns) MATCH ... ON DELETE ... ON UPDATE ...`.
///
/// # Errors
/// `Unread` at the first token that is not part of it.
pub fn references(
    cursor: &mut Cursor<'_>,
    columns: Vec<String>,
    period: bool,
) -> Reads<ConstraintKind> {
    cursor.expect("REFERENCES")?;
    let references = cursor.name()?;
    let referenced_columns = match cursor.is("(") {
        true => key_columns(cursor.parentheses()?, "PERIOD")?.0,
        false => Vec::new(),
    };
    let mut key = ForeignKey {
        columns,
        references,
        referenced_columns,
        matching: None,
        on_delete: "NO ACTION".to_owned(),
        on_update: "NO ACTION".to_owned(),
        period,
    };
    loop {
        if let Some(matching) = cursor.eat_any(&["MATCH FULL", "MATCH PARTIAL", "MATCH SIMPLE"]) {
            key.matching = Some(matching.to_owned());
        } else if cursor.eat("ON DELETE") {
            key.on_delete = referential_action(cursor)?;
        } else if cursor.eat("ON UPDATE") {
            key.on_update = referential_action(cursor)?;
        } else {
            return Ok(ConstraintKind::ForeignKey(Box::new(key)));
        }
    }
}

fn referential_action(cursor: &mut Cursor<'_>) -> Reads<String> {
    const ACTIONS: &[&str] = &["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"];
    let action =
        cursor.eat_any(ACTIONS).ok_or_else(|| cursor.unexpected("a referential action"))?;
    let mut text = action.to_owned();
    // `SET NULL (a, b)`, from PostgreSQL 15 on.
    if action.starts_with("SET") && cursor.is("(") {
        let columns = cursor.identifiers_in_parentheses()?.into_iter().map(Name::bare);
        let columns: Vec<String> = columns.map(|it| quoted(cursor.engine, &it)).collect();
        text = format!("{text} ({})", columns.join(", "));
    }
    Ok(text)
}

/// `key = value, key 'value', key` inside parentheses.
///
/// # Errors
/// `Unread` if an element does not begin with a name.
pub fn options(mut cursor: Cursor<'_>) -> Reads<Options> {
    let mut options = Vec::new();
    for mut part in cursor.split_commas() {
        let mut name = part.name()?.to_string();
        // `OPTIONS (SET host 'x')`, `(ADD a 'b')`, `(DROP c)`.
        if matches!(name.as_str(), "set" | "add" | "drop")
            && part.peek(0).is_some()
            && !part.is("=")
        {
            name = format!("{name} {}", part.identifier()?);
        }
        part.eat("=");
        options.push((name, part.rest()));
    }
    Ok(options)
}
