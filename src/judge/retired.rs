//! `lockgate:retired` comments: a drop that was announced, released and is used no more.
//!
//! ```sql
//! -- lockgate:retired column public.orders.total
//! ```
//!
//! One stands in a migration before the one that drops the object. It allows the drop when it
//! proves itself: it is on the base branch, a release holds it (or it is old enough), and the name
//! stands nowhere in the code, neither now nor in that release. Until then the drop is reported,
//! with what is not proven.

use crate::date::Date;
use crate::finding::{Breaks, Finding, Label, Subject};
use crate::judge::Case;
use crate::judge::code::{Sought, Survey};
use crate::migration::ReadMigration;
use crate::schema::name::Name;
use crate::tree::git::Landing;
use std::fmt;

/// What may be retired.
pub const KINDS: [&str; 11] = [
    "aggregate",
    "column",
    "domain",
    "function",
    "materialized-view",
    "procedure",
    "schema",
    "sequence",
    "table",
    "type",
    "view",
];

/// Schemas that an unqualified name lies in, unless a search path says otherwise.
const HOME_SCHEMAS: [&str; 2] = ["public", "main"];

/// What proves a retirement; asked only where a comment meets a drop.
pub trait Evidence: fmt::Debug {
    /// How a comment of a file came to the base branch, by the path of the file in reports.
    ///
    /// # Errors
    /// Why that cannot be told, or that it did not, in words that follow "but".
    fn landing(&self, file: &str, text: &str) -> Result<Landing, String>;

    /// In how many files of the code a name was sought, and not found: neither as they are nor
    /// as the release has them that brought the comment, where that is known.
    ///
    /// # Errors
    /// Where it was found, or why it could not be sought, in words that follow "but".
    fn absence(&self, name: &str, landing: Option<&Landing>) -> Result<usize, String>;

    /// Where the code has these names, in one pass over it. Files of migrations, which `read`
    /// lists, are no code.
    ///
    /// # Errors
    /// Why that cannot be told.
    fn mentions(&self, sought: &[Sought], read: &[&str]) -> Result<Survey, String>;
}

/// A comment that retires something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// The parts of its name.
    pub name: Vec<String>,
    /// The directive as it is written.
    pub text: String,
    /// Where it stands.
    pub place: Label,
    /// Its migration: an index.
    pub migration: usize,
    /// The migration whose drop it was for: what is made anew under the name is not retired.
    pub spent_by: Option<usize>,
}

/// The parts of a name as SQL writes it or as reports do; `None` where it is none.
pub fn parts(name: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = name;
    loop {
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '`'));
        let (part, after) = match quote {
            Some(quote) => {
                let (part, after) = rest.get(1..)?.split_once(quote)?;
                (part, after)
            }
            None => {
                let (part, after) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
                (part, after)
            }
        };
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        if part.is_empty() || (quote.is_none() && !part.chars().all(is_plain)) {
            return None;
        }
        parts.push(part.to_owned());
        rest = match after.strip_prefix('.') {
            Some(rest) => rest,
            None => return after.is_empty().then_some(parts),
        };
    }
}

/// Whether a finding is about the drop of something that the release before may use: of rows, or
/// of an object that may be retired.
pub fn is_drop(finding: &Finding) -> bool {
    let retirable = matches!(&finding.subject, Subject::Object(kind, _) if KINDS.contains(kind));
    finding.old_release.is_some() && (retirable || finding.breaks.contains(&Breaks::Data))
}

/// The last marker before a drop of what it takes; from now on it is for no other migration.
pub fn marker_of<'m>(
    drop: &Finding,
    markers: &'m mut [Marker],
    case: &Case<'_>,
) -> Option<&'m Marker> {
    let (kind, name) = subject(&drop.subject)?;
    let here = migration_at(case.migrations, &drop.primary)?;
    let marker = markers.iter_mut().rfind(|marker| {
        marker.kind == kind
            && is_name(&marker.name, &name)
            && marker.migration < here
            && case.sets.get(marker.migration) == case.sets.get(here)
            && marker.spent_by.is_none_or(|spent| spent == here)
    })?;
    marker.spent_by = Some(here);
    Some(marker)
}

/// The proof that what a drop takes was retired. Where there is none, the finding's help becomes
/// what is missing.
pub fn proof(drop: &mut Finding, marker: &Marker, case: &Case<'_>) -> Option<String> {
    let (_, name) = subject(&drop.subject)?;
    drop.related.push(Label { text: "retired here".to_owned(), ..marker.place.clone() });
    let file = case.files.get(marker.place.file.0 as usize).map_or("", |file| file.path.as_str());
    let version = case.migrations.get(marker.migration).map(|it| &*it.migration.version.text);
    let by = version.filter(|version| !version.is_empty()).unwrap_or(file);
    let evidence = case.evidence.ok_or_else(|| "nothing is known of its repository".to_owned());
    let landing = evidence.and_then(|evidence| evidence.landing(file, &marker.text));
    let own_name = name.last().map_or("", String::as_str);
    let unused = unused(own_name, landing.as_ref().ok(), case);
    match (landing.and_then(|landing| released(&landing, by, case)), unused) {
        (Ok(released), Ok(unused)) => Some(format!("retired in {by}: {released}, and {unused}")),
        (released, unused) => {
            let missing: Vec<String> = released.err().into_iter().chain(unused.err()).collect();
            let what = name.join(".");
            let missing = missing.join("; and ");
            drop.help = Some(format!("`{what}` was retired in {by}, but {missing}"));
            None
        }
    }
}

/// The kind of a finding's subject, and the parts of its name.
fn subject(subject: &Subject) -> Option<(&'static str, Vec<String>)> {
    let parts = |name: &Name, column: Option<&String>| {
        name.schema.iter().chain([&name.name]).chain(column).cloned().collect()
    };
    match subject {
        Subject::Column(table, column) => Some(("column", parts(table, Some(column)))),
        Subject::Table(name) => Some(("table", parts(name, None))),
        Subject::Object(kind, name) => {
            Some((kind, self::parts(name).unwrap_or_else(|| vec![name.clone()])))
        }
        Subject::Index(_) | Subject::Migration(_) | Subject::File(_) => None,
    }
}

/// Whether upper and lower case aside one is the other, for reports write names without quotes: so
/// the code is searched too, and no two objects are told apart by that alone.
fn is_name(written: &[String], name: &[String]) -> bool {
    let same = |name: &[String]| {
        written.len() == name.len()
            && written.iter().zip(name).all(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    let at_home = name.split_first().filter(|(schema, _)| HOME_SCHEMAS.contains(&schema.as_str()));
    same(name) || at_home.is_some_and(|(_, rest)| same(rest))
}

/// The migration that a place stands in: an index.
pub(super) fn migration_at(migrations: &[ReadMigration], place: &Label) -> Option<usize> {
    migrations.iter().position(|read| {
        read.migration.file == place.file && read.migration.span.contains(place.span)
    })
}

/// That what is on the base branch was released, or what is missing.
fn released(landing: &Landing, by: &str, case: &Case<'_>) -> Result<String, String> {
    const SECONDS_PER_DAY: i64 = 86_400;
    let Landing { base, seconds, tag, .. } = landing;
    if let Some(tag) = tag {
        return Ok(format!("on `{base}`, released in {tag}"));
    }
    let tags = case.config.release_tags();
    let no_tag = format!("{by} is in no release tag (`release-tags: {tags}`)");
    let Some(days) = case.config.retired_days else { return Err(no_tag) };
    let since = Date::from_unix_seconds(*seconds);
    let age = seconds.saturating_add(i64::from(days).saturating_mul(SECONDS_PER_DAY));
    if Date::from_unix_seconds(age) > case.today {
        return Err(format!(
            "{no_tag}, and on `{base}` only since {since} (`retired-days: {days}`)"
        ));
    }
    Ok(format!("on `{base}` since {since}"))
}

/// That no code names it, or what is missing.
fn unused(name: &str, landing: Option<&Landing>, case: &Case<'_>) -> Result<String, String> {
    if case.config.code.is_empty() {
        return Err(format!(
            "`code` in lockgate.yaml does not say which files could still name `{name}`"
        ));
    }
    let evidence = case.evidence.ok_or("the code is not known")?;
    let files = evidence.absence(name, landing)?;
    let release = landing.map_or("", Landing::release);
    Ok(format!("`{name}` is in none of {files} files of `code`, nor in those of {release}"))
}

#[cfg(test)]
mod tests;
