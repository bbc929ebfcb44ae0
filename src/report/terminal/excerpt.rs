//! The few lines around a place, cut to what fits.

use crate::source::{SourceFile, Span};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// A label over more lines than this is cut to its first: a long CREATE TABLE is not printed.
const LABEL_LINES_MAX: u32 = 3;
const CONTEXT_LINES: u32 = 1;
/// What the frame takes: line number, bar, blanks.
const FRAME_COLUMNS: usize = 12;
const TAB: &str = "    ";
const CUT: char = '…';

/// A piece of a file with one marked place.
#[derive(Debug)]
pub struct Excerpt {
    name: String,
    text: String,
    /// Lines of the file before the text.
    lines_before: usize,
    mark: (usize, usize),
    label: Option<String>,
}

impl Excerpt {
    /// The lines around `span`, each at most about `width` columns; `label` is written below it.
    pub fn new(file: &SourceFile, span: Span, label: &str, width: usize) -> Self {
        let (first, last) = (file.place(span.start), file.place(span.end));
        let many = last.line - first.line >= LABEL_LINES_MAX;
        let end_of_first = file.line(first.line).end;
        let marked_end = if many { end_of_first } else { span.end };
        let last_line = if many { first.line } else { last.line };
        let room = width.saturating_sub(FRAME_COLUMNS).max(FRAME_COLUMNS);
        // The left edge moves only where the mark would not be seen.
        let column = first.column as usize;
        let left = if column > room / 2 && !fits(file, first.line, room) {
            column.saturating_sub(room / 4)
        } else {
            0
        };
        let mut builder = Builder { text: String::new(), mark: (None, None) };
        let top = first.line.saturating_sub(CONTEXT_LINES).max(1);
        for line in top..=last_line + CONTEXT_LINES {
            let place = file.line(line);
            if line > last_line && place.start == file.whole().end {
                break;
            }
            builder.line(file, place, Span { start: span.start, end: marked_end }, left, room);
        }
        let start = builder.mark.0.unwrap_or(builder.text.len());
        let end = builder.mark.1.unwrap_or(start).max(start);
        let path = printable(&file.path);
        Self {
            name: format!("{path}:{}:{}", first.line, first.column),
            text: builder.text,
            lines_before: top as usize - 1,
            mark: (start, end - start),
            label: Some(printable(label)).filter(|label| !label.is_empty()),
        }
    }

    /// The marked place.
    pub fn label(&self) -> LabeledSpan {
        LabeledSpan::new(self.label.clone(), self.mark.0, self.mark.1)
    }
}

fn fits(file: &SourceFile, line: u32, room: usize) -> bool {
    file.slice(file.line(line)).chars().count() <= room
}

struct Builder {
    text: String,
    mark: (Option<usize>, Option<usize>),
}

impl Builder {
    fn line(&mut self, file: &SourceFile, place: Span, mark: Span, left: usize, room: usize) {
        let line = file.slice(place);
        if left > 0 && !line.is_empty() {
            self.text.push(CUT);
        }
        let mut cut = false;
        for (column, (offset, character)) in line.char_indices().enumerate() {
            self.mark_at(place.start as usize + offset, mark);
            if column < left || cut {
                continue;
            }
            if column >= left + room {
                self.text.push(CUT);
                cut = true;
                continue;
            }
            match character {
                '\t' => self.text.push_str(TAB),
                other => self.text.push(visible(other)),
            }
        }
        self.mark_at(place.end as usize, mark);
        self.text.push('\n');
    }

    /// Notes where the mark's ends come to stand in the text.
    fn mark_at(&mut self, offset: usize, mark: Span) {
        if offset >= mark.start as usize {
            self.mark.0.get_or_insert(self.text.len());
        }
        if offset >= mark.end as usize {
            self.mark.1.get_or_insert(self.text.len());
        }
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.as_str().read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line() + self.lines_before,
            inner.column(),
            inner.line_count(),
        )))
    }
}

/// Text without what would move the cursor, colour the terminal or turn its direction.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { visible(c) }).collect()
}

fn visible(character: char) -> char {
    let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if character.is_control() || turns { char::REPLACEMENT_CHARACTER } else { character }
}
