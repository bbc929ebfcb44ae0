//! How two schemas differ, for programs: `docs/diff.md` says what each key holds. What is not there
//! has no key.

use super::schema::{doubts, object};
use super::{error, write as write_json};
use crate::report::diff::{Comparison, End};
use crate::report::{Report, SCHEMA_VERSION};
use crate::schema::diff::{Difference, Named, Said, Unknown};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Writes a comparison.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, comparison: &Comparison) -> io::Result<()> {
    let differences: Vec<Value> = comparison.diff.differences.iter().map(difference).collect();
    let unknown: Vec<Value> = comparison.diff.unknown.iter().map(unknown).collect();
    write_json(
        out,
        &json!({
            "schema_version": SCHEMA_VERSION,
            "equal": comparison.diff.is_empty(),
            "from": end(&comparison.from),
            "to": end(&comparison.to),
            "differences": differences,
            "not_known": unknown,
            "errors": [],
        }),
    )
}

/// Writes why there is no comparison.
///
/// # Errors
/// What the writer gives.
pub fn failed(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let errors: Vec<_> = report.failures.iter().map(error).collect();
    write_json(out, &json!({ "schema_version": SCHEMA_VERSION, "errors": errors }))
}

fn end(end: &End) -> Value {
    let set = end.report.sets.first();
    let counts = end.report.statements();
    object(
        json!({
            "source": end.name,
            "framework": end.framework,
            "dialect": set.and_then(|set| set.dialect).map(|dialect| dialect.to_string()),
            "complete": end.catalog.complete,
            "statements": {
                "total": counts.total(),
                "understood": counts.understood,
                "opaque": counts.opaque,
                "unread": counts.unread,
            },
            "not_certain": doubts(&end.report, &end.catalog),
        }),
        &["complete"],
    )
}

fn named(named: &Named) -> Value {
    json!({ "kind": named.kind, "name": named.name })
}

fn difference(it: &Difference) -> Value {
    let of = (!it.is_whole()).then(|| named(&it.group));
    let breaks: Vec<&str> = it.breaks.iter().map(|it| it.name()).collect();
    let dependents: Vec<Value> = it.dependents.iter().map(named).collect();
    let side = |pick: fn(&Said) -> &Option<String>| {
        let said = it.said.iter().filter_map(|said| {
            let value = match pick(said).as_deref()? {
                "" => Value::Bool(true),
                value => Value::String(value.to_owned()),
            };
            Some((said.name.to_owned(), value))
        });
        Value::Object(said.collect::<Map<_, _>>())
    };
    object(
        json!({
            "verb": it.verb.name(),
            "kind": it.of.kind,
            "name": it.of.name,
            "of": of,
            "with_it": it.with_group,
            "before": side(|said| &said.before),
            "after": side(|said| &said.after),
            "breaks": breaks,
            "used_by": dependents,
            "looks_like_rename": it.like,
        }),
        &[],
    )
}

fn unknown(it: &Unknown) -> Value {
    let of = (it.of.object != it.group.object).then(|| named(&it.group));
    object(
        json!({
            "side": it.side.name(),
            "kind": it.of.kind,
            "name": it.of.name,
            "of": of,
        }),
        &[],
    )
}
