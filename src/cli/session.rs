//! From flags, config and the disk to what the pipeline takes.

use super::against::{self, Scope};
use super::evidence::Repository;
use super::exclude::Excluding;
use super::{HowToRead, Input, WhichConfig, sources};
use crate::config::closest::did_you_mean;
use crate::config::{self, Config, find};
use crate::date::Date;
use crate::finding::Failure;
use crate::fix::{Fixed, FixedFile};
use crate::frameworks::{ADAPTERS, dump};
use crate::judge::baseline::{self, Entry};
use crate::migration::merged::{Merged, MergedMigration};
use crate::policy::Policies;
use crate::policy::seen::{SetInputs, inputs_of};
use crate::report::Report;
use crate::report::effects::StatementLine;
use crate::report::schema::SetSchema;
use crate::rules::Rule;
use crate::source::{Located, SourceFile, Span};
use crate::statistics::{self, Statistics};
use crate::tree::git::changes::{FileChange, Side};
use crate::tree::git::{self, commit::Commit};
use crate::tree::{Memory, Tree, WorkTree};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const STDIN: &str = "-";

/// The file of a baseline that nobody named, beside the config.
const BASELINE: &str = "lockgate-baseline.json";

/// What a side that is a commit begins with.
const GIT: &str = "git:";

/// Runs the pipeline on what the flags and the config say.
pub fn check(input: &Input, scope: &Scope, amend: impl FnOnce(&mut Config)) -> Report {
    match with_rules(input, amend, false).and_then(|session| session.scoped(scope, input)) {
        Ok(session) => session.with_input(crate::check),
        Err(failures) => Report::failed(failures),
    }
}

/// Runs the pipeline as `check` does, and says what the migrations change in the schema.
pub fn check_with_diff(input: &Input, scope: &Scope, amend: impl FnOnce(&mut Config)) -> Report {
    match with_rules(input, amend, false).and_then(|session| session.scoped(scope, input)) {
        Ok(session) => session.with_input(crate::check_with_diff),
        Err(failures) => Report::failed(failures),
    }
}

/// Fixes what can be fixed, in memory, or in the work tree too; with what could not be written.
pub fn fix(
    input: &Input,
    amend: impl FnOnce(&mut Config),
    write: bool,
) -> Result<(Fixed, Vec<Failure>), Vec<Failure>> {
    if input.paths.iter().any(|path| is_stdin(path)) {
        return Err(Failure::new("--fix", "standard input is no file that could be fixed").into());
    }
    let session = with_rules(input, amend, false)?;
    let given = session.tree.list().given;
    let base = session.config.base.as_deref();
    let known = RefCell::new(BTreeMap::new());
    let is_new = |path: &str| {
        if given.iter().any(|given| !given.is_folder && given.path == path) {
            return Ok(());
        }
        let mut known = known.borrow_mut();
        let missing = known
            .entry(path.to_owned())
            .or_insert_with(|| git::is_missing_on_base(Path::new(path), base));
        match missing {
            Ok(true) => Ok(()),
            Ok(false) => Err("it is on the base branch, so it may have run".to_owned()),
            Err(why) => {
                Err(format!("it is not known to be new (name its file beside its folder): {why}"))
            }
        }
    };
    let fixed = session.with_input(|input| crate::fix::fix(input, &is_new));
    let problems = match write && fixed.before.failures.is_empty() {
        true => session.write(input, &fixed.files)?,
        false => Vec::new(),
    };
    Ok((fixed, problems))
}

/// Runs the pipeline as `check` does, and says what each statement locks.
pub fn effects(input: &Input) -> (Report, Vec<StatementLine>) {
    match prepare(input, |_| {}) {
        Ok(session) => session.with_input(crate::effects_of),
        Err(failures) => (Report::failed(failures), Vec::new()),
    }
}

/// Runs the pipeline as `check` does, and gives the schema that each set makes.
pub fn schemas(input: &Input, at: Option<&str>) -> (Report, Vec<SetSchema>) {
    match prepare(input, |_| {}) {
        Ok(session) => session.with_input(|input| crate::schemas_of(input, at)),
        Err(failures) => (Report::failed(failures), Vec::new()),
    }
}

/// Runs the pipeline as `check` does, and gives what policies see of each set: of the files that
/// were given beside their folder, where there are such.
pub fn inputs(input: &Input) -> (Report, Vec<SetInputs>) {
    let session = match prepare(input, |_| {}) {
        Ok(session) => session,
        Err(failures) => return (Report::failed(failures), Vec::new()),
    };
    let given = session.tree.list().given;
    let (folders, files): (Vec<_>, Vec<_>) = given.iter().partition(|given| given.is_folder);
    let (report, mut inputs) = session.with_input(inputs_of);
    if !folders.is_empty() && !files.is_empty() {
        for set in &mut inputs {
            set.documents.retain(|it| files.iter().any(|file| file.path == it.migration.path));
        }
    }
    (report, inputs)
}

/// The schema of one side of a comparison: a dump or another file of SQL by itself, migrations from
/// the first on, or either as a commit has it. The config's base schema and framework are those of
/// migrations, not of a file.
pub fn side(side: &str, reading: &HowToRead) -> (Report, Vec<SetSchema>) {
    let commit = side.strip_prefix(GIT).map(|it| it.split_once(':').unwrap_or((it, "")));
    let path = match commit {
        Some((_, path)) => path,
        None => side,
    };
    let paths = if path.is_empty() { Vec::new() } else { vec![PathBuf::from(path)] };
    let is_file = match commit {
        Some(_) => false,
        None => paths.iter().any(|path| is_stdin(path) || path.is_file()),
    };
    let input =
        Input { paths, schema: None, stats: None, stdin_filename: None, reading: reading.clone() };
    let session = prepare(&input, |_| {}).and_then(|session| match commit {
        Some((reference, _)) => session.at(reference, &input),
        None if is_file => Ok(session.of_file()),
        None => Ok(session),
    });
    match session {
        Ok(session) => {
            // A file is all that there is.
            let session = Session { alone: false, ..session };
            session.with_input(|input| crate::schemas_of(input, None))
        }
        Err(failures) => (Report::failed(failures), Vec::new()),
    }
}

/// All that a run needs.
pub struct Session {
    config: Config,
    policies: Policies,
    tree: Box<dyn Tree>,
    /// The folder of the config.
    folder: PathBuf,
    /// The folder that the globs of `code` are relative to.
    code_folder: PathBuf,
    schema: Option<SourceFile>,
    /// The file of the baseline, and what it holds.
    baseline: (PathBuf, Option<SourceFile>, Vec<Entry>),
    statistics: Option<Statistics>,
    alone: bool,
    today: Date,
    /// What stood on the base branch, where only what differs is judged.
    merged: Option<Merged>,
}

impl Session {
    /// The same about what differs from the base branch.
    fn scoped(mut self, scope: &Scope, input: &Input) -> Result<Self, Vec<Failure>> {
        let Some(changes) = scope.changes(&self.config)? else { return Ok(self) };
        let paths = paths(input, &self.config, &self.folder);
        let failure = |message| Failure::new(&*changes.base, message);
        if scope.side() == Side::Index {
            self.tree = Box::new(Commit::staged(&paths).map_err(failure)?);
        }
        let mut merged = against::merged(&changes);
        if changes.files.values().any(|change| *change != FileChange::Added) {
            let before = Commit::new(&changes.commit, &paths).map_err(failure)?;
            let here = std::mem::replace(&mut self.tree, Box::new(before));
            let (report, ends) = self.with_input(crate::check_with_ends);
            self.tree = here;
            for read in ends.iter().flat_map(|end| &end.migrations) {
                let index = usize::try_from(read.migration.file.0).unwrap_or(usize::MAX);
                let path = report.files.get(index).map_or("", |file| &file.path);
                merged.migrations.push(MergedMigration::new(path, read));
            }
            let found = report.findings.iter().map(|judged| &judged.finding);
            merged.known = found.map(|it| (it.rule.to_owned(), it.subject.to_string())).collect();
        }
        self.merged = Some(merged);
        Ok(self)
    }

    /// The same without what the config says of migrations.
    fn of_file(mut self) -> Self {
        self.schema = None;
        (self.config.framework, self.config.own) = (None, None);
        self
    }

    /// The same with the files that a commit has.
    fn at(self, reference: &str, input: &Input) -> Result<Self, Vec<Failure>> {
        let mut paths = input.paths.clone();
        if paths.is_empty() {
            paths = self.config.paths.iter().map(|path| self.folder.join(path)).collect();
        }
        let tree = Commit::new(reference, &paths)
            .map_err(|message| Failure::new(format!("{GIT}{reference}"), message))?;
        let is_file = tree.list().given.iter().all(|given| !given.is_folder);
        let session = Self { tree: Box::new(tree), ..self };
        Ok(if is_file { session.of_file() } else { session })
    }

    /// Writes files: the new ones first, so that nothing is lost where another cannot be written.
    fn write(&self, input: &Input, files: &[FixedFile]) -> Result<Vec<Failure>, Failure> {
        let tree = work_tree(&paths(input, &self.config, &self.folder))?;
        let (new, changed): (Vec<_>, Vec<_>) = files.iter().partition(|it| it.before.is_none());
        for file in new.into_iter().chain(changed) {
            let written = match &file.before {
                None => tree.create(&file.path, &file.after),
                Some(before) => tree.replace(&file.path, before, &file.after),
            };
            if let Err(error) = written {
                let message = format!("cannot be written, and the fix ended there: {error}");
                return Ok(vec![Failure::new(&file.path, message)]);
            }
        }
        Ok(Vec::new())
    }

    /// The config, flags merged in.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What the baseline holds.
    pub fn baseline(&self) -> &[Entry] {
        &self.baseline.2
    }

    /// Writes the baseline; gives the path of its file.
    pub fn write_baseline(&self, text: &str) -> Result<String, Failure> {
        let (path, before, _) = &self.baseline;
        let tree = work_tree(std::slice::from_ref(&self.folder))?;
        let path = tree.normal(&path.to_string_lossy());
        let written = match before {
            Some(before) => tree.replace(&path, &before.text, text),
            None => tree.create(&path, text),
        };
        let failed = |error| Failure::new(&path, format!("cannot be written: {error}"));
        written.map_err(failed).map(|()| path.clone())
    }

    /// Runs the pipeline on it.
    pub fn with_input<T>(&self, run: impl FnOnce(&crate::Input<'_>) -> T) -> T {
        // The fixtures of policies are no migrations.
        let fixtures = self.config.policies.iter().filter_map(|source| match &source.value {
            config::Source::Path(path) => {
                Some(format!("{}/**/*_test/**", path.trim_end_matches('/')))
            }
            _ => None,
        });
        let globs: Vec<String> = self.config.exclude.iter().cloned().chain(fixtures).collect();
        let tree = Excluding { tree: &*self.tree, globs: &globs, current: &self.config.current };
        let evidence = Repository { config: &self.config, folder: &self.code_folder };
        run(&crate::Input {
            tree: &tree,
            config: &self.config,
            schema: self.schema.as_ref(),
            statistics: self.statistics.as_ref(),
            alone: self.alone,
            today: self.today,
            evidence: Some(&evidence),
            policies: Some(&self.policies),
            merged: self.merged.as_ref(),
        })
    }
}

/// Every rule that there is under the config that is found from the current folder.
pub fn rules(which: &WhichConfig) -> Result<Vec<&'static Rule>, Vec<Failure>> {
    let (mut config, folder) = config_of(which)?;
    sources::load(&mut config, &folder)?;
    Ok(config.known_rules().collect())
}

/// The config that is found from the current folder, and its folder.
pub fn config_of(which: &WhichConfig) -> Result<(Config, PathBuf), Vec<Failure>> {
    let path = find_config(which, Path::new("."));
    Ok((read_config(path.as_deref())?, folder_of(path.as_deref()).to_path_buf()))
}

fn read_config(path: Option<&Path>) -> Result<Config, Vec<Failure>> {
    match path {
        Some(path) => config::read(find::read_text(path, &shown(path))?),
        None => Ok(Config::default()),
    }
}

fn folder_of(config: Option<&Path>) -> &Path {
    config.and_then(Path::parent).unwrap_or(Path::new(""))
}

/// What [`prepare`] gives, with the policies and the baseline: for who asks the rules. The baseline
/// that the config names has to be there, unless it is about to be written.
fn with_rules(
    input: &Input,
    amend: impl FnOnce(&mut Config),
    writes_baseline: bool,
) -> Result<Session, Vec<Failure>> {
    let mut session = prepare(input, amend)?;
    session.policies = sources::load(&mut session.config, &session.folder)?;
    session.config.check_waiver_days(session.today)?;
    let named = session.config.baseline.as_ref();
    let path = session.folder.join(named.map_or(BASELINE, |named| &named.value));
    if path.is_file() && !input.reading.config.no_config {
        let file = find::read_text(&path, &shown(&path))?;
        let entries = baseline::read(&file)?;
        session.config.known = Some(entries.iter().map(|it| it.fingerprint.clone()).collect());
        session.baseline = (path, Some(file), entries);
        return Ok(session);
    }
    if let (Some(named), Some(file), false) = (named, &session.config.file, writes_baseline) {
        let message = format!("there is no {}; `lockgate baseline` writes it", shown(&path));
        return Err(Failure::at(file, named.span, message).into());
    }
    session.baseline = (path, None, Vec::new());
    Ok(session)
}

/// What `lockgate baseline` runs on.
pub fn for_baseline(input: &Input) -> Result<Session, Vec<Failure>> {
    with_rules(input, |_| {}, true)
}

fn prepare(input: &Input, amend: impl FnOnce(&mut Config)) -> Result<Session, Vec<Failure>> {
    let first = input.paths.iter().find(|path| !is_stdin(path));
    let start = first.map_or(Path::new("."), PathBuf::as_path);
    let found = find_config(&input.reading.config, start);
    let mut config = read_config(found.as_deref())?;
    if let (Some(file), Some(framework)) = (&config.file, &config.framework) {
        check_framework(&framework.value)
            .map_err(|message| Failure::at(file, framework.span, message))?;
    }
    if let Some(framework) = &input.reading.framework {
        check_framework(framework).map_err(|message| Failure::new("--framework", message))?;
        config.framework = Some(Located::new(framework.clone(), Span::default()));
    }
    let folder = folder_of(found.as_deref());
    let schema = input.schema.clone().or_else(|| config.schema.as_ref().map(|it| folder.join(it)));
    let stats = input.stats.clone().or_else(|| config.stats.as_ref().map(|it| folder.join(it)));
    config.dialect = input.reading.dialect.or(config.dialect);
    config.placeholders.extend(input.reading.placeholder.iter().cloned());
    let configured = std::mem::take(&mut config.code);
    amend(&mut config);
    // The config's globs are relative to its folder, a flag's to the current one.
    let code_folder = if config.code.is_empty() { folder } else { Path::new("") }.to_path_buf();
    if config.code.is_empty() {
        config.code = configured;
    }
    let schema = schema.map(|path| read_schema(&path)).transpose()?;
    let statistics =
        stats.map(|path| find::read_text(&path, &shown(&path)).and_then(statistics::read));
    let statistics = statistics.transpose()?;
    let (tree, alone) = tree(input, &config, folder)?;
    config.current = current(folder);
    config.paths_given = !input.paths.is_empty();
    let folder = folder.to_path_buf();
    Ok(Session {
        policies: Policies::default(),
        baseline: (PathBuf::new(), None, Vec::new()),
        tree,
        alone,
        folder,
        code_folder,
        schema,
        statistics,
        today: today()?,
        merged: None,
        config,
    })
}

fn find_config(which: &WhichConfig, start: &Path) -> Option<PathBuf> {
    if which.no_config {
        return None;
    }
    which.config.clone().or_else(|| {
        let here = std::env::current_dir().unwrap_or_default();
        find::find(start, &here)
    })
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

fn check_framework(name: &str) -> Result<(), String> {
    let known = || ADAPTERS.iter().map(|adapter| adapter.name);
    if known().any(|known| known == name) {
        return Ok(());
    }
    Err(format!("unknown framework `{name}`{}", did_you_mean(name, known())))
}

/// What was given on the command line, else in the config, else the current folder; and whether
/// that is one file alone.
fn tree(input: &Input, config: &Config, folder: &Path) -> Result<(Box<dyn Tree>, bool), Failure> {
    if input.paths.iter().any(|path| is_stdin(path)) {
        if input.paths.len() > 1 {
            return Err(Failure::new(STDIN, "standard input is read alone, without other paths"));
        }
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::new(STDIN, format!("cannot be read: {error}")))?;
        let name = input.stdin_filename.as_deref().unwrap_or("stdin.sql");
        return Ok((Box::new(Memory::one_file(name, bytes)), true));
    }
    if input.stdin_filename.is_some() {
        let message = "standard input is read only where `-` is given as the path; add it";
        return Err(Failure::new("--stdin-filename", message));
    }
    let paths = paths(input, config, folder);
    let tree = work_tree(&paths)?;
    let alone = matches!(paths.as_slice(), [one] if one.is_file());
    Ok((Box::new(tree), alone))
}

fn paths(input: &Input, config: &Config, folder: &Path) -> Vec<PathBuf> {
    match (input.paths.as_slice(), config.paths.as_slice()) {
        ([], []) => vec![PathBuf::from(".")],
        ([], configured) => configured.iter().map(|path| folder.join(path)).collect(),
        (given, _) => given.to_vec(),
    }
}

/// A work tree of these paths.
pub fn work_tree(paths: &[PathBuf]) -> Result<WorkTree, Failure> {
    WorkTree::new(paths)
        .map_err(|error| Failure::new(".", format!("the current folder is not known: {error}")))
}

/// Reads the base schema, packed or not.
fn read_schema(path: &Path) -> Result<SourceFile, Failure> {
    let tree = work_tree(&[path.to_path_buf()])?;
    let path = tree.normal(&path.to_string_lossy());
    dump::read(&tree, &path).map_err(|error| {
        Failure::new(error.path, format!("cannot be read as a schema: {}", error.message))
    })
}

/// The current folder seen from another one above it; empty where it is none above.
fn current(folder: &Path) -> String {
    let below = || {
        let current = std::env::current_dir().ok()?.canonicalize().ok()?;
        let folder = std::path::absolute(folder).ok()?.canonicalize().ok()?;
        Some(current.strip_prefix(folder).ok()?.to_str()?.replace('\\', "/"))
    };
    below().unwrap_or_default()
}

/// A path as messages show it: below the current folder relative to it.
pub fn shown(path: &Path) -> String {
    let current = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(current).unwrap_or(path).display().to_string()
}

/// Today (UTC), or the day of `SOURCE_DATE_EPOCH` (reproducible-builds.org).
fn today() -> Result<Date, Failure> {
    const VARIABLE: &str = "SOURCE_DATE_EPOCH";
    let seconds = match std::env::var(VARIABLE) {
        Ok(text) => text
            .parse()
            .map_err(|_| Failure::new(VARIABLE, format!("`{text}` is no number of seconds")))?,
        Err(_) => {
            let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
        }
    };
    Ok(Date::from_unix_seconds(seconds))
}
