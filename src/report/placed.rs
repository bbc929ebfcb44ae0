//! Findings with their places worked out, as formats that know only lines want them.

use crate::digest::sha256;
use crate::finding::{Failure, Finding, Label, Level};
use crate::judge::{Judged, State};
use crate::report::Report;
use crate::source::{Place, SourceFile};
use std::collections::BTreeMap;

/// A finding and where it stands: the path of its file, and the places of its first character and
/// behind its last, lines and columns counted from 1.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// Which of the report's findings it is: an index.
    pub number: usize,
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
        let all = self.findings.iter().enumerate();
        let all = all.filter_map(|(number, judged)| {
            let (file, start, end) = self.label(&judged.finding.primary)?;
            Some(Placed { number, judged, path: &file.path, start, end })
        });
        all.filter(move |it| it.judged.state == State::Reported && it.finding().level >= from)
    }

    /// What a finding is known by from run to run, for each finding in order, each another: its
    /// fingerprint, and which of those with the same one it is. Findings that do not count are
    /// counted too, so that an allow does not rename others.
    pub fn fingerprints(&self) -> Vec<String> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let fingerprints = self.findings.iter().map(|judged| {
            let fingerprint = judged.fingerprint.clone().unwrap_or_else(|| self.described(judged));
            let ordinal = seen.entry(fingerprint.clone()).or_default();
            *ordinal += 1;
            format!("{fingerprint}:{ordinal}")
        });
        fingerprints.collect()
    }

    /// The fingerprint of a finding that no baseline holds.
    fn described(&self, judged: &Judged) -> String {
        let Finding { rule, subject, primary, .. } = &judged.finding;
        let path = self.label(primary).map_or("", |(file, ..)| &file.path);
        sha256([*rule, &subject.to_string(), path].join("\0").as_bytes())
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
