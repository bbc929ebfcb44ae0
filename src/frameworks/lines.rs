//! The lines of a text, with their places.

use std::ops::Range;

/// A line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Without its end.
    pub content: Range<usize>,
    /// With it.
    pub whole: Range<usize>,
}

/// The lines of a text: LF, CRLF and a lone CR end one.
pub fn lines(text: &str) -> Vec<Line> {
    let bytes = text.as_bytes();
    let mut lines = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => at + 2,
            b'\r' | b'\n' => at + 1,
            _ => {
                at += 1;
                continue;
            }
        };
        lines.push(Line { content: start..at, whole: start..end });
        (start, at) = (end, end);
    }
    if start < bytes.len() {
        lines.push(Line { content: start..bytes.len(), whole: start..bytes.len() });
    }
    lines
}
