//! `framework` as a map: versioned files of one's own, with what their runner does.

use super::yaml::Node;
use super::{Config, Reader};
use crate::source::Located;

/// The name that the adapter for them has.
pub const NAME: &str = "own";

/// What the config says about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// `pattern`: a glob for the files.
    pub pattern: String,
    /// `order`.
    pub order: Order,
    /// `up`: a glob for those that go up; all that do not go down where it is not set.
    pub up: Option<String>,
    /// `down`: a glob for those that go down.
    pub down: Option<String>,
    /// `transaction`, if that is known.
    pub transaction: Option<Transaction>,
}

/// The order in which files run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By path, numbers as numbers.
    #[default]
    Natural,
    /// By path, byte by byte.
    Name,
}

/// What the runner puts into a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// Each file.
    File,
    /// All pending files together.
    All,
    /// Nothing, but it sends a file as one message.
    Message,
    /// Nothing, and it sends each statement by itself.
    None,
}

impl Reader<'_> {
    /// `framework: flyway`, or `framework: { pattern: ... }`.
    pub(super) fn framework(&mut self, config: &mut Config, value: &Located<Node>) {
        let Node::Map(_) = &value.value else {
            config.framework =
                self.word(value, "framework").map(|word| Located::new(word, value.span));
            return;
        };
        let mut own = Own::default();
        for (key, value) in self.map(value, "framework") {
            match key.value.as_str() {
                "pattern" => own.pattern = self.word(value, "pattern").unwrap_or_default(),
                "order" => own.order = self.order(value).unwrap_or_default(),
                "up" => own.up = self.word(value, "up"),
                "down" => own.down = self.word(value, "down"),
                "transaction" => own.transaction = self.transaction(value),
                unknown => {
                    let known = ["pattern", "order", "up", "down", "transaction"];
                    self.unknown(key, "key", unknown, known);
                }
            }
        }
        let Node::Map(entries) = &value.value else { return };
        if !entries.iter().any(|(key, _)| key.value == "pattern") {
            self.fail(value, "`framework` lacks `pattern`, a glob like versioned/v*/*.sql");
        }
        config.framework = Some(Located::new(NAME.to_owned(), value.span));
        config.own = Some(own);
    }

    fn order(&mut self, value: &Located<Node>) -> Option<Order> {
        self.one_of(value, "order", &["natural", "name"], |word| match word {
            "natural" => Some(Order::Natural),
            "name" => Some(Order::Name),
            _ => None,
        })
    }

    fn transaction(&mut self, value: &Located<Node>) -> Option<Transaction> {
        let words = ["file", "all", "message", "none"];
        self.one_of(value, "transaction", &words, |word| match word {
            "file" => Some(Transaction::File),
            "all" => Some(Transaction::All),
            "message" => Some(Transaction::Message),
            "none" => Some(Transaction::None),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::read;
    use crate::source::SourceFile;

    #[test]
    fn every_key_is_read() {
        let text = "framework:\n  pattern: db/v*/*.sql\n  order: name\n  up: '*.up.sql'\n  \
                    down: '*.down.sql'\n  transaction: message\n";
        let config = read(SourceFile::new("lockgate.yaml", text)).unwrap();
        assert_eq!(config.framework.unwrap().value, NAME);
        let own = Own {
            pattern: "db/v*/*.sql".to_owned(),
            order: Order::Name,
            up: Some("*.up.sql".to_owned()),
            down: Some("*.down.sql".to_owned()),
            transaction: Some(Transaction::Message),
        };
        assert_eq!(config.own, Some(own));
    }

    #[test]
    fn unknown_words_are_failures_at_their_place() {
        let text = "framework:\n  patern: x\n  order: number\n  transaction: [file]\n";
        let failures = read(SourceFile::new("lockgate.yaml", text)).unwrap_err();
        let told: Vec<String> = failures
            .iter()
            .map(|failure| {
                let (file, span) = failure.at.as_deref().unwrap();
                let place = file.place(span.start);
                format!("{}:{} {}", place.line, place.column, failure.message)
            })
            .collect();
        assert_eq!(
            told,
            [
                "2:3 unknown key `patern`; did you mean `pattern`?",
                "3:10 order cannot be `number`; it is one of natural, name",
                "4:16 transaction must be one word",
                "2:3 `framework` lacks `pattern`, a glob like versioned/v*/*.sql",
            ]
        );
    }
}
