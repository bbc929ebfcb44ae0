//! `ALTER COLUMN` inside `ALTER TABLE`.

use crate::schema::change::{Identity, TableAction};
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::column::options;
use crate::sql::read::data_type::data_type;
use crate::sql::read::expr::expression;
use crate::sql::read::sequence::sequence_options;

/// Takes all tokens of `cursor`, which stands behind ALTER, as one `[COLUMN] name ...`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn alter_column(mut cursor: Cursor<'_>) -> Reads<TableAction> {
    cursor.eat("COLUMN");
    // `ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 100` names its column by number.
    let column = match cursor.peek(0) {
        Some(token) if cursor.text(token).bytes().all(|byte| byte.is_ascii_digit()) => {
            cursor.advance();
            cursor.text(token).to_owned()
        }
        _ => cursor.identifier()?,
    };
    if cursor.eat("SET DATA TYPE") || cursor.eat("TYPE") {
        return alter_type(cursor, column);
    }
    let action = match () {
        () if cursor.eat("SET NOT NULL") => TableAction::SetNullable { column, nullable: false },
        () if cursor.eat("DROP NOT NULL") => TableAction::SetNullable { column, nullable: true },
        () if cursor.eat("DROP DEFAULT") => TableAction::SetDefault { column, default: None },
        () if cursor.eat("SET DEFAULT") => {
            if cursor.is_done() {
                return Err(cursor.unexpected("a default value"));
            }
            let default = Some(expression(cursor.take_until(|_| false)));
            TableAction::SetDefault { column, default }
        }
        () if cursor.eat("DROP IDENTITY") => {
            TableAction::DropIdentity { column, if_exists: cursor.if_exists() }
        }
        () if cursor.eat("DROP EXPRESSION") => {
            TableAction::DropExpression { column, if_exists: cursor.if_exists() }
        }
        () if cursor.eat("SET EXPRESSION AS") => {
            let expr = expression(cursor.parentheses()?);
            TableAction::SetExpression { column, expr }
        }
        () if cursor.eat("ADD GENERATED") => add_identity(&mut cursor, column)?,
        () if cursor.is("RESTART") || is_identity_setting(&cursor) => {
            return set_identity(cursor, column);
        }
        () => set_option(&mut cursor, column)?,
    };
    cursor.finish()?;
    Ok(action)
}

fn alter_type(mut cursor: Cursor<'_>, column: String) -> Reads<TableAction> {
    let to = data_type(&mut cursor)?;
    let collation = match cursor.eat("COLLATE") {
        true => Some(cursor.name()?),
        false => None,
    };
    let using = match cursor.eat("USING") {
        true if cursor.is_done() => return Err(cursor.unexpected("an expression")),
        true => Some(expression(cursor.take_until(|_| false))),
        false => None,
    };
    cursor.finish()?;
    Ok(TableAction::AlterType { column, to, collation, using })
}

fn add_identity(cursor: &mut Cursor<'_>, column: String) -> Reads<TableAction> {
    let always = cursor.eat("ALWAYS");
    if !always {
        cursor.expect("BY DEFAULT")?;
    }
    cursor.expect("AS IDENTITY")?;
    let sequence = match cursor.is("(") {
        true => sequence_options(cursor.parentheses()?)?,
        false => Default::default(),
    };
    Ok(TableAction::AddIdentity { column, identity: Identity { always, sequence } })
}

fn is_identity_setting(cursor: &Cursor<'_>) -> bool {
    const WORDS: &[&str] = &[
        "SET GENERATED",
        "SET START",
        "SET INCREMENT",
        "SET MINVALUE",
        "SET MAXVALUE",
        "SET NO",
        "SET CACHE",
        "SET CYCLE",
        "SET RESTART",
    ];
    WORDS.iter().any(|words| cursor.is(words))
}

/// `SET GENERATED ALWAYS SET START WITH 5 RESTART` and the like: options with or without SET.
fn set_identity(mut cursor: Cursor<'_>, column: String) -> Reads<TableAction> {
    let mut always = None;
    let mut sequence = crate::schema::change::SequenceOptions::default();
    while !cursor.is_done() {
        cursor.eat("SET");
        if cursor.eat("GENERATED") {
            always = Some(cursor.eat("ALWAYS"));
            cursor.eat("BY DEFAULT");
            continue;
        }
        let before = cursor.position();
        let option = cursor
            .take_until(|rest| rest.position() > before && (rest.is("SET") || rest.is("RESTART")));
        sequence.settings.extend(sequence_options(option)?.settings);
    }
    Ok(TableAction::SetIdentity { column, always, sequence })
}

/// `SET STATISTICS`, `STORAGE`, `COMPRESSION`, `(...)`, `RESET (...)`, `OPTIONS (...)`.
fn set_option(cursor: &mut Cursor<'_>, column: String) -> Reads<TableAction> {
    for option in ["STATISTICS", "STORAGE", "COMPRESSION"] {
        if cursor.is("SET") && cursor.is_at(1, option) {
            cursor.advance();
            cursor.advance();
            let value = Some(cursor.rest());
            return Ok(TableAction::SetColumnOption {
                column,
                option: option.to_ascii_lowercase(),
                value,
            });
        }
    }
    let reset = cursor.eat("RESET");
    if !reset && !cursor.eat("SET") {
        cursor.expect("OPTIONS")?;
    }
    let all = options(cursor.parentheses()?)?;
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<&str> = all.iter().map(|(_, value)| value.as_str()).collect();
    Ok(TableAction::SetColumnOption {
        column,
        option: names.join(", "),
        value: (!reset).then(|| values.join(", ")),
    })
}
