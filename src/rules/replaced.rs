//! `CREATE OR REPLACE` by something of another shape.

use crate::dialect::Engine;
use crate::finding::Subject;
use crate::replay::Step;
use crate::schema::change::{CreateRoutine, CreateView, Parameter};
use crate::schema::name::ObjectRef;
use crate::schema::types::canonical;
use crate::sql::words::outputs;

/// Why a statement is refused.
#[derive(Debug)]
pub struct Refused {
    /// What it is about.
    pub subject: Subject,
    /// What happens, as it goes on behind "PostgreSQL refuses", with the server's own words.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// A view keeps its columns, in their order.
pub fn view(step: &Step<'_>, create: &CreateView) -> Option<Refused> {
    let name = step.before.creation_name(&create.name, create.temporary);
    let old = step.before.view(&name).known().filter(|old| !old.materialized)?;
    let shown = |columns: &[String], query: &str| match columns {
        [] => outputs(query, Engine::Postgres),
        columns => Some(columns.to_vec()),
    };
    let old = shown(&old.columns, &old.query.text)?;
    let new = shown(&create.columns, &create.query.text)?;
    let (at, was) = old.iter().enumerate().find(|(at, was)| new.get(*at) != Some(*was))?;
    let words = match new.get(at) {
        None => format!("without `{was}` (\"cannot drop columns from view\")"),
        Some(is) => {
            format!("with `{is}` in the place of `{was}` (\"cannot change name of view column\")")
        }
    };
    Some(Refused {
        subject: Subject::Object("view", name.to_string()),
        message: format!("to replace the view `{name}` by one {words}"),
        help: "keep its columns in their order and add new ones at the end; else drop it and create it \
               again, with what depends on it and its privileges",
    })
}

/// A routine keeps what it gives, and the names and defaults of what it takes.
pub fn routine(step: &Step<'_>, create: &CreateRoutine) -> Option<Refused> {
    let name = step.before.creation_name(&create.name, false);
    let key = ObjectRef {
        arguments: Some(create.arguments.clone()),
        ..ObjectRef::new(create.kind, name.clone())
    };
    let old = step.before.objects.get(&key)?;
    step.before.object(&key).known()?;
    let old = old.routine.as_ref()?;
    let words = match (&old.returns, &create.returns) {
        (Some(was), Some(is)) if is_other_type(was, is) => {
            format!(
                "that gives {is} instead of {was} (\"cannot change return type of existing function\")"
            )
        }
        _ => parameters(old, create)?,
    };
    Some(Refused {
        subject: Subject::Object(crate::rules::drop::kind_word(create.kind), name.to_string()),
        message: format!("to replace the {} `{name}` by one {words}", create.kind.words()),
        help: "keep its signature; else create it under another name, or drop it first and create \
               again what depends on it",
    })
}

fn parameters(old: &CreateRoutine, new: &CreateRoutine) -> Option<String> {
    let is_input = |it: &&Parameter| it.mode.as_deref() != Some("OUT");
    let old: Vec<&Parameter> = old.parameters.iter().filter(is_input).collect();
    let new: Vec<&Parameter> = new.parameters.iter().filter(is_input).collect();
    if old.len() != new.len() {
        return None;
    }
    old.into_iter().zip(new).find_map(|(old, new)| match (&old.name, &new.name) {
        (Some(was), is) if Some(was) != is.as_ref() => {
            Some(format!("whose `{was}` is called otherwise (\"cannot change name of input parameter\")"))
        }
        _ if old.default.is_some() && new.default.is_none() => Some(
            "whose parameter has no default any more (\"cannot remove parameter defaults from existing \
             function\")"
                .to_owned(),
        ),
        _ => None,
    })
}

/// Whether two types of one word each are surely not the same one.
fn is_other_type(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let text = text.trim().to_lowercase();
        let bare = text.strip_prefix("pg_catalog.").unwrap_or(&text).to_owned();
        let is_word = bare.chars().all(|c| c.is_alphanumeric() || c == '_');
        is_word.then(|| canonical(Engine::Postgres, &bare).to_owned())
    };
    match (plain(one), plain(other)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}
