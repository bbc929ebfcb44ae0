//! What policies would see of a run.

use crate::policy::input::{self, Catalog, Document, View};
use crate::policy::owners;
use crate::policy::place::Places;
use crate::report::Report;
use crate::{Input, Look, Seen, fail_unseen, run};
use serde::Serialize;
use std::io::{self, Write};

/// What policies see of the migrations of a set.
#[derive(Clone, Debug)]
pub struct SetInputs {
    /// Its index in the report.
    pub set: usize,
    /// `input`, for each migration in order.
    pub documents: Vec<Document>,
    /// `data.catalog`.
    pub catalog: Catalog,
}

/// As [`crate::check`], with what policies see of each set; no rule runs.
pub fn inputs_of(input: &Input<'_>) -> (Report, Vec<SetInputs>) {
    views(input, &|set, view: &View<'_>| {
        let mut places = Places::default();
        let catalog = input::catalog(view, &mut places);
        let places = places.share();
        let migrations = 0..view.migrations().len();
        let documents =
            migrations.filter_map(|index| input::document(view, index, &mut places.clone()));
        SetInputs { set, documents: documents.collect(), catalog }
    })
}

/// What is wanted of each set, by its index in the report and all that policies can see of it.
pub fn views<S: Send>(
    input: &Input<'_>,
    wanted: &(impl Fn(usize, &View<'_>) -> S + Sync),
) -> (Report, Vec<S>) {
    let today = input.today;
    let listed = input.tree.list().files;
    let owned = owners::of_files(input.tree, listed.iter().map(String::as_str));
    let see = |seen: &Seen<'_>| {
        let owners = |path: &str| owned.get(path).cloned().unwrap_or_default();
        wanted(seen.set, &View::new(seen.replayed, seen.steps, seen.files, today, &owners))
    };
    let (mut report, found) = run(input, &Look { rules: false, at: None, see });
    fail_unseen(&mut report, &found);
    (report, found.into_iter().flatten().collect())
}

impl SetInputs {
    /// Writes what `input` is, for each migration.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.documents.iter().try_for_each(|document| print(out, document))
    }

    /// Writes what `data.catalog` is.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn write_catalog(&self, out: &mut dyn Write) -> io::Result<()> {
        print(out, &self.catalog)
    }
}

/// Writes the JSON Schema of both.
///
/// # Errors
/// What the writer gives.
pub fn write_schema(out: &mut dyn Write) -> io::Result<()> {
    print(out, &input::schema())
}

fn print(out: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}
