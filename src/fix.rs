//! Mechanical fixes, made in memory: one at a time, each judged by the whole pipeline before it
//! counts.
//!
//! A fix counts when the migrations with it make the same schema, run in the same order with the
//! new files right behind the old one, lose the finding, and gain no error. So what a fix breaks
//! need not be foreseen here. Nothing is written: see `cli`.

mod files;

use crate::finding::{Finding, Fix, Level};
use crate::frameworks;
use crate::frameworks::follow::Follow;
use crate::judge::State;
use crate::migration::{Direction, LocatedChange, OptOut, ReadMigration, Statement, Wraps};
use crate::report::Report;
use crate::schema::change::{Change, ConstraintKind, TableAction};
use crate::schema::diff::{Options, diff};
use crate::schema::name::ObjectKind;
use crate::sql::words::words;
use crate::tree::{Overlay, Tree, below};
use crate::{Input, SetEnd, check_with_ends};
use std::collections::{BTreeMap, BTreeSet};

/// Says whether a migration is new, so that nobody has run it yet; else why it counts as old.
pub type IsNew<'a> = dyn Fn(&str) -> Result<(), String> + 'a;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The files that are new or changed, by path.
    pub files: Vec<FixedFile>,
    /// What was fixed, in the order in which it was.
    pub done: Vec<Outcome>,
    /// What was not, with the reason.
    pub left: Vec<Outcome>,
    /// The report of the migrations as they are without the fixes.
    pub before: Report,
    /// And with them.
    pub after: Report,
}

/// A file that a fix makes or changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedFile {
    /// Its path.
    pub path: String,
    /// What it holds today; `None` for a new one.
    pub before: Option<String>,
    /// What it is to hold.
    pub after: String,
}

/// What became of one finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// The file that it stands in.
    pub path: String,
    /// Its rule.
    pub rule: &'static str,
    /// What it is about.
    pub subject: String,
    /// Why it was not fixed; empty where it was.
    pub why: String,
}

/// The project with the fixes that were made so far.
struct Project<'a> {
    tree: Overlay<'a>,
    report: Report,
    sets: Vec<SetEnd>,
    /// What was made, by the path of the migration that it follows.
    made: BTreeMap<String, Made>,
}

/// The files that stand behind a migration for what left it.
#[derive(Clone, Debug, Default)]
struct Made {
    /// The last of them, and its way down where the set keeps such.
    last: Option<(String, Option<String>)>,
    /// What the last of them validates, where that is all that it does.
    validates: Vec<String>,
    /// All that go up, in order.
    ups: Vec<String>,
}

/// A finding in its migration.
struct Place<'p> {
    path: &'p str,
    set: &'p SetEnd,
    read: &'p ReadMigration,
    /// The index of its statement.
    statement: usize,
    finding: &'p Finding,
    follow: &'p Follow,
}

impl Place<'_> {
    fn statement(&self) -> Option<&Statement> {
        self.read.statements.get(self.statement)
    }

    fn later_statements(&self) -> &[Statement] {
        self.read.statements.get(self.statement + 1..).unwrap_or_default()
    }
}

/// Fixes what can be fixed mechanically in migrations that are new. Nothing where not all could be
/// read.
pub fn fix(input: &Input<'_>, is_new: &IsNew<'_>) -> Fixed {
    let tree = Overlay::new(input.tree);
    let (report, sets) = check_with_ends(&Input { tree: &tree, ..*input });
    let before = report.clone();
    let mut project = Project { tree, report, sets, made: BTreeMap::new() };
    let (mut done, mut left) = (Vec::new(), BTreeMap::new());
    while let Some((outcome, finding)) = project.next(&left) {
        match project.attempt(&finding, input, is_new) {
            Ok(next) => {
                project = next;
                done.push(outcome);
                // What stood in the way of others may be gone.
                left.clear();
            }
            Err(why) => {
                left.insert(outcome, why);
            }
        }
    }
    let left = left.into_iter().map(|(outcome, why)| Outcome { why, ..outcome }).collect();
    let files = project.files(input.tree);
    Fixed { files, done, left, before, after: project.report }
}

impl<'a> Project<'a> {
    /// The first finding with a fix that was not tried yet.
    fn next(&self, left: &BTreeMap<Outcome, String>) -> Option<(Outcome, Finding)> {
        if !self.report.failures.is_empty() {
            return None;
        }
        let reported = self.report.in_state(State::Reported).map(|judged| &judged.finding);
        let counts = reported.filter(|it| it.fix.is_some() && it.level > Level::Note);
        let mut outcomes = counts.map(|it| (self.outcome(it), it));
        let (outcome, finding) = outcomes.find(|(outcome, _)| !left.contains_key(outcome))?;
        Some((outcome, finding.clone()))
    }

    fn outcome(&self, finding: &Finding) -> Outcome {
        let file = self.report.files.get(finding.primary.file.0 as usize);
        Outcome {
            path: file.map(|file| file.path.clone()).unwrap_or_default(),
            rule: finding.rule,
            subject: finding.subject.to_string(),
            why: String::new(),
        }
    }

    fn files(&self, tree: &dyn Tree) -> Vec<FixedFile> {
        let file = |(path, after): (&String, &String)| {
            let before = tree.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            FixedFile { path: path.clone(), before, after: after.clone() }
        };
        self.tree.files().iter().map(file).collect()
    }

    /// The project with one more fix.
    fn attempt(
        &self,
        finding: &Finding,
        input: &Input<'_>,
        is_new: &IsNew<'_>,
    ) -> Result<Self, String> {
        // First, so that all of a long history has one reason.
        let path = self.outcome(finding).path;
        if !self.made.values().any(|made| made.ups.contains(&path)) {
            is_new(&path)?;
        }
        let place = self.place(finding)?;
        refused(&place)?;
        let folder = |path: &str| {
            let given = self.tree.list().given;
            given.iter().any(|given| given.is_folder && below(path, &given.path).is_some())
        };
        if !folder(place.path) {
            return Err(
                "its folder was not given, so what stands beside it is not known".to_owned()
            );
        }
        // Where the next version is taken, some frameworks have one in between.
        let mut first = None;
        for between in [false, true] {
            let made = match self.made(&place, between) {
                Ok(made) => made,
                Err(why) => {
                    first.get_or_insert(why);
                    continue;
                }
            };
            let (tree, made) = made;
            let (report, sets) = check_with_ends(&Input { tree: &tree, ..*input });
            let next = Project { tree, report, sets, made };
            match self.accepts(&next, &place) {
                Ok(()) => return Ok(next),
                Err(why) => first.get_or_insert(why),
            };
        }
        Err(first.unwrap_or_default())
    }

    fn place<'p>(&'p self, finding: &'p Finding) -> Result<Place<'p>, String> {
        if let Some(Fix::ByHand(why)) = &finding.fix {
            return Err(why.clone());
        }
        let span = finding.primary.span;
        let holds = |read: &ReadMigration| {
            read.migration.file == finding.primary.file
                && read.statements.iter().any(|it| it.span.contains(span))
        };
        let found = self
            .sets
            .iter()
            .find_map(|set| set.migrations.iter().find(|read| holds(read)).map(|read| (set, read)));
        let (set, read) = found.ok_or("its statement was not found")?;
        match read.migration.direction {
            Direction::Up => {}
            Direction::Repeatable => return Err("its migration runs again and again".to_owned()),
            _ => return Err("its migration does not go up".to_owned()),
        }
        let framework = self.report.sets.get(set.set).map_or("", |set| set.framework);
        let follow = frameworks::follow_of(framework)
            .ok_or_else(|| format!("lockgate does not write migrations of {framework} yet"))?;
        let statement = read.statements.iter().position(|it| it.span.contains(span));
        let file = self.report.files.get(finding.primary.file.0 as usize);
        let (statement, file) = statement.zip(file).ok_or("its statement was not found")?;
        let sent = read.statements.get(statement).map(|it| it.text.as_str());
        let span = read.statements.get(statement).map(|it| it.span).unwrap_or_default();
        if sent != Some(file.slice(span)) {
            return Err("its statement holds placeholders".to_owned());
        }
        Ok(Place { path: &file.path, set, read, statement, finding, follow })
    }

    /// Whether a fix did what it should, and nothing else.
    fn accepts(&self, next: &Project<'_>, place: &Place<'_>) -> Result<(), String> {
        let failures = |report: &Report| -> BTreeSet<(String, String)> {
            report.failures.iter().map(|it| (it.path.clone(), it.message.clone())).collect()
        };
        let mut new =
            failures(&next.report).difference(&failures(&self.report)).cloned().collect::<Vec<_>>();
        if let Some((path, message)) = new.pop() {
            return Err(format!("with the fix {path} could not be read: {message}"));
        }
        self.runs_the_same(next, place)?;
        let count = |report: &Report, of: &Finding| {
            let same = |it: &&crate::judge::Judged| {
                (it.finding.rule, &it.finding.subject) == (of.rule, &of.subject)
            };
            report.in_state(State::Reported).filter(same).count()
        };
        let errors = next.report.in_state(State::Reported).map(|judged| &judged.finding);
        let mut errors = errors.filter(|it| it.level == Level::Error);
        if let Some(error) = errors.find(|it| count(&next.report, it) > count(&self.report, it)) {
            return Err(format!(
                "the fix would bring a finding of `{}`: {}",
                error.rule, error.message
            ));
        }
        let (was, is) = (count(&self.report, place.finding), count(&next.report, place.finding));
        match is < was {
            true => Ok(()),
            false => Err("the fix would not take the finding away".to_owned()),
        }
    }

    /// Whether the sets run what they ran, with the new files right behind the migration that they
    /// follow, and make the same schemas.
    fn runs_the_same(&self, next: &Project<'_>, place: &Place<'_>) -> Result<(), String> {
        let ups = |project: &Project<'_>| -> Vec<String> {
            let ups = project.sets.iter().flat_map(|set| &set.migrations);
            let ups = ups.filter(|it| it.migration.direction == Direction::Up);
            let path = |it: &ReadMigration| {
                project.report.files.get(it.migration.file.0 as usize).map(|it| it.path.clone())
            };
            ups.filter_map(path).collect()
        };
        let mut wanted = ups(self);
        let added: Vec<String> =
            next.made_behind(place.path).filter(|it| !wanted.contains(it)).cloned().collect();
        let last = self.made.get(place.path).and_then(|made| made.ups.last());
        let anchor = last.map_or(place.path, String::as_str);
        let at = wanted.iter().rposition(|it| it == anchor).map_or(wanted.len(), |at| at + 1);
        wanted.splice(at..at, added);
        if ups(next) != wanted {
            return Err("there is no free version right behind its migration".to_owned());
        }
        let differs = |(was, is): (&SetEnd, &SetEnd)| {
            was.end.complete != is.end.complete
                || !diff(&was.end, &is.end, Options::default()).is_empty()
        };
        let same =
            self.sets.len() == next.sets.len() && !self.sets.iter().zip(&next.sets).any(differs);
        match same {
            true => Ok(()),
            false => Err("the schema at the end would not be the same".to_owned()),
        }
    }

    fn made_behind(&self, path: &str) -> impl Iterator<Item = &String> {
        self.made.get(path).into_iter().flat_map(|made| &made.ups)
    }
}

/// Why a fix is no gain, or not possible, whatever the files are called.
fn refused(place: &Place<'_>) -> Result<(), String> {
    let runner = &place.read.migration.runner;
    let framework = runner.framework;
    if runner.wraps == Wraps::AllPending {
        return Err(format!(
            "{framework} runs all pending migrations in one transaction, so nothing would be gained"
        ));
    }
    let objects = match &place.finding.fix {
        Some(Fix::Alone { objects, .. }) => {
            match &runner.alone {
                OptOut::Never { why } => {
                    return Err(format!("{framework} runs nothing outside a transaction: {why}"));
                }
                OptOut::Unknown => {
                    let why = "how its runner keeps a file out of a transaction is not known; name \
                               it with `framework` in lockgate.yaml";
                    return Err(why.to_owned());
                }
                _ => {}
            }
            objects
        }
        Some(Fix::Later { objects, .. }) => objects,
        _ => return Err("it has no mechanical fix".to_owned()),
    };
    let sets_names = |statement: &Statement| {
        statement.changes.iter().find_map(|located| match &located.change.value {
            Change::Session(set) if SETTINGS.contains(&set.name.as_str()) => Some(set.name.clone()),
            _ => None,
        })
    };
    let before = place.read.statements.get(..place.statement).unwrap_or_default();
    if let Some(setting) = before.iter().find_map(sets_names) {
        return Err(format!("its migration sets {setting}, which a new file would not have"));
    }
    let tables: Vec<String> = place.statement().into_iter().flat_map(tables).collect();
    let names = |statement: &Statement| {
        let words = words(&statement.text, place.read.engine, true);
        let mut sought = objects.iter().chain(&tables);
        sought.find(|it| words.names.contains(*it) && !needs_none_of(statement, it)).cloned()
    };
    // A unique index that goes later refuses the rows that are written without it.
    let is_drop = |it: &LocatedChange| matches!(it.change.value, Change::Drop { .. });
    let drops = place.statement().is_some_and(|it| it.changes.iter().any(is_drop));
    let is_data = |it: &LocatedChange| matches!(it.change.value, Change::Data(_));
    let writes = |statement: &Statement| statement.changes.iter().any(is_data);
    match place.later_statements().iter().find_map(names) {
        Some(name) => Err(format!("a later statement of its migration names `{name}`")),
        None if drops && place.later_statements().iter().any(writes) => {
            Err("a later statement of its migration works on rows".to_owned())
        }
        None => Ok(()),
    }
}

/// The tables of which a statement alters something, or builds an index.
fn tables(statement: &Statement) -> Vec<String> {
    let tables = statement.changes.iter().filter_map(|located| match &located.change.value {
        Change::AlterTable { target, .. } => Some(target.name.name.clone()),
        Change::CreateIndex(index) => Some(index.table.name.clone()),
        _ => None,
    });
    tables.collect()
}

/// What decides which object a name means, and who may touch it.
const SETTINGS: &[&str] = &["search_path", "role", "session authorization", "all"];

/// Whether a statement names a table without a need for its unique indexes, or an index that it
/// makes itself: not rows (`ON CONFLICT`), code, or a foreign key to the table.
fn needs_none_of(statement: &Statement, name: &str) -> bool {
    statement.changes.iter().all(|located| match &located.change.value {
        Change::CreateIndex(index) => index.name.as_deref() != Some(name),
        Change::AlterTable { action: TableAction::AddColumn { .. }, .. } => true,
        Change::AlterTable { target, action: TableAction::AddConstraint { constraint } } => {
            let refers = |kind: &ConstraintKind| {
                matches!(kind, ConstraintKind::ForeignKey(key) if key.references.name == name)
            };
            let uses = |kind: &ConstraintKind| match kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    key.using_index.is_some()
                }
                _ => false,
            };
            target.name.name == name && !refers(&constraint.kind) && !uses(&constraint.kind)
        }
        Change::Comment { object, .. } => object.name.name == name && object.kind == ObjectKind::Table,
        _ => false,
    })
}
