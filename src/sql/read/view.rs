//! Views.

use crate::schema::change::{Change, CreateView};
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::column::options;
use crate::sql::read::query::query;
use crate::sql::read::routine::text_between;

/// `CREATE [OR REPLACE] [TEMPORARY] [RECURSIVE] VIEW`, `CREATE MATERIALIZED VIEW`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn create_view(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE")?;
    let or_replace = cursor.eat("OR REPLACE");
    view_behind(cursor, or_replace)
}

/// A view from behind `CREATE [OR REPLACE]` on.
///
/// # Errors
/// As [`create_view`].
pub fn view_behind(cursor: &mut Cursor<'_>, or_replace: bool) -> Reads<Change> {
    let temporary = cursor.eat_any(&["TEMPORARY", "TEMP"]).is_some();
    let recursive = cursor.eat("RECURSIVE");
    cursor.eat("UNLOGGED");
    let materialized = cursor.eat("MATERIALIZED");
    cursor.expect("VIEW")?;
    let if_not_exists = cursor.if_not_exists();
    let start = *cursor;
    let name = cursor.name()?;
    // A recursive query calls the view by its name without a schema.
    let own_name = text_between(start, cursor.position());
    let own_name = own_name.rsplit('.').next().unwrap_or_default();
    let named = *cursor;
    let columns = match cursor.is("(") {
        true => cursor.identifiers_in_parentheses()?,
        false => Vec::new(),
    };
    let list = text_between(named, cursor.position());
    let mut settings = Vec::new();
    while !cursor.eat("AS") {
        if cursor.is("WITH (") {
            cursor.advance();
            settings.extend(options(cursor.parentheses()?)?);
        } else {
            let words = ["TABLESPACE", "USING"];
            let word = cursor.eat_any(&words).ok_or_else(|| cursor.unexpected("AS"))?;
            settings.push((word.to_ascii_lowercase(), cursor.identifier()?));
        }
    }
    let mut own = None;
    let body = cursor.take_until(|rest| is_tail(rest));
    if recursive {
        own = Some(name.clone());
    }
    let mut query = query(body)?;
    query.relations.retain(|relation| Some(relation) != own.as_ref());
    if recursive {
        let (own, names) = (own_name, list.trim_matches(['(', ')']));
        query.text =
            format!("with recursive {own}{list} as ({}) select {names} from {own}", query.text);
    }
    let with_data = tail(cursor, &mut settings);
    cursor.finish()?;
    Ok(Change::CreateView(Box::new(CreateView {
        name,
        materialized,
        or_replace,
        if_not_exists,
        temporary,
        recursive,
        columns,
        query,
        with_data,
        options: settings,
    })))
}

const CHECKS: &[&str] =
    &["WITH CASCADED CHECK OPTION", "WITH LOCAL CHECK OPTION", "WITH CHECK OPTION"];

fn is_tail(cursor: &Cursor<'_>) -> bool {
    cursor.is("WITH DATA")
        || cursor.is("WITH NO DATA")
        || CHECKS.iter().any(|words| cursor.is(words))
}

fn tail(cursor: &mut Cursor<'_>, settings: &mut Vec<(String, String)>) -> bool {
    if let Some(check) = cursor.eat_any(CHECKS) {
        let kind = if check.contains("LOCAL") { "local" } else { "cascaded" };
        settings.push(("check_option".to_owned(), kind.to_owned()));
    }
    cursor.eat("WITH DATA");
    !cursor.eat("WITH NO DATA")
}
