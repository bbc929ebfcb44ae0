//! The only door to regorus: texts in, values out, errors with their place.
//!
//! Policies are run by the interpreter, never by regorus' virtual machine: there an error of a
//! builtin makes a rule undefined, and a gate would pass (measured with 0.14.1). The interpreter's
//! builtin errors are strict, which is its default and not OPA's.

use crate::config::PolicyLimits;
use crate::finding::Failure;
use crate::policy::{bounded, check, guard};
use crate::source::{SourceFile, Span};
use core::num::NonZeroU32;
use core::time::Duration;
use regorus::utils::limits::ExecutionTimerConfig;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// How long policies may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Each entry point of a policy on each migration.
    pub time: Duration,
    /// All of them together.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(2), total: Duration::from_secs(60) }
    }
}

impl Limits {
    /// What the config says, else the defaults.
    pub fn of(told: PolicyLimits) -> Self {
        let or = |told: Option<u64>, default| told.map_or(default, Duration::from_millis);
        let Self { time, total } = Self::default();
        Self { time: or(told.time, time), total: or(told.total, total) }
    }
}

/// How the message of a policy begins that ran for too long.
pub(super) const TOO_LONG: &str = "this took longer than it may";

/// After how many units of work regorus looks at the clock: 64 cost nothing that could be measured.
const CHECK_INTERVAL: NonZeroU32 = NonZeroU32::new(64).expect("64 is not 0");

/// Policies that were parsed and analysed. Cheap to clone: what is prepared is shared.
#[derive(Clone, Default)]
pub struct Prepared {
    engine: regorus::Engine,
    files: Arc<Vec<SourceFile>>,
    limits: Limits,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prepared")
    }
}

/// Parses policies and their tests: nothing in them runs for ever or ends the process.
///
/// # Errors
/// What does not parse, and calls that cannot be, each with its place.
pub fn parse(files: &[&SourceFile], limits: Limits) -> Result<Prepared, Vec<Failure>> {
    let mut prepared = Prepared { engine: engine(limits), files: owned(files), limits };
    let mut failures = Vec::new();
    for file in files {
        if let Err(failure) = guard::check(file) {
            failures.push(failure);
            continue;
        }
        if let Err(error) = prepared.engine.add_policy(file.path.clone(), file.text.to_string()) {
            failures.push(prepared.failure(&error.to_string(), (file, Span::new(0, 0))));
        }
    }
    if failures.is_empty() {
        let files = prepared.files.clone();
        failures = check::calls(&files, prepared.modules());
    }
    if failures.is_empty() { Ok(prepared) } else { Err(failures) }
}

/// Parses policies and their tests, and prepares them to be run.
///
/// # Errors
/// What does not parse or compile, with its place.
pub fn prepare(files: &[&SourceFile], limits: Limits) -> Result<Prepared, Vec<Failure>> {
    parse(files, limits)?.prepared()
}

fn owned(files: &[&SourceFile]) -> Arc<Vec<SourceFile>> {
    Arc::new(files.iter().copied().cloned().collect())
}

fn engine(limits: Limits) -> regorus::Engine {
    let mut engine = regorus::Engine::new();
    engine.set_strict_builtin_errors(true);
    engine.set_gather_prints(true);
    engine.set_execution_timer_config(ExecutionTimerConfig {
        limit: limits.time,
        check_interval: CHECK_INTERVAL,
    });
    bounded::shadow(&mut engine);
    engine
}

impl Prepared {
    /// The same, analysed: its clones need not be.
    ///
    /// # Errors
    /// What does not compile, with its place.
    pub fn prepared(mut self) -> Result<Self, Vec<Failure>> {
        let Err(first) = self.settle() else { return Ok(self) };
        // regorus stops at the first one: each file by itself may have one more.
        let limits = self.limits;
        let alone = self.files.iter().filter_map(|file| {
            let mut alone = parse(&[file], limits).ok()?;
            alone.settle().err()
        });
        let all: Vec<Failure> = alone.collect();
        Err(if all.is_empty() { vec![first] } else { all })
    }

    /// Analyses all policies.
    fn settle(&mut self) -> Result<(), Failure> {
        let Err(error) = self.engine.eval_query("true".to_owned(), false) else { return Ok(()) };
        let nowhere = SourceFile::new("policies", "");
        let first = self.files.first().unwrap_or(&nowhere);
        Err(self.failure(&error.to_string(), (first, Span::new(0, 0))))
    }

    /// Adds a document under `data`.
    ///
    /// # Errors
    /// Two documents that say different things at one place.
    pub fn add_data(&mut self, data: Value) -> Result<(), Failure> {
        let failed = |error: String| Failure::new("data", error);
        let data = to_rego(&data).map_err(failed)?;
        self.engine.add_data(data).map_err(|error| failed(error.to_string()))?;
        self.settle()
    }

    /// The syntax trees of the files, in their order.
    pub(super) fn modules(&mut self) -> &[regorus::unstable::Ref<regorus::unstable::Module>] {
        self.engine.get_modules()
    }

    /// A session of its own, for one thread.
    pub fn session(&self) -> Session {
        Session { prepared: self.clone(), unread: None }
    }

    /// An error of regorus at its place, or where it has none at another.
    fn failure(&self, error: &str, otherwise: (&SourceFile, Span)) -> Failure {
        let said = Said::read(error);
        let message = hinted(said.message);
        let at = said.at.and_then(|(path, line, column)| {
            let file = self.files.iter().find(|file| file.path == path)?;
            Some((file, token(file, line, column)))
        });
        let (file, span) = at.unwrap_or(otherwise);
        Failure::at(file, span, message)
    }
}

/// Policies and an input, to be asked.
#[derive(Debug)]
pub struct Session {
    prepared: Prepared,
    /// Why the input is none: a policy that sees nothing says nothing.
    unread: Option<String>,
}

impl Session {
    /// What `input` is from now on.
    pub fn set_input(&mut self, input: &Value) {
        let input = to_rego(input);
        self.unread = input.as_ref().err().cloned();
        self.prepared.engine.set_input(input.unwrap_or(regorus::Value::Undefined));
    }

    /// The value of a rule, `data.policy.pack.name.deny`; `None` where it is undefined.
    ///
    /// # Errors
    /// What the policy did wrong, at its place, or at the one that is given: a time limit has none.
    pub fn value(
        &mut self,
        rule: &str,
        otherwise: (&SourceFile, Span),
    ) -> Result<Option<Value>, Failure> {
        if let Some(why) = &self.unread {
            return Err(Failure::at(otherwise.0, otherwise.1, format!("its input: {why}")));
        }
        match self.prepared.engine.eval_rule(rule.to_owned()) {
            Ok(regorus::Value::Undefined) => Ok(None),
            Ok(value) => serde_json::to_value(&value).map(Some).map_err(|error| {
                Failure::at(otherwise.0, otherwise.1, format!("this gives no JSON: {error}"))
            }),
            Err(error) => Err(self.prepared.failure(&error.to_string(), otherwise)),
        }
    }

    /// What `print` said since the last call: `file:line: text`.
    pub fn take_prints(&mut self) -> Vec<String> {
        self.prepared.engine.take_prints().unwrap_or_default()
    }

    /// Counts from now on which lines are run.
    pub fn count_lines(&mut self) {
        self.prepared.engine.set_enable_coverage(true);
    }

    /// For each file, the lines that were run and those that were not.
    ///
    /// # Errors
    /// Why regorus cannot say.
    pub fn lines(&self) -> Result<Vec<Lines>, String> {
        let report = self.prepared.engine.get_coverage_report().map_err(|it| it.to_string())?;
        let lines = report.files.into_iter().map(|file| Lines {
            path: file.path,
            run: file.covered.into_iter().collect(),
            not_run: file.not_covered.into_iter().collect(),
        });
        Ok(lines.collect())
    }
}

/// Which lines of a policy were run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The policy's path.
    pub path: String,
    /// Lines, from 1.
    pub run: Vec<u32>,
    /// Lines, from 1.
    pub not_run: Vec<u32>,
}

/// JSON as regorus holds it.
fn to_rego(value: &Value) -> Result<regorus::Value, String> {
    regorus::Value::deserialize(value).map_err(|error| error.to_string())
}

/// What an error of regorus says: it is one text, with a piece of the source.
struct Said {
    /// File, line and column, both from 1.
    at: Option<(String, u32, u32)>,
    message: String,
}

impl Said {
    fn read(error: &str) -> Self {
        let place = |text: &str| {
            let mut parts = text.rsplitn(3, ':');
            let column = parts.next()?.parse().ok()?;
            let line = parts.next()?.parse().ok()?;
            Some((parts.next()?.to_owned(), line, column))
        };
        let first = error.split('\n').find_map(|line| line.strip_prefix("--> "));
        let Some(at) = first.and_then(place) else {
            // `file:line:column error: text`, as it says of `some`.
            let short = error.split_once(" error: ");
            return match short.and_then(|(before, said)| Some((place(before)?, said))) {
                Some((at, said)) => Self { at: Some(at), message: said.trim().to_owned() },
                None => Self { at: None, message: error.trim().to_owned() },
            };
        };
        let said = error.split_once("\nerror: ").map_or(error, |(_, said)| said);
        // What the error stands on follows as further pieces of source.
        let message = said.split("\n--> ").next().unwrap_or(said).trim().trim_end_matches(':');
        Self { at: Some(at), message: message.to_owned() }
    }
}

/// A message of regorus, and what to do about it where it does not say so.
fn hinted(message: String) -> String {
    let hint = if message.contains("execution exceeded time limit") {
        return format!(
            "{TOO_LONG}, so nothing was judged; look only at what the policy is about, or raise \
             `time` of `policy-limits`"
        );
    } else if message.contains("keyword is required") {
        "; this is Rego v0, and lockgate reads v1: `deny contains finding if { ... }` (`opa fmt \
         --write --v0-v1` rewrites a file)"
    } else if message.contains("compiled regex exceeded size limit") {
        "; count with `count` instead of a large repetition, and prefer ASCII classes"
    } else if message.contains("invalid character") {
        "; template strings are not known here: use sprintf"
    } else {
        ""
    };
    format!("{message}{hint}")
}

/// The token at a line and column as regorus counts them: a tab is four columns wide.
fn token(file: &SourceFile, line: u32, column: u32) -> Span {
    let span = file.line(line);
    let text = file.slice(span);
    let mut at = 1;
    let start = text.char_indices().find(|(_, c)| {
        let found = at >= column;
        at += if *c == '\t' { 4 } else { 1 };
        found
    });
    let start = start.map_or(text.len(), |(index, _)| index);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let (before, rest) = text.split_at(start);
    // The mark of a call stands at its parenthesis.
    let (start, len) = match rest.chars().next() {
        Some('(') => {
            let name = before.trim_end_matches(is_name).len();
            (name, start - name)
        }
        Some('"') => (start, rest.get(1..).and_then(|it| it.find('"')).map_or(1, |end| end + 2)),
        Some(c) if is_name(c) => (start, rest.find(|c| !is_name(c)).unwrap_or(rest.len())),
        Some(c) => (start, c.len_utf8()),
        None => (start, 0),
    };
    let start = span.start as usize + start;
    Span::new(start, start + len)
}
