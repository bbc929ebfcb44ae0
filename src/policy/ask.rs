//! A set of migrations, put to the policies.

use crate::finding::{Label, Subject};
use crate::policy::input::{self, View};
use crate::policy::place::Places;
use crate::policy::{Judgement, Policies, Question};
use crate::source::Span;
use serde_json::Value;

/// So many migrations are put at once: their documents are in memory together.
const BATCH: usize = 256;

/// What the policies say of each migration of a set that `is_judged`, by the path of its file.
pub fn ask(policies: &Policies, view: &View<'_>, is_judged: &dyn Fn(&str) -> bool) -> Judgement {
    let mut judgement = Judgement::default();
    if policies.policies.is_empty() {
        return judgement;
    }
    let mut places = Places::default();
    let catalog = match policies.use_catalog() {
        true => serde_json::to_value(input::catalog(view, &mut places)).unwrap_or_default(),
        false => Value::Null,
    };
    let shared = places.share();
    let is_judged =
        |index: &usize| view.migrations().get(*index).is_some_and(|it| is_judged(view.path(it)));
    let all: Vec<usize> = (0..view.migrations().len()).filter(is_judged).collect();
    for batch in all.chunks(BATCH) {
        let questions = batch.iter().filter_map(|index| question(view, *index, shared.clone()));
        let questions: Vec<Question> = questions.collect();
        judgement.take(policies.judge(&questions, || catalog.clone()));
    }
    judgement.once();
    judgement
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
