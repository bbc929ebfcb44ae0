//! Waivers of the config, met with what was found.

use crate::config::Config;
use crate::config::waivers::{Covers, Waiver};
use crate::date::Date;
use crate::finding::{Finding, Label, Subject};
use crate::judge::Case;
use crate::rules::{Rule, gate};
use crate::source::{Located, SourceFile};
use crate::tree::join;

/// The waivers of a run.
#[derive(Debug)]
pub struct Waivers<'a> {
    waivers: Vec<(&'a Waiver, bool)>,
    config: &'a Config,
    files: &'a [SourceFile],
    today: Date,
}

impl<'a> Waivers<'a> {
    /// Those of the config.
    pub fn new(case: &Case<'a>) -> Self {
        let Case { config, files, today, .. } = *case;
        let waivers = config.waivers.iter().map(|waiver| (waiver, false)).collect();
        Self { waivers, config, files, today }
    }

    /// The waiver that counts for a finding, if any; every one that matches is in use from now on.
    pub fn take(&mut self, finding: &Finding) -> Option<&'a Waiver> {
        let subject = finding.subject.to_string();
        let file = self.files.get(finding.primary.file.0 as usize);
        let path = file.map_or_else(String::new, |file| join(&self.config.current, &file.path));
        let mut taken = None;
        for (waiver, used) in &mut self.waivers {
            if waiver.rule.value == finding.rule && waiver.covers.matches(&subject, &path) {
                *used = true;
                if waiver.until.value >= self.today {
                    taken.get_or_insert(*waiver);
                }
            }
        }
        taken
    }

    /// A finding for each waiver that is over, and for each that matched nothing in a run that
    /// would have seen it.
    pub fn leftover(&self, case: &Case<'_>) -> Vec<Finding> {
        let Some(file) = case.config_file else { return Vec::new() };
        let found = |waiver: &Waiver, rule: &Rule, place: &Located<_>, message, help| {
            let label = Label { file, span: place.span, text: String::new() };
            let path = self.config.file.as_ref().map_or("", |file| &*file.path);
            let subject = Subject::File(path.to_owned());
            let what =
                format!("the waiver of `{}` for `{}`", waiver.rule.value, waiver.covers.pattern());
            let message = format!("{what} {message}");
            Finding {
                help: Some(help),
                ..Finding::new(rule.id, rule.level, label, message, subject)
            }
        };
        let leftover = self.waivers.iter().filter_map(|(waiver, used)| {
            let owner = &waiver.owner;
            if waiver.until.value < self.today {
                let message = format!("expired on {}: it waives nothing", waiver.until.value);
                let help = format!("fix what it waived, or agree with {owner} on another day");
                return Some(found(
                    waiver,
                    &gate::expired_waiver::RULE,
                    &waiver.rule,
                    message,
                    help,
                ));
            }
            (!used && self.is_seen(waiver)).then(|| {
                let message = "matches no finding".to_owned();
                let help = format!("delete it, or mend what it is for; {owner} answers for it");
                found(waiver, &gate::unused_waiver::RULE, &waiver.rule, message, help)
            })
        });
        leftover.collect()
    }

    /// Whether this run read what a waiver is for.
    fn is_seen(&self, waiver: &Waiver) -> bool {
        let mut paths = self.files.iter().map(|file| join(&self.config.current, &file.path));
        let reads_all = !self.config.paths_given;
        reads_all
            || match &waiver.covers {
                Covers::Subject(_) => false,
                Covers::Path(_) => paths.any(|path| waiver.covers.matches("", &path)),
            }
    }
}
