//! lockgate decides whether a database schema migration is safe to ship.
//!
//! The modules stand in reading order: text, dialects, migrations, their statements as changes,
//! the catalog they make, findings, rules. [`check`] is the way through all of them.

pub mod before;
pub mod cli;
pub mod config;
pub mod date;
pub mod dialect;
pub mod digest;
pub mod docs;
pub mod effects;
pub mod finding;
pub mod fix;
pub mod frameworks;
pub mod judge;
pub mod migration;
pub mod parallel;
pub mod policy;
pub mod read;
pub mod replay;
pub mod report;
pub mod rules;
pub mod schema;
pub mod source;
pub mod sql;
pub mod statistics;
pub mod tree;

use config::Config;
use date::Date;
use dialect::{Dialect, Engine};
use finding::{Failure, FailureKind, Finding};
use frameworks::{Discovery, MigrationSet, Settings};
use judge::Case;
use judge::retired::Evidence;
use migration::merged::Merged;
use migration::{Direction, ReadMigration, Sends, Wraps};
use policy::ask::Asked;
use policy::{Judgement, Policies};
use replay::{Base, Replay, Step};
use report::diff::SetDiff;
use report::effects::StatementLine;
use report::schema::SetSchema;
use report::{Against, MigrationLine, Report, Set};
use rules::Sink;
use rules::gate::stale_statistics;
use rules::run::Around;
use schema::catalog::Catalog;
use schema::diff::{Options, diff};
use source::{FileId, SourceFile};
use statistics::{Sizes, Statistics};
use std::collections::BTreeMap;
use std::sync::Arc;
use tree::Tree;

/// All that a verdict depends on.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Where the migrations are.
    pub tree: &'a dyn Tree,
    /// The config, flags merged in.
    pub config: &'a Config,
    /// SQL of the schema that stood before the first migration.
    pub schema: Option<&'a SourceFile>,
    /// How large the tables of the database are.
    pub statistics: Option<&'a Statistics>,
    /// One file came without the migrations before it: older tables may exist that nobody showed.
    pub alone: bool,
    /// The day against which allows expire.
    pub today: Date,
    /// The policies that are asked beside the built-in rules.
    pub policies: Option<&'a Policies>,
    /// What stood on the base branch: only what differs from it is judged. `None`: all is.
    pub merged: Option<&'a Merged>,
    /// What proves that a dropped object was retired; where there is none, nothing does.
    pub evidence: Option<&'a dyn Evidence>,
}

/// Finds the migrations, reads them, replays each set on its schema, runs the rules, and judges
/// what they found.
///
/// Depends on nothing but its input, and fails nowhere: what could not be done is in the report.
pub fn check(input: &Input<'_>) -> Report {
    run(input, &Look { rules: true, at: None, see: |_: &Seen<'_>| () }).0
}

/// As [`check`], with what the migrations change in the schema: from what stood before the first of
/// them to what stands behind the last.
pub fn check_with_diff(input: &Input<'_>) -> Report {
    let see = |seen: &Seen<'_>| {
        let goes_on = |step: &&Step<'_>| step.migration.migration.direction != Direction::Down;
        let first = seen.steps.iter().flatten().find(goes_on)?;
        let options = Options { replayed: true, ..Options::default() };
        let diff = diff(first.start, &seen.replayed.end, options);
        Some(SetDiff { set: seen.set, diff, complete: seen.replayed.end.complete })
    };
    let (mut report, diffs) = run(input, &Look { rules: true, at: None, see });
    report.schema_diffs = diffs.into_iter().flatten().flatten().collect();
    report
}

/// As [`check`], with what each set runs and the schema that it makes.
pub fn check_with_ends(input: &Input<'_>) -> (Report, Vec<SetEnd>) {
    let see = |seen: &Seen<'_>| SetEnd {
        set: seen.set,
        migrations: seen.replayed.migrations.to_vec(),
        end: seen.replayed.end.clone(),
    };
    let (report, ends) = run(input, &Look { rules: true, at: None, see });
    (report, ends.into_iter().flatten().collect())
}

/// A set, read and replayed.
#[derive(Clone, Debug)]
pub struct SetEnd {
    /// Its index in the report.
    pub set: usize,
    /// What it runs, in order.
    pub migrations: Vec<ReadMigration>,
    /// The schema behind its last migration.
    pub end: Catalog,
}

/// As [`check`], with what each statement locks; no rule runs.
pub fn effects_of(input: &Input<'_>) -> (Report, Vec<StatementLine>) {
    let see = |seen: &Seen<'_>| {
        let steps = seen.steps.iter().flatten();
        steps.map(|step| StatementLine::new(step, seen.files)).collect::<Vec<_>>()
    };
    let (mut report, lines) = run(input, &Look { rules: false, at: None, see });
    fail_unseen(&mut report, &lines);
    (report, lines.into_iter().flatten().flatten().collect())
}

/// As [`check`], with the schema that each set makes: all of it, or as it is once the migration of
/// the version `at` has run; no rule runs.
pub fn schemas_of(input: &Input<'_>, at: Option<&str>) -> (Report, Vec<SetSchema>) {
    let see = |seen: &Seen<'_>| SetSchema { set: seen.set, catalog: seen.replayed.end.clone() };
    let (mut report, schemas) = run(input, &Look { rules: false, at, see });
    fail_unseen(&mut report, &schemas);
    (report, schemas.into_iter().flatten().collect())
}

/// A set that was not shown could not be replayed.
fn fail_unseen<S>(report: &mut Report, seen: &[Option<S>]) {
    for (set, seen) in report.sets.iter().zip(seen) {
        if set.migrations > 0 && seen.is_none() {
            let failure = Failure::new(&set.root, "lockgate broke while it replayed this");
            report.failures.push(failure);
        }
    }
}

/// A set that was replayed.
struct Seen<'a> {
    /// Its number.
    set: usize,
    replayed: &'a Replay<'a>,
    /// Its steps, migration by migration.
    steps: &'a [Vec<Step<'a>>],
    files: &'a [SourceFile],
}

/// What a run is for.
struct Look<'a, F> {
    /// Whether the rules run.
    rules: bool,
    /// The version behind which each set ends.
    at: Option<&'a str>,
    /// What is wanted of each set.
    see: F,
}

/// A set on its way.
struct Job {
    set: usize,
    dialect: Dialect,
    /// Whether it does not begin from nothing.
    incomplete: bool,
    /// Whether there is no other.
    only: bool,
    /// How large its tables are.
    sizes: Sizes,
    migrations: Vec<ReadMigration>,
}

impl Job {
    /// Replays it and looks at it: what its rules find, and what was to be seen of it.
    fn look<S>(
        &self,
        base: Base,
        look: &Look<'_, impl Fn(&Seen<'_>) -> S>,
        (files, around): (&[SourceFile], Around<'_>),
        asked: Option<&Asked<'_>>,
    ) -> (Judgement, Option<S>) {
        let mut seen = None;
        let mut judgement = Judgement::default();
        let mut see = |replayed: &Replay<'_>, steps: &[Vec<Step<'_>>]| {
            seen = Some((look.see)(&Seen { set: self.set, replayed, steps, files }));
            if let Some(asked) = asked {
                judgement = asked.judge(replayed, steps, files, around.merged);
            }
        };
        let base = Base { sizes: self.sizes.clone(), ..base };
        let around = look.rules.then_some(around);
        let found =
            rules::run::set(&self.migrations, self.dialect, base, around, self.only, &mut see);
        judgement.findings.extend(found);
        (judgement, seen)
    }

    /// What is found where looking at it panicked.
    fn broke(&self) -> Judgement {
        let first = self.migrations.first().map(|read| &read.migration);
        let broke = |it| read::internal_error(it, it.span, "it judged these migrations");
        Judgement { findings: first.map(broke).into_iter().collect(), ..Judgement::default() }
    }

    /// Its migrations as reports list them.
    fn lines(&self, files: &[SourceFile]) -> impl Iterator<Item = MigrationLine> {
        self.migrations.iter().map(|read| {
            let transaction = replay::transaction_of(read, self.dialect);
            MigrationLine::new(self.set, read, transaction, files)
        })
    }
}

/// The pipeline, and what was seen of each set that was read; `None` where it could not be
/// replayed.
fn run<S: Send>(
    input: &Input<'_>,
    look: &Look<'_, impl Fn(&Seen<'_>) -> S + Sync>,
) -> (Report, Vec<Option<S>>) {
    let config = input.config;
    let mut found = frameworks::discover(input.tree, &settings(config));
    let mut failures = failures(&found);
    let paths: Vec<String> = found.files.iter().map(|file| file.path.clone()).collect();
    let mut report = Report { dumps: found.dumps, ..Report::new(config) };
    let dialects = dialects(&found.sets, config.dialect);
    let schemas = before::schemas(input.schema, dialects.iter().flatten(), &mut failures);
    if let Some(at) = look.at {
        failures.extend(stop_all_at(&mut found.sets, at));
    }
    let mut findings = Vec::new();
    let mut strays = BTreeMap::new();
    let mut unread = Vec::new();
    let mut jobs = Vec::new();
    let only = found.sets.len() == 1;
    for (set, dialect) in found.sets.into_iter().zip(dialects) {
        let dialect = match dialect {
            Ok(dialect) => dialect,
            Err(database) if config.dialect.is_some() => {
                report.left_out.push(Set::left_out(&set, database));
                continue;
            }
            Err(database) => {
                failures.push(other_database(&set, database, &paths));
                continue;
            }
        };
        let incomplete = set.incomplete.is_some();
        let (sizes, migrations) = (sizes(input, dialect.engine), Vec::new());
        jobs.push(Job { set: jobs.len(), dialect, incomplete, only, sizes, migrations });
        report.sets.push(Set::read(&set, dialect, config.dialect.is_some()));
        strays.extend(set.findings.iter().map(|found| (found.primary.file, dialect.engine)));
        findings.extend(set.findings);
        unread.push((set.migrations, dialect.engine));
    }
    for (job, (migrations, panics)) in jobs.iter_mut().zip(read::sets(unread)) {
        job.migrations = migrations;
        sql::calls::resolve_calls(&mut job.migrations);
        findings.extend(panics);
    }
    failures.extend(other_engine(input, &report.sets));
    let config_file = beside(input, &mut found.files, &mut findings);
    let files = found.files.as_slice();
    let looked = look_at(&jobs, input, look, (files, &paths), &schemas);
    let mut seen = Vec::new();
    let mut all = Vec::new();
    for (job, looked) in jobs.into_iter().zip(looked) {
        let (judgement, it) = looked.unwrap_or_else(|| (job.broke(), None));
        findings.extend(judgement.findings);
        failures.extend(judgement.failures);
        seen.push(it);
        report.migrations.extend(job.lines(files));
        all.extend(job.migrations);
    }
    if failures.is_empty() && report.left_out.is_empty() {
        failures.extend(nothing_to_check(input, &all));
    }
    all.extend(read::strays(files, &all, strays));
    report.against = input.merged.map(|merged| Against::new(merged, &report.migrations));
    let sets: Vec<usize> = report.migrations.iter().map(|line| line.set).collect();
    let Input { today, evidence, merged, .. } = *input;
    let case =
        Case { files, migrations: &all, sets: &sets, config, config_file, today, evidence, merged };
    report.findings = judge::judge(findings, &case);
    (Report { files: found.files, failures, ..report }, seen)
}

/// Looks at each set; `None` where that panicked.
fn look_at<S: Send>(
    jobs: &[Job],
    input: &Input<'_>,
    look: &Look<'_, impl Fn(&Seen<'_>) -> S + Sync>,
    (files, paths): (&[SourceFile], &[String]),
    schemas: &BTreeMap<Engine, ReadMigration>,
) -> Vec<Option<(Judgement, Option<S>)>> {
    let Input { config, alone, merged, .. } = *input;
    let around = Around { paths, merged };
    let policies = input.policies.filter(|_| look.rules);
    let asked = policies.and_then(|it| Asked::new(it, input.tree, files, input.today));
    parallel::map(jobs, |job| {
        let schema = schemas.get(&job.dialect.engine);
        let base = before::base(&job.migrations, schema, job.dialect, alone, job.incomplete);
        job.look(before::with_timeouts(base, config), look, (files, around), asked.as_ref())
    })
}

/// Cuts each set behind the migration of a version; where none has it, nothing is left.
fn stop_all_at(sets: &mut Vec<MigrationSet>, at: &str) -> Option<Failure> {
    if sets.iter_mut().map(|set| stop_at(set, at)).fold(false, |any, it| any | it) {
        return None;
    }
    sets.clear();
    Some(Failure::new("--at", format!("no migration has the version `{at}`")))
}

/// Cuts a set behind the migration of a version; gives whether it has one.
fn stop_at(set: &mut MigrationSet, at: &str) -> bool {
    let parts: Vec<&str> = at.split(['.', '_']).collect();
    let number = migration::Version::numeric(at, &parts);
    let is_it = |migration: &migration::Migration| {
        let version = &migration.version;
        version.text == at || (!version.key.is_empty() && version.key == number.key)
    };
    let last = set.migrations.iter().rposition(is_it);
    if let Some(last) = last {
        set.migrations.truncate(last + 1);
    }
    last.is_some()
}

/// What is said where nothing was checked: no migration, or an empty text by itself.
fn nothing_to_check(input: &Input<'_>, migrations: &[ReadMigration]) -> Option<Failure> {
    let (path, message) = match input.alone {
        true => ("-", "the text that was given is empty"),
        false => (".", "no file that was given is a migration; `--notes` shows why"),
    };
    let is_empty = |read: &ReadMigration| input.alone && read.migration.span.is_empty();
    let failure = Failure { kind: FailureKind::NoMigration, ..Failure::new(path, message) };
    migrations.iter().all(is_empty).then_some(failure)
}

fn settings(config: &Config) -> Settings {
    Settings {
        framework: config.framework.as_ref().map(|framework| framework.value.clone()),
        own: config.own.as_ref().map(own),
        placeholders: config.placeholders.clone(),
        engine: config.dialect.map(|dialect| dialect.engine),
    }
}

/// What the config says of a framework of the user's own, as its adapter takes it.
fn own(told: &config::own::Own) -> frameworks::own::Own {
    use config::own::{Order, Transaction};
    frameworks::own::Own {
        pattern: told.pattern.clone(),
        natural: told.order == Order::Natural,
        up: told.up.clone(),
        down: told.down.clone(),
        runs: match told.transaction {
            Some(Transaction::File) => (Wraps::EachFile, Sends::Unknown),
            Some(Transaction::All) => (Wraps::AllPending, Sends::Unknown),
            Some(Transaction::Message) => (Wraps::Nothing, Sends::WholeFile),
            Some(Transaction::None) => (Wraps::Nothing, Sends::Statements),
            None => (Wraps::Unknown, Sends::Unknown),
        },
    }
}

/// The dialect of each set, or the name of its database where it is not read.
///
/// Without a stated dialect a set is read as what it looks like, and as PostgreSQL where it looks
/// like nothing. With one, what looks like another engine is left out; where no set looks like
/// the stated one, all are taken for it: looks count for less.
fn dialects(sets: &[MigrationSet], stated: Option<Dialect>) -> Vec<Result<Dialect, &'static str>> {
    let looks_like = |engine| sets.iter().any(|set| set.engine == Some(engine));
    let fits = |stated: Dialect, engine: Engine| {
        stated.engine == engine || (stated.engine.is_like(engine) && !looks_like(stated.engine))
    };
    let dialect = |set: &MigrationSet| match (set.other_database, stated, set.engine) {
        (Some(other), ..) => Err(other),
        (None, Some(stated), Some(engine)) if !fits(stated, engine) => Err(engine.title()),
        (None, Some(stated), _) => Ok(stated),
        (None, None, engine) => Ok(Dialect::new(engine.unwrap_or(Engine::Postgres))),
    };
    let dialects: Vec<_> = sets.iter().map(dialect).collect();
    match stated {
        Some(stated) if dialects.iter().all(Result::is_err) => vec![Ok(stated); sets.len()],
        _ => dialects,
    }
}

/// The failure for a set that looks like a database whose SQL is not read, where nobody said
/// otherwise.
fn other_database(set: &MigrationSet, database: &str, paths: &[String]) -> Failure {
    let first = set.migrations.first().and_then(|first| paths.get(first.file.0 as usize));
    let message = format!(
        "seems to be for {database}, which lockgate does not read ({}); `--dialect` with the engine \
         of the others leaves it out, and where there are no others, reads it as that engine's",
        report::count(set.migrations.len(), "migration"),
    );
    Failure::new(first.unwrap_or(&set.root), message)
}

/// What is known of the tables of an engine's database: statistics that are fresh, and what the
/// config says.
fn sizes(input: &Input<'_>, engine: Engine) -> Sizes {
    let fits = |it: &&Statistics| it.is_fresh(input.today) && it.engine.is_like(engine);
    Sizes {
        statistics: input.statistics.filter(fits).cloned().map(Arc::new),
        large_tables: input.config.large_tables.clone(),
    }
}

/// That statistics were given, and are too old to be used; their file joins the others.
fn stale(input: &Input<'_>, files: &mut Vec<SourceFile>) -> Option<Finding> {
    let statistics = input.statistics.filter(|it| !it.is_fresh(input.today))?;
    let mut sink = Sink::new(&stale_statistics::RULE);
    let file = join(files, &statistics.file.0);
    stale_statistics::report(statistics, input.today, file, &mut sink);
    sink.into_findings().pop()
}

/// Statistics and the config join the other files where something may be found in them; gives the
/// number of the config.
fn beside(
    input: &Input<'_>,
    files: &mut Vec<SourceFile>,
    findings: &mut Vec<Finding>,
) -> Option<FileId> {
    findings.extend(stale(input, files));
    let config = input.config;
    let file = config.file.as_ref().filter(|_| !config.waivers.is_empty())?;
    Some(join(files, file))
}

/// One more file among those of a run; gives its number.
fn join(files: &mut Vec<SourceFile>, file: &SourceFile) -> FileId {
    let number = FileId(u32::try_from(files.len()).unwrap_or(u32::MAX));
    files.push(file.clone());
    number
}

/// The failure for statistics of an engine that none of the migrations is for.
fn other_engine(input: &Input<'_>, sets: &[Set]) -> Option<Failure> {
    let statistics = input.statistics?;
    let mut dialects = sets.iter().filter_map(|set| set.dialect);
    let fits = dialects.any(|dialect| dialect.engine.is_like(statistics.engine));
    let engine = statistics.engine.title();
    (!sets.is_empty() && !fits).then(|| {
        let message =
            format!("these are statistics of {engine}, and no migration here is for that");
        Failure::new(&*statistics.file.0.path, message)
    })
}

fn failures(found: &Discovery) -> Vec<Failure> {
    let broken = found.errors.iter().map(|error| Failure::new(&error.path, &error.message));
    let empty = found.empty.iter().map(|path| Failure {
        kind: FailureKind::NoMigration,
        ..Failure::new(path, "holds no migration that lockgate knows")
    });
    broken.chain(empty).collect()
}
