//! Text to changes: split into statements, each read by the one form that owns it.

pub mod block;
pub mod bridge;
pub mod calls;
pub mod cursor;
pub mod forms;
pub mod functions;

pub mod split;
pub mod token;
pub mod words;

/// The readers of statement forms.
pub mod read {
    pub mod alter_column;
    pub mod alter_table;
    pub mod column;
    pub mod copy;
    pub mod data;
    pub mod data_type;
    pub mod expr;
    pub mod index;
    pub mod maintenance;
    /// Those of MySQL and MariaDB alone.
    pub mod mysql {
        pub mod alter_table;
        pub mod column;
        pub mod data;
        pub mod data_type;
        pub mod key;
        pub mod object;
        pub mod online;
        pub mod privileges;
        pub mod routine;
        pub mod session;
        pub mod table;
        pub mod view;
    }
    pub mod object;
    pub mod privileges;
    pub mod query;
    pub mod routine;
    pub mod sequence;
    pub mod session;
    pub mod sqlite;
    pub mod table;
    pub mod types;
    pub mod view;
}

use crate::dialect::Engine;
use crate::migration::{Comment, Reading, SqlText, Statement};
use crate::sql::cursor::Cursor;
use crate::sql::split::{PieceKind, split};
use std::ops::Range;

/// A text's statements and comments.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// In order.
    pub statements: Vec<Statement>,
    /// In order.
    pub comments: Vec<Comment>,
}

/// Reads a text; it never fails, what cannot be read is said in each statement's reading.
pub fn read(sql: &SqlText, engine: Engine) -> Read {
    let split = split(&sql.text, engine);
    let statements = split.pieces.iter().filter_map(|piece| {
        match piece.kind {
            PieceKind::Statement => {}
            PieceKind::Meta => return meta(sql, piece.start..piece.end),
            PieceKind::Between | PieceKind::CopyData => return None,
        }
        let cursor = Cursor::new(sql, engine, &piece.tokens);
        let read = forms::read(cursor);
        let end = piece.tokens.last().map_or(piece.end, |token| token.end);
        Some(Statement {
            span: sql.map.span(piece.start..end),
            text: sql.text.get(piece.start..end).unwrap_or("").to_owned(),
            reading: read.reading,
            changes: read.changes,
        })
    });
    let comments = split.comments.iter().map(|comment| {
        let text = sql.text.get(comment.start..comment.end).unwrap_or("");
        Comment { span: sql.map.span(comment.start..comment.end), text: uncomment(text) }
    });
    Read { statements: statements.collect(), comments: comments.collect() }
}

/// A command of psql that runs SQL from elsewhere, as a statement that could not be read; the others
/// run none.
fn meta(sql: &SqlText, range: Range<usize>) -> Option<Statement> {
    let text = sql.text.get(range.clone())?.trim_end();
    let command = text.split_whitespace().next()?;
    let why = match command {
        "\\i" | "\\ir" | "\\include" | "\\include_relative" => "it runs another file",
        "\\gexec" => "it runs what the query before it returns",
        _ => return None,
    };
    let span = sql.map.span(range.start..range.start + text.len());
    let reading = Reading::Unread { why: why.to_owned(), at: span };
    Some(Statement { span, text: text.to_owned(), reading, changes: Vec::new() })
}

/// A comment's text without its marks.
fn uncomment(text: &str) -> String {
    let inner = text
        .strip_prefix("/*")
        .map(|text| text.strip_suffix("*/").unwrap_or(text))
        .or_else(|| text.strip_prefix("--"))
        .or_else(|| text.strip_prefix('#'));
    inner.unwrap_or(text).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WORDS: &[&str] = &[
        "CREATE",
        "ALTER",
        "DROP",
        "TABLE",
        "INDEX",
        "VIEW",
        "TYPE",
        "FUNCTION",
        "TRIGGER",
        "t",
        "u",
        "\"Q\"",
        "a",
        "int",
        "text",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        ";",
        "::",
        ":=",
        "=",
        "-",
        "'s'",
        "$$",
        "$$ BEGIN ",
        " END $$",
        "IF",
        "EXISTS",
        "NOT",
        "NULL",
        "ADD",
        "COLUMN",
        "CONSTRAINT",
        "PRIMARY KEY",
        "REFERENCES",
        "CHECK",
        "DEFAULT",
        "USING",
        "ON",
        "AS",
        "SELECT",
        "FROM",
        "WITH",
        "WHERE",
        "INSERT INTO",
        "UPDATE",
        "SET",
        "DO",
        "EXECUTE",
        "THEN",
        "LOOP",
        "CASE",
        "END",
        "GRANT",
        "TO",
        "COMMENT",
        "IS",
        "PARTITION",
        "OF",
        "FOR",
        "VALUES",
        "IN",
        "RENAME",
        "OWNER",
        "CONCURRENTLY",
        "EXCEPTION",
        "WHEN",
        "LANGUAGE",
        "plpgsql",
        "MODIFY",
        "CHANGE",
        "KEY",
        "ENGINE=",
        "AUTO_INCREMENT",
        "FIRST",
        "AFTER",
        "DELIMITER //\n",
        "//",
        "BEGIN",
        "DECLARE HANDLER FOR",
        "DEFINER=",
        "EVENT",
        "PROCEDURE",
        "`b",
        "@x",
        "/*!40101",
        "*/",
        "#",
        "--x\n",
        "/*y*/",
        "\\z\n",
        "é",
    ];

    proptest! {
        #[test]
        fn any_words_are_read_without_panic(picks in proptest::collection::vec(0..WORDS.len(), 0..40)) {
            let text: Vec<&str> = picks.iter().map(|pick| WORDS[*pick]).collect();
            let text = text.join(" ");
            for engine in Engine::ALL {
                let sql = SqlText::verbatim(text.as_str(), 0);
                let mut at = 0;
                for statement in read(&sql, engine).statements {
                    prop_assert!(statement.span.start >= at);
                    prop_assert!(statement.span.end as usize <= text.len());
                    at = statement.span.end;
                }
            }
        }
    }
}
