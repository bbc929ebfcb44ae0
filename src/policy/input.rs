//! What policies see: a migration as `input`, the schema behind the last one as `data.catalog`.

mod about;
pub mod change;
pub mod document;
mod node;
pub mod schema;
mod written;

pub use document::{Catalog, Document};
pub use schema::schema;

use crate::date::Date;
use crate::dialect::{Dialect, Engine};
use crate::effects::{ChangeEffect, Touch};
use crate::finding::Subject;
use crate::migration::{
    Context, Direction, LocatedChange, ReadMigration, Reading, Runner, Sends, Wraps,
};
use crate::policy::place::Places;
use crate::replay::{Replay, Step, Transaction, runs_alone};
use crate::schema::catalog::Relation;
use crate::schema::change::{Change, CreateTable};
use crate::schema::document::{Comment, Other, Privilege, Sequence, Type};
use crate::schema::name::Name;
use crate::source::{FileId, SourceFile, Span};
use crate::statistics::{Class, Size};
use about::About;
use node::Nodes;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The version of the document.
const SCHEMA_VERSION: u32 = 1;

/// A set of migrations, as its documents are made from it.
pub struct View<'a> {
    replay: &'a Replay<'a>,
    steps: &'a [Vec<Step<'a>>],
    files: &'a [SourceFile],
    now: Date,
    owners: &'a dyn Fn(&str) -> Vec<String>,
    /// The statements that create tables, by their place: there the columns of a table stand.
    creates: BTreeMap<(FileId, Span), &'a CreateTable>,
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("steps", &self.steps.len()).finish_non_exhaustive()
    }
}

impl<'a> View<'a> {
    /// A set with the steps of each of its migrations; `owners` gives whose a file is, by its path.
    pub fn new(
        replay: &'a Replay<'a>,
        steps: &'a [Vec<Step<'a>>],
        files: &'a [SourceFile],
        now: Date,
        owners: &'a dyn Fn(&str) -> Vec<String>,
    ) -> Self {
        let changes = replay.migrations.iter().flat_map(|read| {
            let changes = read.statements.iter().flat_map(|statement| &statement.changes);
            changes.map(|located| (read.migration.file, &located.change))
        });
        let creates = changes.filter_map(|(file, change)| match &change.value {
            Change::CreateTable(table) => Some(((file, change.span), &**table)),
            _ => None,
        });
        Self { replay, steps, files, now, owners, creates: creates.collect() }
    }

    /// Its migrations.
    pub fn migrations(&self) -> &'a [ReadMigration] {
        self.replay.migrations
    }

    /// The path of a migration's file.
    pub fn path(&self, read: &ReadMigration) -> &'a str {
        self.file(read.migration.file).map_or("", |file| &file.path)
    }

    /// The engine that they are for.
    pub fn engine(&self) -> Engine {
        self.replay.dialect.engine
    }

    fn file(&self, file: FileId) -> Option<&'a SourceFile> {
        self.files.get(file.0 as usize)
    }
}

/// What a policy sees of the migration at `index`; its nodes stand at `places`.
pub fn document(view: &View<'_>, index: usize, places: &mut Places) -> Option<Document> {
    let read = view.replay.migrations.get(index)?;
    let steps = view.steps.get(index).map_or(&[][..], Vec::as_slice);
    let file = view.file(read.migration.file);
    let mut writer = Writer { nodes: Nodes { view, places }, touched: BTreeSet::new() };
    let migration = writer.migration(read, file);
    let alone = runs_alone(read, view.replay.dialect);
    let statements = steps.iter().map(|step| writer.statement(step, alone)).collect();
    let mut changes = Vec::new();
    for (statement, step) in steps.iter().enumerate() {
        let all = step.statement.changes.iter().enumerate();
        changes.extend(all.map(|(index, located)| writer.change(step, statement, index, located)));
    }
    let Writer { mut nodes, touched } = writer;
    let mut tables = |catalog| {
        let seen = touched.iter().filter_map(|name| nodes.table(catalog, name));
        document::Tables { tables: seen.collect() }
    };
    let (before, after) = match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => (tables(first.start), tables(last.after)),
        _ => Default::default(),
    };
    Some(Document {
        schema_version: SCHEMA_VERSION,
        now: format!("{}T00:00:00Z", view.now),
        dialect: dialect(view.replay.dialect),
        runner: runner(&read.migration.runner),
        migration,
        statements,
        changes,
        before,
        after,
    })
}

/// What every policy sees of the schema behind the last migration.
pub fn catalog(view: &View<'_>, places: &mut Places) -> Catalog {
    let catalog = &view.replay.end;
    let mut nodes = Nodes { view, places };
    let mut document = Catalog {
        complete: catalog.complete,
        tables: BTreeMap::new(),
        views: BTreeMap::new(),
        sequences: BTreeMap::new(),
        types: BTreeMap::new(),
        objects: Vec::new(),
        privileges: catalog.privileges.iter().map(|(key, it)| Privilege::new(key, it)).collect(),
        comments: catalog.comments.iter().map(|(key, text)| Comment::new(key, text)).collect(),
    };
    for (name, relation) in &catalog.relations {
        match relation {
            Relation::Table(it) if !it.temporary => {
                document.tables.extend(nodes.table(catalog, name));
            }
            Relation::View(it) if !it.temporary => {
                document.views.insert(name.to_string(), nodes.view(catalog, name, it));
            }
            Relation::Sequence(it) if !it.temporary => {
                let loc =
                    nodes.loc_of(it.origin.birth, || Subject::Object("sequence", name.to_string()));
                let sequence = Sequence { loc, ..Sequence::new(name, it) };
                document.sequences.insert(name.to_string(), sequence);
            }
            _ => {}
        }
    }
    for (name, it) in &catalog.types {
        let loc = nodes.loc_of(it.origin.birth, || Subject::Object("type", name.to_string()));
        let found = Type::new(name, it).map(|found| Type { loc, ..found });
        document.types.extend(found.map(|found| (name.to_string(), found)));
    }
    for (key, it) in &catalog.objects {
        let loc = nodes.loc_of(it.origin.birth, || about::subject(key, None));
        document.objects.push(Other { loc, ..Other::new(key, it) });
    }
    document
}

fn dialect(dialect: Dialect) -> document::Dialect {
    let versions = dialect.to_string();
    let versions = versions.split_once('@').map(|(_, versions)| versions.to_owned());
    document::Dialect { engine: dialect.engine.name(), versions }
}

fn runner(runner: &Runner) -> document::Runner {
    document::Runner {
        framework: runner.framework,
        wraps: match runner.wraps {
            Wraps::EachFile => "each_file",
            Wraps::EachChangeset => "each_changeset",
            Wraps::AllPending => "all_pending",
            Wraps::Nothing => "nothing",
            Wraps::Unknown => "unknown",
        },
        sends: match runner.sends {
            Sends::WholeFile => "whole_file",
            Sends::Batch => "batch",
            Sends::Statements => "statements",
            Sends::Unknown => "unknown",
        },
    }
}

/// Makes the document of one migration.
struct Writer<'w, 'a> {
    nodes: Nodes<'w, 'a>,
    /// The tables that its changes touch, resolved.
    touched: BTreeSet<Name>,
}

impl Writer<'_, '_> {
    fn migration(
        &mut self,
        read: &ReadMigration,
        file: Option<&SourceFile>,
    ) -> document::Migration {
        let it = &read.migration;
        let view = self.nodes.view;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let remarks = read.comments.iter().map(|comment| document::Remark {
            text: comment.text.clone(),
            loc: self.nodes.loc(it.file, comment.span, None),
        });
        let comments = remarks.collect();
        let path = file.map(|file| file.path.clone()).unwrap_or_default();
        document::Migration {
            version: text(&it.version.text),
            title: text(&it.title),
            direction: it.direction.name(),
            bytes: it.span.len(),
            lines: file.map_or(0, |file| lines(file, it.span)),
            loc: self.nodes.loc(it.file, it.span, None),
            comments,
            down: down(view, read),
            owners: (view.owners)(&path),
            path,
        }
    }

    /// A statement; `alone` says that its runner leaves the transaction away by itself.
    fn statement(&mut self, step: &Step<'_>, alone: bool) -> document::Statement {
        let statement = step.statement;
        let (reading, why) = match &statement.reading {
            Reading::Understood => ("understood", None),
            Reading::Opaque { why } => ("opaque", Some(why.clone())),
            Reading::Unread { why, .. } => ("unread", Some(why.clone())),
        };
        document::Statement {
            loc: self.nodes.loc(step.migration.migration.file, statement.span, None),
            sql: statement.text.clone(),
            reading,
            why,
            transaction: match step.transaction {
                _ if alone => "none",
                Transaction::Author(_) => "author",
                Transaction::Runner => match step.migration.migration.runner.wraps {
                    Wraps::AllPending => "all-pending",
                    _ => "explicit",
                },
                Transaction::Message => "implicit",
                Transaction::None => "none",
                Transaction::Unknown => "unknown",
            },
            in_transaction: !alone && step.transaction.is_block(),
        }
    }

    fn change(
        &mut self,
        step: &Step<'_>,
        statement: usize,
        index: usize,
        located: &LocatedChange,
    ) -> change::Change {
        let change = &located.change.value;
        let file = step.migration.migration.file;
        let about = About::of(step, index, change);
        let area = about::area(change);
        let mut document = change::Change {
            kind: change.kind(),
            statement,
            area,
            certain: located.context != Context::Do { certain: false },
            effect: effect(step, index),
            ..Default::default()
        };
        let subject = about.as_ref().map(About::subject);
        document.loc = self.nodes.loc(file, located.change.span, subject);
        if let Some(about) = &about {
            document.new = about.is_new(step, change);
            document.object = Some(about.document());
            if about.is_defined_by(change, area) {
                document.before = self.nodes.node(step.before, &about.key);
                let key = about.key_after(step, change);
                document.after = self.nodes.node(step.after, &key);
                if let Some(loc) = document.after.as_mut().map(change::Node::loc) {
                    *loc = document.loc;
                }
            }
        }
        if let Some(table) = about.as_ref().and_then(|about| about.table.as_ref()) {
            document.table = Some(table.to_string());
            document.statistics = statistics(step.size(table)).filter(|_| !step.is_born(table));
            self.touched.insert(table.clone());
            self.touched.extend(about::renamed(step, table).cloned());
        }
        self.write(step, located, &mut document);
        document
    }
}

/// The path of the migration that takes this one back.
fn down(view: &View<'_>, read: &ReadMigration) -> Option<String> {
    let it = &read.migration;
    let downs = view.replay.of_version(Direction::Down, &it.version.key);
    let down = downs.first().filter(|_| it.direction == Direction::Up)?;
    let down = view.replay.migrations.get(*down)?;
    Some(view.file(down.migration.file)?.path.clone())
}

/// How many lines a place covers.
fn lines(file: &SourceFile, span: Span) -> u32 {
    let (first, last) = (file.place(span.start), file.place(span.end));
    // The end of a line that nothing follows.
    let past = u32::from(last.column == 1 && !span.is_empty());
    last.line.saturating_sub(first.line) + 1 - past
}

fn effect(step: &Step<'_>, index: usize) -> change::Effect {
    let none = ChangeEffect::none();
    let effect = step.effects().get(index).unwrap_or(&none);
    change::Effect {
        modelled: effect.unknown.is_none(),
        why: effect.unknown.clone(),
        locks: effect.touches.iter().map(|touch| lock(step, touch)).collect(),
        refused_in_transaction: effect.refused_in_block.clone(),
    }
}

fn lock(step: &Step<'_>, touch: &Touch) -> change::Lock {
    let blocked = [(touch.mode.blocks_reads(), "reads"), (touch.mode.blocks_writes(), "writes")];
    change::Lock {
        object: touch.object.to_string(),
        object_kind: touch.object.kind.name(),
        role: touch.role.name(),
        mode: touch.mode.name(),
        new: step.is_born(&touch.object.name),
        rewrites: touch.rewrites,
        scans: touch.scans,
        rebuilds: touch.rebuilds,
        blocks: blocked.into_iter().filter_map(|(waits, what)| waits.then_some(what)).collect(),
    }
}

fn statistics(size: Size<'_>) -> Option<change::Statistics> {
    let measured = match size {
        Size::Unknown => return None,
        Size::Measured(found, _) => Some(found),
        Size::Lacking(_) | Size::Listed(_) => None,
    };
    Some(change::Statistics {
        rows: measured.and_then(|it| it.rows),
        bytes: measured.map(|it| it.bytes),
        index_bytes: measured.map(|it| it.index_bytes),
        writes_per_second: measured.and_then(|it| it.writes_per_second),
        class: match size.class() {
            Class::Tiny => "tiny",
            Class::Small => "small",
            Class::Large => "large",
        },
    })
}
