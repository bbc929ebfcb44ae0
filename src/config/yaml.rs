//! YAML as a tree in which every value has its place.
//!
//! The config is read from this tree and not by derived types: a derived type loses the place of
//! a key, and a value that may be a word or a map (`rules`) would need an untagged enum.

use crate::finding::Failure;
use crate::source::{Located, SourceFile, Span};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};
use std::fmt;

/// A value.
#[derive(Clone, Debug)]
pub enum Node {
    /// A word, number or nothing, as it was written.
    Scalar(String),
    /// A list.
    List(Vec<Located<Self>>),
    /// A map, in its order.
    Map(Vec<(Located<String>, Located<Self>)>),
}

/// Reads one YAML document; an empty one is an empty map.
///
/// # Errors
/// What is not YAML, or holds more than one document, with its place.
pub fn read(file: &SourceFile) -> Result<Located<Node>, Failure> {
    serde_saphyr::from_str::<Spanned<Raw>>(&file.text).map(|raw| locate(file, raw)).map_err(
        |error| {
            let span = error.location().map_or_else(|| Span::new(0, 0), |place| span(file, &place));
            let message = error.without_snippet().to_string();
            // The place is shown beside the message.
            let message = message.split(" at line ").next().unwrap_or_default();
            Failure::at(file, span, format!("this is not YAML that can be read: {message}"))
        },
    )
}

/// What the deserializer gives: words that are typed (`off`, `1.10`) only by their place, because
/// as a boolean or a number they are no longer what was written.
enum Raw {
    Typed,
    Text(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<String>, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = access.next_element()? {
            list.push(value);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = access.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

fn locate(file: &SourceFile, raw: Spanned<Raw>) -> Located<Node> {
    let span = span(file, &raw.referenced);
    let node = match raw.value {
        Raw::Typed => Node::Scalar(file.slice(span).to_owned()),
        Raw::Text(text) => Node::Scalar(text),
        Raw::List(list) => Node::List(list.into_iter().map(|item| locate(file, item)).collect()),
        Raw::Map(map) => {
            Node::Map(map.into_iter().map(|entry| locate_entry(file, entry)).collect())
        }
    };
    Located::new(node, span)
}

fn locate_entry(
    file: &SourceFile,
    (key, value): (Spanned<String>, Spanned<Raw>),
) -> (Located<String>, Located<Node>) {
    let place = span(file, &key.referenced);
    (Located::new(key.value, place), locate(file, value))
}

/// The bytes of a place; where the parser gives only characters, they are counted.
fn span(file: &SourceFile, place: &Location) -> Span {
    let span = place.span();
    if let (Some(start), Some(len)) = (span.byte_offset(), span.byte_len()) {
        let to_usize = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        return Span::new(to_usize(start), to_usize(start.saturating_add(len)));
    }
    let characters = usize::try_from(span.offset()).unwrap_or(usize::MAX);
    let start = file.text.char_indices().nth(characters).map_or(file.text.len(), |(at, _)| at);
    Span::new(start, start)
}
