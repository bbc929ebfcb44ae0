//! A reader of as much XML as reports may hold: elements, attributes, text, references. All else, and
//! what is not well-formed (XML 1.0, fifth edition), panics.

use std::collections::BTreeMap;

/// An element.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Self>,
    pub text: String,
}

impl Element {
    /// An attribute that has to be there.
    pub fn get(&self, name: &str) -> &str {
        self.attributes.get(name).unwrap_or_else(|| panic!("<{}> lacks {name}", self.name))
    }

    pub fn number(&self, name: &str) -> u64 {
        self.get(name).parse().unwrap()
    }

    /// That it has these attributes, of which those with a `?` may be missing, and no other.
    pub fn has(&self, names: &str) {
        for name in self.attributes.keys() {
            let known = names.split(' ').any(|it| it.trim_end_matches('?') == name);
            assert!(known, "<{}> has {name}", self.name);
        }
        for name in names.split(' ').filter(|it| !it.ends_with('?')) {
            let _ = self.get(name);
        }
    }
}

/// Reads a document.
pub fn read(text: &str) -> Element {
    let is_char = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(is_char), "a character that XML cannot hold");
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let mut rest = text.strip_prefix(declaration).expect("the declaration");
    let mut open = vec![Element::default()];
    while let Some(at) = rest.find('<') {
        open.last_mut().unwrap().text.push_str(&plain(&rest[..at]));
        // A `>` is always escaped elsewhere, so the next one ends the tag.
        let end = at + rest[at..].find('>').expect("the end of a tag");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let element = open.pop().unwrap();
            assert_eq!(element.name, name);
            open.last_mut().expect("an open element").children.push(element);
        } else {
            let element = start(tag.trim_end_matches('/'));
            match tag.ends_with('/') {
                true => open.last_mut().unwrap().children.push(element),
                false => open.push(element),
            }
        }
    }
    assert_eq!(rest.trim(), "", "text behind the document");
    let mut root = open.pop().unwrap();
    assert!(open.is_empty() && root.children.len() == 1 && root.text.trim().is_empty());
    root.children.remove(0)
}

fn start(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
    let mut element = Element { name: name.to_owned(), ..Element::default() };
    while !rest.is_empty() {
        let (name, value) = rest.split_once("=\"").expect("an attribute");
        let (value, behind) = value.split_once('"').expect("the end of an attribute");
        assert!(!value.contains(['<', '\n', '\t']), "{value}");
        let twice = element.attributes.insert(name.trim().to_owned(), plain(value));
        assert_eq!(twice, None, "{name} twice");
        rest = behind;
    }
    element
}

fn plain(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, behind) = part.split_once(';').expect("the end of a reference");
        plain.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => char::from_u32(name.strip_prefix('#').unwrap().parse().unwrap()).unwrap(),
        });
        plain.push_str(behind);
    }
    plain
}
