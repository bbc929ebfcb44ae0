//! What quoted names and string literals stand for.

use crate::dialect::Engine;

/// The value of a string literal of an engine. MySQL's may stand in double quotes, and backslashes
/// escape in it.
pub(super) fn literal_value(text: &str, engine: Engine) -> String {
    let plain = text.starts_with(['\'', '"']);
    match engine {
        Engine::Mysql | Engine::Mariadb if plain => {
            let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
            backslash_escapes(&inner.replace("\"\"", "\""))
        }
        _ => string_value(text),
    }
}

/// The name inside the quotes: doubled quotes are one, `U&"..."` escapes are characters.
pub fn unquote_identifier(text: &str) -> String {
    let unicode = text.starts_with(['u', 'U']);
    let text = if unicode { text.get(2..).unwrap_or("") } else { text };
    let Some(quote) = text.chars().next() else { return String::new() };
    let close = if quote == '[' { ']' } else { quote };
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
    let name = inner.replace(&format!("{close}{close}"), &close.to_string());
    if unicode { unicode_escapes(&name) } else { name }
}

/// The value of a string literal of any kind.
pub fn string_value(text: &str) -> String {
    if text.starts_with('$') {
        let tag = text.get(1..).and_then(|rest| rest.find('$')).map_or(0, |at| at + 2);
        return text.get(tag..text.len().saturating_sub(tag)).unwrap_or("").to_owned();
    }
    let quote = text.find('\'').unwrap_or(0);
    let prefix = text.get(..quote).unwrap_or("").to_ascii_lowercase();
    let inner = text.get(quote + 1..text.len().saturating_sub(1)).unwrap_or("");
    match prefix.as_str() {
        "e" => backslash_escapes(inner),
        "u&" => unicode_escapes(&inner.replace("''", "'")),
        _ => inner.replace("''", "'"),
    }
}

fn backslash_escapes(inner: &str) -> String {
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(character) = chars.next() {
        match character {
            '\\' => match chars.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some('r') => value.push('\r'),
                Some(other) => value.push(other),
                None => {}
            },
            '\'' if chars.peek() == Some(&'\'') => {
                chars.next();
                value.push('\'');
            }
            other => value.push(other),
        }
    }
    value
}

fn unicode_escapes(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (skip, digits) = if escape.starts_with('+') { (1, 6) } else { (0, 4) };
        let scalar = escape
            .get(skip..skip + digits)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        match scalar {
            Some(character) => {
                value.push(character);
                rest = &escape[skip + digits..];
            }
            None => {
                value.push('\\');
                rest = escape.strip_prefix('\\').unwrap_or(escape);
            }
        }
    }
    value.push_str(rest);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_names() {
        assert_eq!(string_value("'it''s'"), "it's");
        assert_eq!(string_value(r"E'a\'b\n'"), "a'b\n");
        assert_eq!(string_value("$x$a$x$"), "a");
        assert_eq!(string_value(r"U&'d\0061t\+000061'"), "data");
        assert_eq!(unquote_identifier(r#""a""B""#), "a\"B");
        assert_eq!(unquote_identifier(r#"U&"d\0061""#), "da");
        assert_eq!(unquote_identifier("[a b]"), "a b");
    }

    #[test]
    fn mysql_escapes_with_backslashes_in_both_quotes() {
        assert_eq!(literal_value(r"'it\'s ''it'''", Engine::Mysql), "it's 'it'");
        assert_eq!(literal_value(r#""a \"b\" ""c""""#, Engine::Mariadb), r#"a "b" "c""#);
        assert_eq!(literal_value(r"'a\'", Engine::Postgres), r"a\");
    }
}
