//! What a difference breaks for the release that runs on the first side, in the words of the
//! promise ladder: each rung is what README.md says of it.

use super::{Difference, Said, Verb};
use crate::dialect::Engine;
use crate::effects::postgres::narrowing::{Narrowing, narrowing};
use crate::finding::Breaks;
use crate::schema::catalog::{Catalog, Relation};
use crate::schema::change::TypeDefinition;
use crate::schema::name::{Name, ObjectKind as Kind, ObjectRef};
use crate::schema::table::TypeKind;
use crate::sql::words::words;

use Breaks::{Data, Readers, Rollback, Writers};

const ALL: &[Breaks] = &[Data, Readers, Writers, Rollback];
const NOTHING: &[Breaks] = &[];

/// What a difference breaks, in the order of the ladder.
pub(super) fn breaks(difference: &Difference, from: &Catalog, to: &Catalog) -> Vec<Breaks> {
    let object = &difference.of.object;
    let found = match (difference.verb, object.kind) {
        _ if difference.of.kind == "privilege" => privilege(difference),
        (Verb::Changed, Kind::Column) => return column(difference, from, to),
        (Verb::Added, Kind::Column) => new_column(object, to),
        (Verb::Removed, Kind::Table | Kind::ForeignTable | Kind::Column) => ALL,
        (Verb::Changed, Kind::Table | Kind::ForeignTable) => return table(difference),
        (Verb::Added | Verb::Changed, Kind::Constraint) => &[Writers],
        (Verb::Removed, Kind::Constraint) => &[Rollback],
        (verb, Kind::Index) => index(verb, object, from, to),
        (Verb::Removed, Kind::View) => &[Readers, Writers, Rollback],
        (Verb::Removed, Kind::MaterializedView) => &[Readers, Rollback],
        (Verb::Changed, Kind::View | Kind::MaterializedView) => {
            given(difference, &["query", "columns"], &[Readers, Rollback])
        }
        (Verb::Removed, Kind::Sequence) => &[Writers, Rollback],
        (Verb::Removed, Kind::Type | Kind::Domain) => &[Readers, Writers, Rollback],
        (Verb::Changed, Kind::Type | Kind::Domain) => return ty(difference, from, to),
        (Verb::Removed, Kind::Function | Kind::Procedure | Kind::Aggregate) => {
            &[Readers, Writers, Rollback]
        }
        (Verb::Changed, Kind::Function | Kind::Procedure | Kind::Aggregate) => {
            given(difference, &["parameters", "returns", "definition"], &[Readers, Rollback])
        }
        (Verb::Added, Kind::Trigger) if may_raise(difference, to) => &[Writers],
        (_, Kind::Policy) if has_row_security(&object.name, to) => &[Readers, Writers],
        (Verb::Removed, Kind::Extension | Kind::Schema) => &[Readers, Writers, Rollback],
        _ => NOTHING,
    };
    found.to_vec()
}

/// These, where one of these attributes differs.
fn given(difference: &Difference, names: &[&str], breaks: &'static [Breaks]) -> &'static [Breaks] {
    let differs = difference.said.iter().any(|said| names.contains(&said.name));
    if differs { breaks } else { NOTHING }
}

fn privilege(difference: &Difference) -> &'static [Breaks] {
    let revoked = |said: &Said| said.name == "revoked" && said.after.is_some();
    let lost = match difference.verb {
        Verb::Removed => !difference.said.iter().any(|said| said.name == "revoked"),
        Verb::Added | Verb::Changed => difference.said.iter().any(revoked),
    };
    let name = &difference.of.name;
    let is = |word: &&str| name.starts_with(*word);
    match lost {
        false => NOTHING,
        true if ["INSERT", "UPDATE", "DELETE", "TRUNCATE"].iter().any(is) => &[Writers],
        true if name.starts_with("ALL") => &[Readers, Writers],
        true => &[Readers],
    }
}

/// A column that the release that runs does not fill.
fn new_column(object: &ObjectRef, to: &Catalog) -> &'static [Breaks] {
    let part = object.part.as_deref().unwrap_or_default();
    let found = to.seen_table(&object.name).and_then(|(_, table)| table.column(part));
    let required = found.is_some_and(|column| {
        let it = &column.definition;
        it.not_null && it.default.is_none() && it.identity.is_none() && it.generated.is_none()
    });
    if required { &[Writers, Rollback] } else { NOTHING }
}

fn column(difference: &Difference, from: &Catalog, to: &Catalog) -> Vec<Breaks> {
    let mut all: Vec<Breaks> = Vec::new();
    for said in &difference.said {
        let gone = said.after.is_none();
        all.extend(match said.name {
            "type" => retyped(&difference.of.object, from, to),
            "not_null" if gone => &[Rollback][..],
            "not_null" => &[Writers],
            "default" | "identity" | "identity_always" if gone => &[Writers],
            "identity_always" => &[Writers],
            "generated_stored" | "generated_virtual" if gone => &[Readers],
            "generated_stored" | "generated_virtual" => &[Writers],
            "collation" => &[Readers],
            _ => NOTHING,
        });
    }
    sorted(all)
}

fn retyped(object: &ObjectRef, from: &Catalog, to: &Catalog) -> &'static [Breaks] {
    let part = object.part.as_deref().unwrap_or_default();
    let ty = |catalog: &Catalog| {
        let found = catalog.seen_table(&object.name).and_then(|(_, table)| table.column(part));
        found.and_then(|column| column.definition.ty.clone())
    };
    let (Some(old), Some(new)) = (ty(from), ty(to)) else { return &[Readers, Writers, Rollback] };
    if from.engine() != Engine::Postgres {
        return &[Readers, Writers, Rollback];
    }
    let is_text = |name: &Name| ["text", "character varying"].contains(&name.name.as_str());
    let same_kind = old.name == new.name || (is_text(&old.name) && is_text(&new.name));
    match narrowing(part, Some(&old), &new, None, to) {
        Narrowing::Keeps if same_kind => &[Rollback],
        Narrowing::Keeps => &[Readers, Rollback],
        Narrowing::Refuses(_) if same_kind => &[Writers, Rollback],
        Narrowing::Refuses(_) => &[Readers, Writers, Rollback],
        Narrowing::Rounds(_) | Narrowing::Cuts(_) => ALL,
    }
}

fn table(difference: &Difference) -> Vec<Breaks> {
    let mut all: Vec<Breaks> = Vec::new();
    for said in &difference.said {
        all.extend(match (said.name, said.after.is_some()) {
            ("row_security" | "force_row_security", true) => &[Readers, Writers][..],
            ("partition_of", _) => &[Readers, Writers, Rollback],
            ("inherits" | "of_type" | "query" | "partition_by", _) => &[Readers],
            ("unlogged", true) => &[Data],
            ("owner", _) => &[Writers],
            _ => NOTHING,
        });
    }
    sorted(all)
}

/// A unique index refuses rows.
fn index(verb: Verb, object: &ObjectRef, from: &Catalog, to: &Catalog) -> &'static [Breaks] {
    let unique = |catalog: &Catalog| matches!(catalog.relations.get(&object.name), Some(Relation::Index(index)) if index.unique);
    match (verb, unique(from), unique(to)) {
        (Verb::Added | Verb::Changed, _, true) => &[Writers],
        (_, true, _) => &[Rollback],
        _ => NOTHING,
    }
}

fn ty(difference: &Difference, from: &Catalog, to: &Catalog) -> Vec<Breaks> {
    let labels = |catalog: &Catalog| match catalog.types.get(&difference.of.object.name) {
        Some(found) => match &found.kind {
            TypeKind::Type(TypeDefinition::Enum(labels)) => Some(labels.clone()),
            _ => None,
        },
        None => None,
    };
    if let (Some(old), Some(new)) = (labels(from), labels(to)) {
        // A label that the previous release does not know may be in use when it comes back.
        let gone = old.iter().any(|label| !new.contains(label));
        let come = new.iter().any(|label| !old.contains(label));
        return match (gone, come) {
            (true, _) => vec![Readers, Writers, Rollback],
            (false, true) => vec![Rollback],
            (false, false) => Vec::new(),
        };
    }
    let mut all: Vec<Breaks> = Vec::new();
    for said in &difference.said {
        all.extend(match said.name {
            "check" | "not_null" if said.after.is_some() => &[Writers][..],
            "check" | "not_null" => &[Rollback],
            "default" if said.after.is_none() => &[Writers],
            "default" | "comment" | "owner" => NOTHING,
            _ => &[Readers, Writers, Rollback],
        });
    }
    sorted(all)
}

/// Whether a trigger's routine may refuse a row: it raises, or nobody saw its body.
fn may_raise(difference: &Difference, to: &Catalog) -> bool {
    let definition = difference.said.iter().find(|said| said.name == "definition");
    let text = definition.and_then(|said| said.after.as_deref()).unwrap_or_default();
    let Some((_, call)) = text.rsplit_once("execute ") else { return true };
    let name = call.split_once(' ').map_or(call, |(_, call)| call);
    let name = name.split('(').next().unwrap_or_default().trim();
    let name = match name.rsplit_once('.') {
        Some((schema, name)) => Name::qualified(schema.trim_matches('"'), name.trim_matches('"')),
        None => to.resolve_by_routine(&Name::bare(name.trim_matches('"'))),
    };
    let mut bodies = to
        .objects_named(Kind::Routine, &name)
        .filter_map(|(_, found)| found.routine.as_ref()?.body.as_deref())
        .peekable();
    bodies.peek().is_none()
        || bodies.any(|body| {
            let words = words(body, to.engine(), false).names;
            words.contains("raise") && words.contains("exception")
        })
}

fn has_row_security(table: &Name, catalog: &Catalog) -> bool {
    let found = catalog.seen_table(table).map(|(_, table)| table);
    found.and_then(|it| it.options.get("row security")).is_some_and(|it| it == "ENABLE")
}

fn sorted(mut all: Vec<Breaks>) -> Vec<Breaks> {
    all.sort_unstable();
    all.dedup();
    all
}
