//! The schema that migrations make, as SQL.

use crate::report::terminal::excerpt::printable;
use crate::report::{Report, Set};
use crate::schema::canonical;
use crate::schema::catalog::{Catalog, doubt::Doubt};
use std::io::{self, Write};

/// The schema that one set of migrations makes.
#[derive(Clone, Debug)]
pub struct SetSchema {
    /// The set: an index into the report's.
    pub set: usize,
    /// All that it made.
    pub catalog: Catalog,
}

/// Writes the schemas as SQL that makes them; where there are several, each with its set.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, report: &Report, schemas: &[SetSchema]) -> io::Result<()> {
    let mut gap = "";
    for schema in schemas {
        if let Some(Set { framework, root, .. }) = report.sets.get(schema.set)
            && schemas.len() > 1
        {
            writeln!(out, "{gap}-- {framework} in {}\n", printable(root))?;
            gap = "\n";
        }
        out.write_all(canonical::sql(&schema.catalog).as_bytes())?;
    }
    Ok(())
}

/// What the schemas do not claim to know, a sentence each.
pub fn doubts(report: &Report, schemas: &[SetSchema]) -> Vec<String> {
    let all = schemas.iter().flat_map(|schema| schema.catalog.doubts());
    all.map(|doubt| sentence(report, &doubt)).collect()
}

/// The file and line of the statement behind a doubt.
pub fn place(report: &Report, doubt: &Doubt) -> Option<(String, u32)> {
    let by = doubt.by?;
    let file = report.files.get(by.file.0 as usize)?;
    Some((file.path.clone(), file.place(by.span.start).line))
}

/// A doubt as a sentence.
pub fn sentence(report: &Report, doubt: &Doubt) -> String {
    let what = match (&doubt.object, &doubt.part) {
        (None, _) => "anything that stood before it".to_owned(),
        (Some(object), None) => format!("`{object}`"),
        (Some(object), Some(part)) => format!("`{part}` of `{object}`"),
    };
    let what = printable(&what);
    match (doubt.by, place(report, doubt)) {
        (None, _) => format!("{what} is used and nothing here creates it, so it is left out"),
        (Some(by), place) => {
            let why = if by.unread { "was not read" } else { "is not followed for certain" };
            let place = place.map_or_else(String::new, |(file, line)| format!("{file}:{line}: "));
            format!("{}a statement that {why} may have changed {what}", printable(&place))
        }
    }
}
