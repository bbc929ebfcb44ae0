//! Placeholders in SQL: filled where the value is known, else masked at equal byte length.
//!
//! A mask is made of lower-case letters, digits and underscores, so that it reads as an
//! identifier outside quotes and as harmless text inside them, and so that `${Schema}` and
//! `"${Schema}"` meet as one name.

use crate::migration::SqlText;
use crate::source::Span;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Which placeholders a framework replaces before it sends a text.
#[derive(Clone, Copy, Debug)]
pub struct Placeholders<'a> {
    /// What is known: values by name. Names are compared without case where no exact one is
    /// found, as Flyway does.
    pub values: &'a BTreeMap<String, String>,
    /// What stands before and after a name: `${` and `}`.
    pub marks: (&'a str, &'a str),
    /// Whether `{{ ... }}` is a Go template.
    pub templates: bool,
}

impl Placeholders<'_> {
    /// The marks that most frameworks share.
    pub const DOLLAR: (&'static str, &'static str) = ("${", "}");

    /// The text as the server gets it; `offset` is where it stands in its file.
    pub fn apply(&self, text: &str, offset: usize) -> SqlText {
        let mut pieces: Vec<(Cow<'_, str>, Span)> = Vec::new();
        let (mut copied, mut at) = (0, 0);
        let span = |start: usize, end: usize| Span::new(offset + start, offset + end);
        while let Some((start, end, sent)) = self.next(text, at) {
            pieces.push((Cow::Borrowed(&text[copied..start]), span(copied, start)));
            pieces.push((sent, span(start, end)));
            (copied, at) = (end, end);
        }
        if copied == 0 {
            return SqlText::verbatim(text, offset);
        }
        pieces.push((Cow::Borrowed(&text[copied..]), span(copied, text.len())));
        SqlText::from_pieces(pieces.iter().map(|(piece, span)| (&**piece, *span)))
    }

    /// The next placeholder from `from` on: where it stands and what is sent for it.
    fn next<'a>(&'a self, text: &str, from: usize) -> Option<(usize, usize, Cow<'a, str>)> {
        let mut at = from;
        loop {
            let rest = text.get(at..)?;
            let mark = Some(self.marks.0).filter(|mark| !mark.is_empty());
            let by_mark = mark.and_then(|mark| rest.find(mark));
            let by_brace = if self.templates { rest.find("{{") } else { None };
            let start = at + by_mark.into_iter().chain(by_brace).min()?;
            let found = if by_brace.is_some_and(|brace| at + brace == start) {
                template(text, start).map(|(end, sent)| {
                    let action = text.get(start + 2..end - 2).unwrap_or("");
                    let value = self.value(action.trim_matches(['-', ' ']));
                    (end, value.map_or(Cow::Owned(sent), Cow::Borrowed))
                })
            } else {
                self.named(text, start)
            };
            match found {
                Some((end, sent)) => return Some((start, end, sent)),
                None => at = text.ceil_char_boundary(start + 1),
            }
        }
    }

    fn named<'a>(&'a self, text: &str, start: usize) -> Option<(usize, Cow<'a, str>)> {
        let (before, after) = self.marks;
        let name_start = start + before.len();
        let name = text.get(name_start..)?.split_once(after)?.0;
        let end = name_start + name.len() + after.len();
        if let Some(value) = self.value(name) {
            return Some((end, Cow::Borrowed(value)));
        }
        let is_name = !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.:-".contains(c));
        // `$${` opens a dollar-quoted text that starts with a brace.
        let opens_quote = before.starts_with('$') && text[..start].ends_with('$');
        (is_name && !opens_quote).then(|| (end, Cow::Owned(identifier(&text[start..end]))))
    }

    fn value(&self, name: &str) -> Option<&str> {
        let exact = self.values.get(name);
        let any_case = || {
            let mut values = self.values.iter();
            values.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        exact.or_else(any_case).map(String::as_str)
    }
}

/// The end of the Go template action that opens at `start`, and its mask.
fn template(text: &str, start: usize) -> Option<(usize, String)> {
    let inside = text.get(start + 2..)?.split_once("}}")?.0;
    let end = start + 2 + inside.len() + 2;
    let action = inside.trim_start_matches('-').trim_start();
    // An array literal such as '{{1,2},{3,4}}' is no template, and no template holds a quote
    // that ends one SQL string and opens another.
    let opens = action.starts_with(|c: char| c.is_ascii_alphabetic() || ".$\"/(".contains(c));
    if !opens || inside.contains('\'') {
        return None;
    }
    let whole = &text[start..end];
    let sent = if is_silent(action) { blank(whole) } else { identifier(whole) };
    Some((end, sent))
}

/// Whether a Go template action prints nothing (text/template, "Actions").
fn is_silent(action: &str) -> bool {
    const SILENT: &[&str] = &["if", "else", "end", "range", "with", "define", "break", "continue"];
    let word = action.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    SILENT.contains(&word)
        || action.starts_with("/*")
        || (action.starts_with('$') && action.contains(":="))
}

/// A mask that reads as an identifier, as many bytes long as the text.
fn identifier(text: &str) -> String {
    let safe = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte.to_ascii_lowercase()),
        _ => '_',
    };
    text.bytes().map(safe).collect()
}

/// Spaces, as many bytes as the text has; line ends stay.
pub fn blank(text: &str) -> String {
    let blank = |byte: u8| if byte == b'\n' || byte == b'\r' { char::from(byte) } else { ' ' };
    text.bytes().map(blank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(text: &str, values: &[(&str, &str)]) -> SqlText {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let values = values.collect();
        Placeholders { values: &values, marks: Placeholders::DOLLAR, templates: true }
            .apply(text, 100)
    }

    #[test]
    fn unknown_names_are_masked_at_equal_length() {
        for (text, sent) in [
            ("CREATE TABLE ${Schema}.t ()", "CREATE TABLE __schema_.t ()"),
            ("'${a.b}' -- ${flyway:user}", "'__a_b_' -- __flyway_user_"),
            ("$${\"a\": 1}$$", "$${\"a\": 1}$$"),
            ("$${a}$$", "$${a}$$"),
            ("${} ${ab", "${} ${ab"),
            ("'{{1,2},{3,4}}'", "'{{1,2},{3,4}}'"),
            ("\"{{$.Prefix}}_jobs_{{.}}\"", "\"____prefix___jobs______\""),
            ("{{ index .Options \"N\" }}.t", "___index__options__n____.t"),
            ("{{ if .X }}\nA;\n{{- end -}}\n", "           \nA;\n           \n"),
            ("{{/* é */}}${é}", "            ${é}"),
            ("{{ $x := 1 }}{{ template \"t\" }}", "             ___template__t____"),
        ] {
            let masked = apply(text, &[]);
            assert_eq!(&*masked.text, sent, "{text}");
            assert_eq!(masked.text.len(), text.len());
            assert_eq!(masked.map.span(0..text.len()), Span::new(100, 100 + text.len()));
        }
    }

    proptest::proptest! {
        #[test]
        fn masks_never_change_a_length(text in "[${}a-zé'. \\n-]{0,40}") {
            proptest::prop_assert_eq!(apply(&text, &[]).text.len(), text.len());
        }
    }

    #[test]
    fn known_names_are_filled_and_places_stay_true() {
        let filled = apply("SELECT ${a} FROM ${TABLE};", &[("a", "one, two"), ("table", "t")]);
        assert_eq!(&*filled.text, "SELECT one, two FROM t;");
        let at = |needle: &str| {
            let start = filled.text.find(needle).unwrap();
            filled.map.span(start..start + needle.len())
        };
        assert_eq!(at("SELECT"), Span::new(100, 106));
        assert_eq!(at("FROM"), Span::new(112, 116));
        assert_eq!(at(";"), Span::new(125, 126));
    }
}
