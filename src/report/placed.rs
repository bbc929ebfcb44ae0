//! Findings with their places worked out, as formats that know only lines want them.

use crate::finding::{Failure, Finding, Label, Level};
use crate::judge::{Judged, State};
use crate::report::Report;
use crate::source::{Place, SourceFile};

/// A finding and where it stands: the path of its file, and the places of its first character and
/// behind its last, lines and columns counted from 1.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// The finding and what became of it.
    pub judged: &'a Judged,
    /// The path of its file.
    pub path: &'a str,
    /// Where it begins.
    pub start: Place,
    /// Where it ends.
    pub end: Place,
}

impl<'a> Placed<'a> {
    /// The finding itself.
    pub fn finding(&self) -> &'a Finding {
        &self.judged.finding
    }

    /// What happens and what to do, as two sentences.
    pub fn text(&self) -> String {
        let Finding { message, help, .. } = self.finding();
        match help {
            Some(help) => format!("{message}\nhelp: {help}"),
            None => message.clone(),
        }
    }
}

impl Report {
    /// The findings that count, of a level and above, each with its place.
    pub fn placed(&self, from: Level) -> impl Iterator<Item = Placed<'_>> {
        let all = self.findings.iter().filter_map(|judged| self.place(judged));
        all.filter(move |it| it.judged.state == State::Reported && it.finding().level >= from)
    }

    /// Where a finding stands; `None` where its file is not among those of the report.
    pub fn place<'a>(&'a self, judged: &'a Judged) -> Option<Placed<'a>> {
        let (file, start, end) = self.label(&judged.finding.primary)?;
        Some(Placed { judged, path: &file.path, start, end })
    }

    /// The file of a label, and where it begins and ends.
    pub fn label(&self, label: &Label) -> Option<(&SourceFile, Place, Place)> {
        let file = self.files.get(usize::try_from(label.file.0).ok()?)?;
        Some((file, file.place(label.span.start), file.place(label.span.end)))
    }
}

/// Where a failure stands: its path, and line and column where it has them.
pub fn of_failure(failure: &Failure) -> (&str, Option<Place>) {
    (&failure.path, failure.at.as_deref().map(|(file, span)| file.place(span.start)))
}

impl Report {
    /// TEMP
    pub fn fingerprint(&self, judged: &Judged) -> String {
        format!("{}:{}", judged.finding.rule, judged.finding.subject)
    }
}
