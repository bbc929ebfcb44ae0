//! From findings to a verdict: allows and levels.

pub mod baseline;
pub mod code;
pub mod compat;
pub mod inline;
pub mod retired;
pub mod waivers;

use crate::config::{Config, Deploy, FailOn, Mode, RuleLevel};
use crate::date::Date;
use crate::finding::{Breaks, Finding, Label, Level, OldRelease, Subject};
use crate::judge::retired::Evidence;
use crate::judge::waivers::Waivers;
use crate::migration::ReadMigration;
use crate::migration::merged::Merged;
use crate::rules::gate::malformed_allow;
use crate::source::{FileId, SourceFile};

/// A finding and what became of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding, at the level that the config gives it.
    pub finding: Finding,
    /// What became of it.
    pub state: State,
    /// The mode of its rule.
    pub mode: Mode,
    /// Why it is allowed or waived: the reason that somebody gave, or the proof that it was retired.
    pub reason: Option<String>,
    /// Who answers for its waiver.
    pub owner: Option<String>,
    /// What a baseline knows it by; `None` where it is in no migration, or about a comment or waiver.
    pub fingerprint: Option<String>,
}

impl Judged {
    /// A finding of a rule that is enforced.
    pub fn new(finding: Finding, state: State) -> Self {
        let (reason, owner, fingerprint) = (None, None, None);
        Self { finding, state, mode: Mode::Enforce, reason, owner, fingerprint }
    }

    /// Whether it fails the run.
    pub fn fails(&self, fail_on: FailOn) -> bool {
        self.state == State::Reported
            && self.mode == Mode::Enforce
            && fail_on.fails(self.finding.level)
    }
}

/// What became of a finding. Only a reported one can fail the run; all stay in the reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It counts.
    Reported,
    /// A comment in the migration allows it.
    Allowed,
    /// The config allows it.
    Waived,
    /// It stood there before lockgate came.
    Baselined,
    /// Its rule is on trial.
    DryRun,
    /// Nobody promised what it breaks.
    NotPromised,
    /// It is on the base branch too: this change did not bring it.
    OnBase,
}

impl State {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Allowed => "allowed",
            Self::Waived => "waived",
            Self::Baselined => "baselined",
            Self::DryRun => "dry-run",
            Self::NotPromised => "not-promised",
            Self::OnBase => "on-base",
        }
    }
}

/// Whether the change may ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Pass,
    /// No.
    Fail,
}

impl Verdict {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
        }
    }
}

/// The verdict over judged findings, where everything could be read.
pub fn verdict(findings: &[Judged], fail_on: FailOn) -> Verdict {
    let fails = findings.iter().any(|judged| judged.fails(fail_on));
    if fails { Verdict::Fail } else { Verdict::Pass }
}

/// What findings are judged by.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The files.
    pub files: &'a [SourceFile],
    /// The migrations, set by set in their order, then other files whose comments count.
    pub migrations: &'a [ReadMigration],
    /// The set of each migration.
    pub sets: &'a [usize],
    /// The config, flags merged in.
    pub config: &'a Config,
    /// Which of the files is the config, where it is one of them.
    pub config_file: Option<FileId>,
    /// The day against which allows and waivers expire.
    pub today: Date,
    /// What proves that something was retired; where there is none, nothing does.
    pub evidence: Option<&'a dyn Evidence>,
    /// What stood on the base branch: findings about anything else count.
    pub merged: Option<&'a Merged>,
}

/// Applies the comments in the migrations and the levels of the config to what was found, and
/// adds what is wrong with the comments. Sorted by file, place and rule.
pub fn judge(found: Vec<Finding>, case: &Case<'_>) -> Vec<Judged> {
    let Case { files, migrations, config, today, .. } = *case;
    let (mut allows, mut markers, mut about_allows) =
        inline::read(files, migrations, config, today);
    let mut waivers = Waivers::new(case);
    let mut judged: Vec<Judged> = Vec::new();
    for mut finding in found {
        let allow = allows.take(&finding);
        let waiver = waivers.take(&finding);
        let marker = match retired::is_drop(&finding) {
            true => retired::marker_of(&finding, &mut markers, case),
            false => None,
        };
        let Some(level) = level(&finding, config) else { continue };
        finding.level = level;
        if !is_promised(&mut finding, config) {
            judged.push(Judged::new(finding, State::NotPromised));
            continue;
        }
        let forbids = forbids(&finding, config);
        let may = forbids.is_none();
        let mut reason = allow.as_ref().filter(|_| may).map(|allow| allow.reason.clone());
        if let (None, Some(marker)) = (&reason, marker) {
            reason = retired::proof(&mut finding, marker, case);
            // What it says of the code is enough.
            finding.gone = None;
        }
        judged.push(match (reason, waiver) {
            (Some(reason), _) => {
                Judged { reason: Some(reason), ..Judged::new(finding, State::Allowed) }
            }
            (None, Some(waiver)) => Judged {
                reason: Some(waiver.reason.clone()),
                owner: Some(waiver.owner.clone()),
                ..Judged::new(finding, State::Waived)
            },
            (None, None) => {
                if let (Some(allow), Some(what)) = (allow, forbids) {
                    about_allows.push(forbidden(&finding, allow.place, &what));
                }
                Judged::new(finding, State::Reported)
            }
        });
    }
    baseline::apply(&mut judged, case);
    code::say_where(&mut judged, case);
    let about = about_allows.into_iter().chain(allows.unused()).chain(waivers.leftover(case));
    judged.extend(about.filter_map(|mut finding| {
        finding.level = level(&finding, config)?;
        Some(Judged::new(finding, State::Reported))
    }));
    judged.iter_mut().for_each(|judged| take_mode(judged, config));
    judged.iter_mut().for_each(|judged| leave_base(judged, case));
    judged.sort_by_cached_key(|judged| {
        let Finding { rule, primary, subject, message, .. } = &judged.finding;
        (primary.file, primary.span, *rule, subject.clone(), message.clone())
    });
    judged
}

/// Whether a finding breaks something that is promised, or something that needs no promise; its
/// message then speaks of the release that ran before only where that one counts.
fn is_promised(finding: &mut Finding, config: &Config) -> bool {
    let promise = config.promise.unwrap_or_default();
    let always = finding.breaks.is_empty();
    if let Some(OldRelease { at, fails }) = finding.old_release.take() {
        if config.deploy == Deploy::CodeFirst {
            finding.breaks.retain(|it| !matches!(it, Breaks::Readers | Breaks::Writers));
        } else if promise.keeps(Breaks::Readers) && finding.message.is_char_boundary(at) {
            finding.message.insert_str(at, &fails);
        }
    }
    always || finding.breaks.iter().any(|it| promise.keeps(*it))
}

/// The level of a finding under the config; `None` where its rule is off.
///
/// A finding at its rule's own level gets the level that the config gives the rule. One that is
/// milder, because less is known about it, is never raised by that.
fn level(finding: &Finding, config: &Config) -> Option<Level> {
    match config.rules.get(finding.rule).and_then(|setting| setting.level) {
        None => Some(finding.level),
        Some(RuleLevel::Off) => None,
        Some(RuleLevel::Level(level)) => {
            let own = config.rule(finding.rule).map_or(finding.level, |rule| rule.level);
            Some(if finding.level < own { finding.level.min(level) } else { level })
        }
    }
}

/// Gives a finding the mode of its rule.
fn take_mode(judged: &mut Judged, config: &Config) {
    judged.mode = config.mode(judged.finding.rule);
    match judged.mode {
        Mode::Enforce => {}
        Mode::Warn => judged.finding.level = judged.finding.level.min(Level::Warning),
        Mode::DryRun if judged.state == State::Reported => judged.state = State::DryRun,
        Mode::DryRun => {}
    }
}

/// Takes a finding out that the base branch has too: no place of it lies in a migration that differs.
fn leave_base(judged: &mut Judged, case: &Case<'_>) {
    let Some(merged) = case.merged.filter(|_| judged.state == State::Reported) else { return };
    let Finding { primary, related, .. } = &judged.finding;
    let is_migration =
        |file: FileId| case.migrations.iter().any(|read| read.migration.file == file);
    let path = |file: FileId| {
        let index = usize::try_from(file.0).unwrap_or(usize::MAX);
        case.files.get(index).map_or("", |file| &file.path)
    };
    let differs = |file: FileId| merged.touches(path(file)) || !is_migration(file);
    let subject = judged.finding.subject.to_string();
    let known = merged.knows(path(primary.file), judged.finding.rule, &subject);
    // What is gone has no place of its own.
    if matches!(&judged.finding.subject, Subject::File(path) if merged.deleted.contains(path)) {
        return;
    }
    let mut places = std::iter::once(primary).chain(related).map(|label| label.file);
    if known || !places.any(differs) {
        judged.state = State::OnBase;
    }
}

/// What the config keeps comments from allowing, where that is this finding.
fn forbids(finding: &Finding, config: &Config) -> Option<String> {
    let may = |levels: &Vec<Level>| levels.contains(&finding.level);
    if config.rules.get(finding.rule).and_then(|it| it.allow_inline) == Some(false) {
        return Some("findings of this rule".to_owned());
    }
    let may = config.inline_allow.as_ref().is_none_or(may);
    (!may).then(|| format!("findings of level {}", finding.level))
}

fn forbidden(finding: &Finding, place: Label, what: &str) -> Finding {
    let message = format!(
        "the config keeps {what} from being allowed by a comment, so `{}` is still reported",
        finding.rule
    );
    let help = "delete the comment; `inline-allow` and the rule's `allow-inline` in lockgate.yaml say \
                what one may allow";
    let (rule, subject) = (&malformed_allow::RULE, finding.subject.clone());
    Finding {
        help: Some(help.to_owned()),
        ..Finding::new(rule.id, rule.level, place, message, subject)
    }
}

#[cfg(test)]
mod tests;
