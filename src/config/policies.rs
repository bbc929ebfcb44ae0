//! `policies` and `extends`: where the policies of a team and of its organisation are.

use super::yaml::Node;
use super::{Config, Reader};
use crate::source::Located;

/// Where policies are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `path`: a folder, or one file; relative to that of the config.
    Path(String),
    /// The same, relative to the current folder: a flag.
    Given(String),
    /// `pack`: one that lockgate brings.
    Pack(String),
    /// `git` and `path`: a folder as a commit has it, relative to that of the config.
    Git {
        /// The commit: a branch, a tag, an id.
        reference: String,
        /// The folder.
        path: String,
    },
}

/// `policy-limits`: how long policies may run, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolicyLimits {
    /// `time`: each policy on each migration.
    pub time: Option<u64>,
    /// `total`: all of them on a set of migrations.
    pub total: Option<u64>,
}

/// An entry of `extends`: an organisation's policies, which `lockgate policy vendor` copies into
/// the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extends {
    /// As it is written: `git+URL@REF`.
    pub text: String,
    /// Where git fetches it.
    pub url: String,
    /// The branch, tag or commit.
    pub reference: String,
    /// The folder of the copy, below [`VENDOR_FOLDER`].
    pub name: String,
}

/// The folder of all copies, beside the config.
pub const VENDOR_FOLDER: &str = ".lockgate/policies";

const SCHEMES: [&str; 3] = ["https://", "ssh://", "file://"];

impl Extends {
    /// Reads `git+https://host/org/policies@v3`; `None` for anything else.
    pub fn new(text: &str) -> Option<Self> {
        let (url, reference) = text.strip_prefix("git+")?.rsplit_once('@')?;
        let path = SCHEMES.iter().find_map(|scheme| url.strip_prefix(scheme))?;
        let path = path.trim_end_matches('/').trim_end_matches(".git");
        let (_, path) = path.split_once('/')?;
        let parts: Vec<&str> = path.rsplit('/').take(2).filter(|part| !part.is_empty()).collect();
        let name = parts.into_iter().rev().collect::<Vec<_>>().join("-");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let plain = !name.is_empty() && !name.starts_with('.') && name.chars().all(is_plain);
        (plain && !reference.is_empty()).then(|| Self {
            text: text.to_owned(),
            url: url.to_owned(),
            reference: reference.to_owned(),
            name,
        })
    }

    /// The folder of the copy, relative to that of the config.
    pub fn folder(&self) -> String {
        format!("{VENDOR_FOLDER}/{}", self.name)
    }
}

impl Reader<'_> {
    /// `policies: [{path: policies}, {pack: privacy}, {git: origin/main, path: policies}]`.
    pub(super) fn policies(&mut self, config: &mut Config, value: &Located<Node>) {
        let Node::List(items) = &value.value else {
            return self.fail(value, "`policies` is a list, like [{path: policies}]");
        };
        for item in items {
            if let Some(source) = self.source(item) {
                config.policies.push(Located::new(source, item.span));
            }
        }
    }

    /// `policy-limits: {time: 2s, total: 1min}`.
    pub(super) fn policy_limits(&mut self, config: &mut Config, value: &Located<Node>) {
        for (key, value) in self.map(value, "policy-limits") {
            let limit = match key.value.as_str() {
                "time" => &mut config.policy_limits.time,
                "total" => &mut config.policy_limits.total,
                unknown => {
                    self.unknown(key, "key", unknown, ["time", "total"]);
                    continue;
                }
            };
            *limit = self.milliseconds(value, &key.value);
        }
    }

    fn source(&mut self, item: &Located<Node>) -> Option<Source> {
        let failures = self.failures.len();
        let (mut path, mut pack, mut git) = (None, None, None);
        for (key, value) in self.map(item, "a source of policies") {
            match key.value.as_str() {
                "path" => path = self.word(value, "path"),
                "pack" => pack = self.word(value, "pack"),
                "git" => git = self.word(value, "git"),
                unknown => self.unknown(key, "key", unknown, ["git", "pack", "path"]),
            }
        }
        if self.failures.len() > failures {
            return None;
        }
        match (path, pack, git) {
            (Some(path), None, None) => Some(Source::Path(path)),
            (None, Some(pack), None) => Some(Source::Pack(pack)),
            (Some(path), None, Some(reference)) => Some(Source::Git { reference, path }),
            _ => {
                let message = "a source of policies is one of `path: FOLDER`, `pack: NAME`, and \
                               `git: REF` with `path: FOLDER`";
                self.fail(item, message);
                None
            }
        }
    }

    /// `extends: [git+https://host/org/policies@v3]`.
    pub(super) fn extends(&mut self, config: &mut Config, value: &Located<Node>) {
        let Node::List(items) = &value.value else {
            return self.fail(value, "`extends` is a list of git+URL@REF");
        };
        for item in items {
            let Some(text) = self.word(item, "extends") else { continue };
            let Some(extends) = Extends::new(&text) else {
                let message = format!(
                    "`{text}` is not where policies are fetched from; write it like \
                     git+https://host/org/policies@v3"
                );
                self.fail(item, message);
                continue;
            };
            if config.extends.iter().any(|other| other.value.name == extends.name) {
                let folder = extends.folder();
                self.fail(item, format!("two of `extends` would lie in {folder}"));
                continue;
            }
            config.extends.push(Located::new(extends, item.span));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{FILE_NAME, read};
    use crate::source::SourceFile;

    #[test]
    fn sources_are_read_and_mistakes_have_their_place() {
        let text = "\
policies:
- path: policies
- pack: privacy
- {git: origin/main, path: db/policies}
extends: [git+https://github.com/acme/policies.git@v3, 'git+ssh://git@host/a/b/c@release/1']
";
        let config = read(SourceFile::new(FILE_NAME, text)).unwrap();
        let sources: Vec<Source> = config.policies.into_iter().map(|it| it.value).collect();
        let git = Source::Git { reference: "origin/main".into(), path: "db/policies".into() };
        assert_eq!(sources, [Source::Path("policies".into()), Source::Pack("privacy".into()), git]);
        let extends: Vec<Extends> = config.extends.into_iter().map(|it| it.value).collect();
        assert_eq!(extends[0].url, "https://github.com/acme/policies.git");
        assert_eq!(extends[0].reference, "v3");
        assert_eq!(extends[0].folder(), ".lockgate/policies/acme-policies");
        assert_eq!((&*extends[1].name, &*extends[1].reference), ("b-c", "release/1"));
        let flow = read(SourceFile::new(FILE_NAME, "policies: [pack: privacy]")).unwrap();
        assert_eq!(flow.policies[0].value, Source::Pack("privacy".into()));
        for (text, place, message) in [
            ("policies: policies", 10, "`policies` is a list"),
            ("policies: [policies]", 11, "a source of policies must be a map"),
            ("policies: [{pack: a, path: b}]", 11, "a source of policies is one of"),
            ("policies: [{git: a}]", 11, "a source of policies is one of"),
            ("policies: [{pth: a}]", 12, "unknown key `pth`; did you mean `path`?"),
            ("extends: x", 9, "`extends` is a list"),
        ] {
            let failures = read(SourceFile::new(FILE_NAME, text)).unwrap_err();
            let [failure] = failures.as_slice() else { panic!("{failures:?}") };
            assert!(failure.message.starts_with(message), "{text}: {}", failure.message);
            assert_eq!(failure.at.as_ref().unwrap().1.start, place, "{text}");
        }
    }

    #[test]
    fn what_git_would_take_for_something_else_is_refused() {
        for bad in [
            "https://host/org/policies@v3",
            "git+https://host/org/policies",
            "git+ssh://git@host/policies",
            "git+ext::sh@x",
            "git+https://host@v1",
            "git+https://host/@v1",
            "git+file:///..@v1",
            "git+https://host/a/b c@v1",
            "git+https://host/org/policies@",
        ] {
            assert_eq!(Extends::new(bad), None, "{bad}");
        }
    }
}
