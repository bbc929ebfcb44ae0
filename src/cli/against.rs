//! Which migrations a run is about: those that differ from the base branch, or all.

use super::Lint;
use crate::config::{Config, find};
use crate::finding::Failure;
use crate::migration::merged::Merged;
use crate::tree::git::changes::{self, FileChange, Side};
use std::path::Path;

/// What a run is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    #[default]
    All,
    /// What differs from the base branch, where git knows one.
    Default,
    /// What differs from this branch or commit.
    Against(String),
    /// What the index holds and the base branch does not.
    Staged(Option<String>),
}

impl Scope {
    /// What the flags say. Paths that are named are meant as they are.
    pub fn of(args: &Lint) -> Self {
        let against = args.against.clone();
        match (args.staged, against) {
            (true, against) => Self::Staged(against),
            (false, Some(against)) => Self::Against(against),
            (false, None) if args.all || !args.input.paths.is_empty() || args.fix => Self::All,
            (false, None) => Self::Default,
        }
    }

    /// Where the new text of files is.
    pub fn side(&self) -> Side {
        if matches!(self, Self::Staged(_)) { Side::Index } else { Side::WorkTree }
    }

    /// What differs, without what stood there before; `None` where everything counts.
    pub fn changes(&self, config: &Config) -> Result<Option<changes::Changes>, Failure> {
        let asked = match self {
            Self::All => return Ok(None),
            Self::Against(base) | Self::Staged(Some(base)) => Some(base.clone()),
            Self::Default | Self::Staged(None) => of_ci().or_else(|| config.base.clone()),
        };
        let here = Path::new(".");
        let found = changes::changes(here, asked.as_deref(), self.side());
        match found {
            Ok(changes) => Ok(Some(changes)),
            // Nobody asked, and nothing says that there is a base branch: all of it is new.
            Err(_) if *self == Self::Default && asked.is_none() && !changes::is_shallow(here) => {
                Ok(None)
            }
            Err(why) => Err(Failure::new(asked.unwrap_or_else(|| "--against".to_owned()), why)),
        }
    }
}

/// What differs, as the rules want it.
pub fn merged(changes: &changes::Changes) -> Merged {
    let mut merged = Merged { base: changes.base.clone(), ..Merged::default() };
    for (path, change) in &changes.files {
        let path = path.clone();
        match change {
            FileChange::Added => drop(merged.added.insert(path)),
            FileChange::Edited => drop(merged.edited.insert(path)),
            FileChange::Deleted => drop(merged.deleted.insert(path)),
            FileChange::Renamed { from } => drop(merged.renamed.insert(path, from.clone())),
        }
    }
    merged
}

/// The base of what a CI system checks, as its environment says.
fn of_ci() -> Option<String> {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let branch = |name: String| name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned();
    // GitHub, GitLab, Bitbucket, Azure, Buildkite, Jenkins (multibranch).
    const BRANCHES: [&str; 6] = [
        "GITHUB_BASE_REF",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        "BITBUCKET_PR_DESTINATION_BRANCH",
        "SYSTEM_PULLREQUEST_TARGETBRANCH",
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
        "CHANGE_TARGET",
    ];
    let of_event = || {
        let event = std::env::var("GITHUB_EVENT_NAME").ok()?;
        let path = variable("GITHUB_EVENT_PATH")?;
        let text = find::read_text(Path::new(&path), &path).ok()?;
        let said: serde_json::Value = serde_json::from_str(&text.text).ok()?;
        let place = match event.as_str() {
            "merge_group" => "/merge_group/base_sha",
            "push" => "/before",
            _ => return None,
        };
        let commit = said.pointer(place)?.as_str()?.to_owned();
        // A branch that is pushed for the first time comes from nowhere.
        (!commit.bytes().all(|byte| byte == b'0')).then_some(commit)
    };
    BRANCHES.into_iter().find_map(variable).map(branch).or_else(of_event)
}
