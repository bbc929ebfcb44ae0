//! What a policy must not be before it is parsed: regorus' parser takes twice as long for each
//! level of brackets, and no timer looks at it.

use crate::finding::Failure;
use crate::source::{SourceFile, Span};

/// Ten levels were parsed in under a millisecond, twenty-four in seven seconds.
const DEPTH_MAX: usize = 12;
/// A policy that people read is far smaller.
const BYTES_MAX: usize = 256 * 1024;
/// What regorus reads of a line.
const LINE_CHARS_MAX: usize = 1024;

/// Looks at a policy's text before it is parsed.
///
/// # Errors
/// What is too large, too wide or too deep, with its place.
pub fn check(file: &SourceFile) -> Result<(), Failure> {
    if file.text.len() > BYTES_MAX {
        let message = format!("a policy has at most {BYTES_MAX} bytes, not {}", file.text.len());
        return Err(Failure::at(file, file.line(1), message));
    }
    let mut depth = 0_usize;
    let mut text = Text::Code;
    let mut line_start = 0;
    let mut chars = file.text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\n' {
            line_start = at + 1;
        } else if at - line_start >= LINE_CHARS_MAX {
            let message = format!("a line of a policy has at most {LINE_CHARS_MAX} characters");
            return Err(Failure::at(file, Span::new(at, at + c.len_utf8()), message));
        }
        text = match (text, c) {
            (Text::Code, '"') => Text::String,
            (Text::Code, '`') => Text::Raw,
            (Text::Code, '#') => Text::Comment,
            (Text::String, '\\') => {
                chars.next();
                Text::String
            }
            // A string ends on its line; that this one does not is what the parser says.
            (Text::String, '"' | '\n') | (Text::Raw, '`') | (Text::Comment, '\n') => Text::Code,
            (Text::Code, '[' | '{' | '(') => {
                depth += 1;
                if depth > DEPTH_MAX {
                    let message = format!(
                        "brackets are nested more than {DEPTH_MAX} deep here; name a part of it"
                    );
                    return Err(Failure::at(file, Span::new(at, at + 1), message));
                }
                Text::Code
            }
            (Text::Code, ']' | '}' | ')') => {
                depth = depth.saturating_sub(1);
                Text::Code
            }
            (text, _) => text,
        };
    }
    Ok(())
}

/// What a character stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Code,
    String,
    Raw,
    Comment,
}
