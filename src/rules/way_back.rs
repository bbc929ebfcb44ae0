//! What rules on the way back share: in what a schema differs from the one that was to come back.

use crate::dialect::Engine;
use crate::schema::catalog::Catalog;
use crate::schema::diff::{Difference, Options, Said, Verb, diff};
use crate::schema::name::ObjectKind;

/// How the schema `after` differs from `before` so that a release, or the next up, notices it.
///
/// An extension that stays harms nobody and may be used by others, PostgreSQL takes no value out of
/// an enum, and what CASCADE takes from under an aggregate is not followed.
pub fn differences(before: &Catalog, after: &Catalog) -> Vec<Difference> {
    // SQLite gives constraints no names of their own.
    let ignore_names = before.engine() == Engine::Sqlite;
    let options = Options { replayed: true, ignore_names };
    let Some((before, after)) = before.apart(after) else { return Vec::new() };
    let mut found = diff(&before, &after, options).differences;
    found.retain(|it| {
        let stays = |kind| it.of.object.kind == kind && it.verb == Verb::Added;
        let same = it.verb == Verb::Changed && it.said.iter().all(is_little);
        let left = stays(ObjectKind::Extension) || stays(ObjectKind::Aggregate);
        !it.with_group && !left && !same
    });
    found
}

/// Whether a release notices nothing of it.
fn is_little(said: &Said) -> bool {
    const TEXTS: [&str; 2] = ["text", "character varying"];
    let (before, after) = (said.before.as_deref(), said.after.as_deref());
    match said.name {
        "comment" | "not_valid" => true,
        "type" => [before, after].iter().all(|it| it.is_some_and(|ty| TEXTS.contains(&ty))),
        "labels" => {
            let after: Vec<&str> = labels(after).collect();
            labels(before).all(|label| after.contains(&label))
        }
        _ => false,
    }
}

/// The labels of an enum, quoted.
fn labels(listed: Option<&str>) -> impl Iterator<Item = &str> {
    listed.unwrap_or_default().trim_matches(['(', ')']).split(", ")
}
