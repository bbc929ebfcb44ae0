//! What policies would see of a run.

use crate::policy::input::{self, Catalog, Document, View};
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
    let today = input.today;
    let see = |seen: &Seen<'_>| {
        let owners = |path: &str| seen.known.owners.get(path).cloned().unwrap_or_default();
        let view = View::new(seen.replayed, seen.steps, seen.known.files, today, &owners);
        let mut places = Places::default();
        let catalog = input::catalog(&view, &mut places);
        let places = places.share();
        let migrations = 0..seen.replayed.migrations.len();
        let documents =
            migrations.filter_map(|index| input::document(&view, index, &mut places.clone()));
        SetInputs { set: seen.set, documents: documents.collect(), catalog }
    };
    let (mut report, inputs) = run(input, &Look { rules: false, owners: true, at: None, see });
    fail_unseen(&mut report, &inputs);
    (report, inputs.into_iter().flatten().collect())
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
