//! A set of migrations, put to the policies.

use crate::date::Date;
use crate::finding::{Label, Subject};
use crate::migration::ReadMigration;
use crate::migration::merged::Merged;
use crate::policy::input::{self, View};
use crate::policy::place::Places;
use crate::policy::{Judgement, Policies, Question, owners};
use crate::replay::{Replay, Step};
use crate::source::{SourceFile, Span};
use crate::tree::Tree;
use std::collections::BTreeMap;

/// So many migrations are put at once: their documents are in memory together.
const BATCH: usize = 256;

/// The policies of a run, and what they may know beside the migrations.
#[derive(Debug)]
pub struct Asked<'a> {
    policies: &'a Policies,
    /// Who owns a file, by its path.
    owners: BTreeMap<String, Vec<String>>,
    today: Date,
}

impl<'a> Asked<'a> {
    /// `None` where there are no policies to ask.
    pub fn new(
        policies: &'a Policies,
        tree: &dyn Tree,
        files: &[SourceFile],
        today: Date,
    ) -> Option<Self> {
        let owners = || owners::of_files(tree, files.iter().map(|file| file.path.as_str()));
        (!policies.policies.is_empty()).then(|| Self { policies, owners: owners(), today })
    }

    /// What the policies say of each migration of a set; of those that differ, where that is asked.
    pub fn judge(
        &self,
        replayed: &Replay<'_>,
        steps: &[Vec<Step<'_>>],
        files: &[SourceFile],
        merged: Option<&Merged>,
    ) -> Judgement {
        let owners = |path: &str| self.owners.get(path).cloned().unwrap_or_default();
        let view = View::new(replayed, steps, files, self.today, &owners);
        let policies = self.policies;
        let mut places = Places::default();
        let catalog = policies
            .use_catalog()
            .then(|| serde_json::to_value(input::catalog(&view, &mut places)).unwrap_or_default());
        let shared = places.share();
        let is_judged = |(_, read): &(usize, &ReadMigration)| {
            merged.is_none_or(|merged| merged.touches(view.path(read)))
        };
        let all = view.migrations().iter().enumerate().filter(is_judged);
        let all: Vec<usize> = all.map(|(index, _)| index).collect();
        let mut judgement = Judgement::default();
        let ready = match policies.ready(catalog) {
            Ok(ready) => ready,
            Err(failure) => {
                judgement.failures.push(failure);
                return judgement;
            }
        };
        for batch in all.chunks(BATCH) {
            let questions = batch.iter().filter_map(|it| question(&view, *it, shared.clone()));
            let questions: Vec<Question> = questions.collect();
            judgement.take(ready.judge(&questions));
        }
        judgement.once();
        judgement
    }
}

/// What is asked about the migration at `index`.
pub fn question(view: &View<'_>, index: usize, mut places: Places) -> Option<Question> {
    let document = input::document(view, index, &mut places)?;
    let migration = &view.migrations().get(index)?.migration;
    let path = document.migration.path.clone();
    let start = Span { start: migration.span.start, end: migration.span.start };
    Some(Question {
        kinds: document.changes.iter().map(|change| change.kind.clone()).collect(),
        input: serde_json::to_value(&document).unwrap_or_default(),
        places,
        engine: view.engine(),
        whole: Label { file: migration.file, span: start, text: String::new() },
        subject: match migration.version.text.as_str() {
            "" => Subject::File(path),
            version => Subject::Migration(version.to_owned()),
        },
    })
}
