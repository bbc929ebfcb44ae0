//! Text and places in it.
//!
//! Everything that a finding points at is a [`Span`]: byte offsets into one [`SourceFile`].
//! Lines and columns exist only at the edge, when a report is written.

use std::fmt;
use std::sync::Arc;

/// A range of bytes `[start, end)` in a source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` to `end`; `end` is never before `start`.
    pub fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Self { start, end: end.max(start) }
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands in the source file.
    pub span: Span,
}

impl<T> Located<T> {
    /// Joins a value and its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// Which file of a run: an index into its list of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// How the bytes of a file became text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Not UTF-8; each byte was read as the Latin-1 character of that number.
    Latin1,
}

/// Why bytes are not text that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecodable {
    /// A NUL byte at this offset: a binary file, or UTF-16.
    Binary {
        /// Byte offset of the first NUL.
        offset: usize,
    },
    /// Over 4 GiB: offsets are 32 bits wide.
    TooLong,
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binary { offset } => {
                write!(f, "not text: a NUL byte at offset {offset} (a binary file, or UTF-16)")
            }
            Self::TooLong => f.write_str("over 4 GiB"),
        }
    }
}

/// One file's text with an index of its lines.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as reports show it: relative, with `/`.
    pub path: String,
    /// The text without a byte order mark.
    pub text: Arc<str>,
    /// How it was decoded.
    pub encoding: Encoding,
    line_starts: Vec<u32>,
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1. LF, CRLF and a lone CR each end a line.
    pub line: u32,
    /// Column, from 1, in Unicode scalars.
    pub column: u32,
}

impl SourceFile {
    /// A file from text that is known to be UTF-8.
    pub fn new(path: impl Into<String>, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self {
            path: path.into(),
            line_starts: line_starts(text),
            text: Arc::from(text),
            encoding: Encoding::Utf8,
        }
    }

    /// Decodes bytes: UTF-8, else Latin-1 (noted in [`SourceFile::encoding`]).
    ///
    /// # Errors
    /// [`Undecodable`] for a file with a NUL byte or over 4 GiB.
    pub fn decode(path: impl Into<String>, bytes: &[u8]) -> Result<Self, Undecodable> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(Undecodable::TooLong);
        }
        if bytes.contains(&0) {
            let offset = bytes.iter().position(|byte| *byte == 0).unwrap_or(0);
            return Err(Undecodable::Binary { offset });
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(Self::new(path, text));
        }
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        Ok(Self { encoding: Encoding::Latin1, ..Self::new(path, &text) })
    }

    /// The text of a span; what lies outside the file or inside a character is cut off.
    pub fn slice(&self, span: Span) -> &str {
        let start = self.text.floor_char_boundary(span.start as usize);
        let end = self.text.floor_char_boundary(span.end as usize);
        self.text.get(start..end).unwrap_or("")
    }

    /// The place of a byte offset.
    pub fn place(&self, offset: u32) -> Place {
        let offset = offset.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let column = self.slice(Span { start, end: offset }).chars().count() + 1;
        Place {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// A line, from 1, without its ending; empty past the last one.
    pub fn line(&self, line: u32) -> Span {
        let index = (line as usize).saturating_sub(1);
        let end_of_text = self.whole().end;
        let start = self.line_starts.get(index).copied().unwrap_or(end_of_text);
        let end = self.line_starts.get(index + 1).copied().unwrap_or(end_of_text);
        let text = self.slice(Span { start, end });
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Span::new(start as usize, start as usize + text.len())
    }

    /// A span that covers the whole text.
    pub fn whole(&self) -> Span {
        Span::new(0, self.text.len())
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (index, byte) in bytes.iter().enumerate() {
        let ends_line = match byte {
            b'\n' => true,
            b'\r' => bytes.get(index + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends_line {
            starts.push(u32::try_from(index + 1).unwrap_or(u32::MAX));
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_scalars_and_every_line_ending() {
        let file = SourceFile::new("a.sql", "\u{feff}aé\r\nb\rc\n🙂d");
        let at = |needle: &str| {
            let offset = file.text.find(needle).unwrap();
            let place = file.place(u32::try_from(offset).unwrap());
            (place.line, place.column)
        };
        assert_eq!(at("a"), (1, 1));
        assert_eq!(at("é"), (1, 2));
        assert_eq!(at("b"), (2, 1));
        assert_eq!(at("c"), (3, 1));
        assert_eq!(at("d"), (4, 2));
        let lines: Vec<&str> = (1..=5).map(|line| file.slice(file.line(line))).collect();
        assert_eq!(lines, ["aé", "b", "c", "🙂d", ""]);
    }

    #[test]
    fn latin1_is_read_and_noted_and_binary_is_refused() {
        let file = SourceFile::decode("a.sql", b"caf\xe9").unwrap();
        assert_eq!((&*file.text, file.encoding), ("café", Encoding::Latin1));
        assert_eq!(
            SourceFile::decode("a", b"ab\0").unwrap_err(),
            Undecodable::Binary { offset: 2 }
        );
    }

    #[test]
    fn slices_never_panic() {
        let file = SourceFile::new("a.sql", "é");
        assert_eq!(file.slice(Span::new(0, 1)), "");
        assert_eq!(file.slice(Span::new(0, 99)), "é");
    }
}
