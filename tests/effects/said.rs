//! What lockgate says that a statement does, against what a server did.

use super::forms::Form;
use lockgate::dialect::{Dialect, Engine, Version};
use lockgate::effects::{LockMode, Touch, merged};
use lockgate::migration::{
    Direction, Migration, OptOut, Part, ReadMigration, Runner, Sends, SqlText, Version as Number,
    Wraps,
};
use lockgate::replay::{Base, replay};
use lockgate::schema::name::ObjectKind;
use lockgate::source::{FileId, Span};
use lockgate::sql;

/// What lockgate says.
pub struct Said {
    pub touches: Vec<Touch>,
    pub unknown: Vec<String>,
    pub refused: bool,
}

/// What it says of a form.
pub fn said(form: &Form, major: u16) -> Said {
    let begin = "SET search_path = s, public;";
    let setup = format!("CREATE SCHEMA s; {begin} {}", form.setup);
    let sql = format!("{begin} {}; {}", form.session, form.sql);
    let mut migrations = vec![migration("1", &setup), migration("2", &sql)];
    sql::calls::resolve_calls(&mut migrations);
    let dialect = Dialect::at(Engine::Postgres, Version::major(major));
    let replayed = replay(&migrations, dialect, Base::empty(dialect, true));
    let steps = replayed.steps(1);
    let indexed =
        || steps.iter().flat_map(|step| (0..step.effects().len()).map(move |at| (step, at)));
    let touches: Vec<&Touch> = indexed().flat_map(|(step, at)| step.old_touches(at)).collect();
    let effects = || steps.iter().flat_map(|step| step.effects());
    Said {
        touches: merged(touches),
        unknown: effects().filter_map(|effect| effect.unknown.clone()).collect(),
        refused: effects().any(|effect| effect.refused_in_block.is_some()),
    }
}

/// A migration of this text, in a file of its own.
pub fn migration(version: &str, text: &str) -> ReadMigration {
    let span = Span::new(0, text.len());
    let text = SqlText::verbatim(text, 0);
    let read = sql::read(&text, Engine::Postgres);
    let runner = Runner {
        framework: "plain",
        wraps: Wraps::EachFile,
        sends: Sends::Statements,
        alone: OptOut::OwnFile,
        refuses_mixed: false,
    };
    let migration = Migration {
        file: FileId(0),
        version: Number::numeric(version, &[version]),
        title: String::new(),
        direction: Direction::Up,
        runner,
        body: vec![Part::Sql(text)],
        span,
    };
    let sql::Read { statements, comments } = read;
    ReadMigration { migration, engine: Engine::Postgres, statements, comments }
}

/// What a server did to one relation.
#[derive(Debug)]
pub struct Seen {
    pub relation: String,
    pub is_index: bool,
    /// No row is in it: what reads it reads nothing.
    pub is_empty: bool,
    /// It is there no more: what was done to it before was not seen.
    pub is_gone: bool,
    pub mode: Option<LockMode>,
    pub rewrites: bool,
    pub scans: bool,
    pub rebuilds: bool,
}

/// How what is said differs from what was seen.
#[derive(Debug)]
pub struct Difference {
    pub text: String,
    /// Less is said than was seen.
    pub weaker: bool,
}

/// Compares them, relation by relation, in both directions.
pub fn differences(seen: &[Seen], said: &Said, sql: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    for relation in seen {
        let touch = said.touches.iter().find(|it| it.object.name.name == relation.relation);
        found.extend(of_relation(relation, touch, sql));
    }
    for touch in &said.touches {
        let name = &touch.object.name.name;
        if !seen.iter().any(|it| it.relation == *name) {
            let text = format!("{name} {} said, not measured", touch.mode.name());
            found.push(Difference { text, weaker: false });
        }
    }
    found
}

fn of_relation(seen: &Seen, touch: Option<&Touch>, sql: &str) -> Vec<Difference> {
    let Seen { relation, mode: measured, .. } = seen;
    let mut found = Vec::new();
    let mut note = |text: String, weaker: bool| found.push(Difference { text, weaker });
    // A new, empty file is no rewrite.
    let empty = ["TRUNCATE", "NO DATA"].iter().any(|word| sql.contains(word));
    let mode = touch.map(|touch| touch.mode);
    let (rewrites, scans, rebuilds) =
        touch.map_or((false, false, false), |touch| (touch.rewrites, touch.scans, touch.rebuilds));
    let rebuilt = seen.rebuilds && !empty;
    let strong = Some(LockMode::ShareUpdateExclusive);
    if seen.is_index && *measured < strong && !rebuilt {
        if let Some(mode) = mode {
            note(format!("{relation} {} said of an index", mode.name()), false);
        }
        return found;
    }
    if mode != *measured {
        let words = |mode: Option<LockMode>| mode.map_or("no lock", LockMode::name);
        let text = format!("{relation} {}, measured {}", words(mode), words(*measured));
        note(text, mode < *measured);
    }
    if seen.is_gone || touch.is_some_and(|touch| touch.object.kind == ObjectKind::Sequence) {
        return found;
    }
    let mut flag = |what: &str, said: bool, measured: bool| {
        if said != measured {
            let not = if measured { "not said" } else { "said" };
            note(format!("{relation} {what} {not}"), measured);
        }
    };
    if !empty {
        flag("rebuild", rebuilds, rebuilt);
    }
    if !seen.is_index && !empty {
        flag("rewrite", rewrites, seen.rewrites);
        // What is written anew is read; no row is in an empty table, which was rewritten.
        if *measured >= strong && !seen.is_empty {
            flag("scan", scans || rewrites, seen.scans || seen.rewrites);
        }
    }
    found
}
