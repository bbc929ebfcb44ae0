//! Which lines of the policies the tests reach.

use crate::policy::Policies;
use crate::policy::engine::{self, Session};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The lines of each policy's file, by its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The files.
    pub files: BTreeMap<String, Lines>,
}

/// The lines of a file that hold something to evaluate, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// All of them.
    pub all: BTreeSet<u32>,
    /// Those that were reached.
    pub covered: BTreeSet<u32>,
}

impl Lines {
    /// Those that were not reached.
    pub fn missed(&self) -> BTreeSet<u32> {
        self.all.difference(&self.covered).copied().collect()
    }

    /// The share that was reached, in percent; 100 where there is nothing to reach.
    pub fn percent(&self) -> f64 {
        percent(self.covered.len(), self.all.len())
    }
}

impl Coverage {
    /// The share of all files together, in percent.
    pub fn percent(&self) -> f64 {
        let sum = |of: fn(&Lines) -> usize| self.files.values().map(of).sum();
        percent(sum(|it| it.covered.len()), sum(|it| it.all.len()))
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.files.values().map(|it| it.all.len()).sum()
    }

    /// Every line of the policies, none of them reached yet.
    pub fn new(policies: &Policies) -> Self {
        let mut coverage = Self::default();
        let mut session = policies.prepared.session();
        session.count_lines();
        session.set_input(&json!({}));
        for policy in &policies.policies {
            coverage.files.insert(policy.file.path.clone(), Lines::default());
            // Lines are only told of a policy that was asked.
            for entry in &policy.entries {
                let rule = format!("data.{}.{}", policy.package, entry.name);
                let _ = session.value(&rule, (&policy.file, entry.span));
            }
        }
        coverage.add(&session);
        for lines in coverage.files.values_mut() {
            lines.covered.clear();
        }
        coverage
    }

    /// Notes the lines that a session reached.
    pub fn add(&mut self, session: &Session) {
        // Without them the lines stay what they are: not reached.
        for engine::Lines { path, run, not_run } in session.lines().unwrap_or_default() {
            let Some(lines) = self.files.get_mut(&path) else { continue };
            lines.all.extend(run.iter().chain(&not_run));
            lines.covered.extend(run);
        }
    }
}

/// Rounded down to a tenth: only all is 100.
fn percent(part: usize, all: usize) -> f64 {
    (part * 1000).checked_div(all).map_or(100.0, |tenths| tenths as f64 / 10.0)
}

/// Lines as ranges: `3, 7-9`.
pub fn ranges(lines: &BTreeSet<u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => ranges.push((*line, *line)),
        }
    }
    let texts = ranges.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    texts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_ranges_and_shares() {
        assert_eq!(ranges(&BTreeSet::from([3, 7, 8, 9, 11])), "3, 7-9, 11");
        assert_eq!(ranges(&BTreeSet::new()), "");
        let lines = Lines { all: [1, 2, 3].into(), covered: [1, 2].into() };
        let mut coverage = Coverage::default();
        assert_eq!(coverage.percent(), 100.0);
        coverage.files.insert("a".to_owned(), lines.clone());
        coverage.files.insert("b".to_owned(), Lines::default());
        assert_eq!((coverage.percent(), coverage.lines()), (66.6, 3));
        assert_eq!(lines.missed(), BTreeSet::from([3]));
    }
}
