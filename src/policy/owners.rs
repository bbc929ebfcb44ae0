//! CODEOWNERS: whose a file is, as GitHub and GitLab read it.
//!
//! GitHub, "About code owners"; GitLab, "Code Owners syntax and error handling": the last line that
//! matches counts, and one without an owner takes the others' ownership away.

use crate::tree::{self, Tree, glob};
use std::collections::BTreeMap;

/// Where the file may stand, first come first read (GitHub's order, then GitLab's own folder).
const PLACES: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// Whose the files below a folder are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// The folder that patterns are relative to.
    root: String,
    lines: Vec<(String, Vec<String>)>,
}

/// Who owns each of these files; one that nobody owns is left out.
pub fn of_files<'a>(
    tree: &dyn Tree,
    paths: impl Iterator<Item = &'a str>,
) -> BTreeMap<String, Vec<String>> {
    let mut known: BTreeMap<String, Option<Owners>> = BTreeMap::new();
    let mut all = BTreeMap::new();
    for path in paths {
        let folder = tree::parent(path).unwrap_or_default();
        let found = known.entry(folder).or_insert_with_key(|folder| Owners::find(tree, folder));
        let owners = found.as_ref().map_or(&[][..], |found| found.of(path));
        if !owners.is_empty() {
            all.insert(path.to_owned(), owners.to_vec());
        }
    }
    all
}

impl Owners {
    /// The CODEOWNERS of the nearest folder above one that has it.
    pub fn find(tree: &dyn Tree, folder: &str) -> Option<Self> {
        tree::ancestors(folder).find_map(|root| {
            let mut texts = PLACES.iter().map(|place| tree.read(&tree::join(&root, place)));
            let bytes = texts.find_map(Result::ok)?;
            Some(Self::read(&root, &String::from_utf8_lossy(&bytes)))
        })
    }

    /// Reads the text of a CODEOWNERS for the files below `root`. A line that is not understood
    /// owns nothing.
    pub fn read(root: &str, text: &str) -> Self {
        let mut lines = Vec::new();
        // GitLab: `[Section] @owner` names the owners of the section's lines that name none.
        let mut of_section = Vec::new();
        for line in text.split('\n') {
            let line = line.split(" #").next().unwrap_or_default().trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some((_, rest)) =
                line.trim_start_matches('^').strip_prefix('[').and_then(|it| it.split_once(']'))
            {
                of_section = owners(rest);
                continue;
            }
            let (pattern, rest) = pattern(line);
            let own = owners(rest);
            let own = if own.is_empty() { of_section.clone() } else { own };
            lines.push((pattern, own));
        }
        Self { root: root.to_owned(), lines }
    }

    /// Who owns a file; nobody where no line matches.
    pub fn of(&self, path: &str) -> &[String] {
        let below = tree::below(path, &self.root).unwrap_or(path);
        let last = self.lines.iter().rev().find(|(pattern, _)| owns(pattern, below));
        last.map_or(&[], |(_, owners)| owners)
    }
}

fn owners(text: &str) -> Vec<String> {
    text.split_whitespace().filter(|word| word.contains('@')).map(str::to_owned).collect()
}

/// The pattern of a line, a space in it written as `\ `, and what stands behind it.
fn pattern(line: &str) -> (String, &str) {
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = c.is_whitespace() && !escaped;
        escaped = c == '\\';
        ends
    });
    let (pattern, rest) = line.split_at(end.unwrap_or(line.len()));
    (pattern.replace("\\ ", " "), rest)
}

/// Whether a pattern covers a path: as in .gitignore, but that `folder/*` stops at its own files.
fn owns(pattern: &str, path: &str) -> bool {
    let bare = pattern.trim_start_matches('/');
    let anchored = pattern.starts_with('/') || bare.trim_end_matches('/').contains('/');
    if !anchored {
        return glob::matches(&format!("**/{bare}"), path);
    }
    let too_deep = bare.ends_with("/*") && bare.split('/').count() != path.split('/').count();
    glob::matches(bare, path) && (bare.contains("**") || !too_deep)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Memory;

    fn of(text: &str, path: &str) -> String {
        Owners::read("", text).of(path).join(" ")
    }

    #[test]
    fn the_last_line_that_matches_counts() {
        let text = "* @all\n/db/ @dba @org/data # the schema\n*.md docs@example.com\n/db/gen/\n";
        assert_eq!(of(text, "src/a.rs"), "@all");
        assert_eq!(of(text, "db/V1__a.sql"), "@dba @org/data");
        assert_eq!(of(text, "db/README.md"), "docs@example.com");
        assert_eq!(of(text, "db/gen/x.sql"), "");
    }

    #[test]
    fn patterns_are_anchored_by_a_slash() {
        assert_eq!(of("db/ @a", "service/db/V1.sql"), "@a");
        assert_eq!(of("/db/ @a", "service/db/V1.sql"), "");
        assert_eq!(of("service/db @a", "service/db/x/V1.sql"), "@a");
        assert_eq!(of("service/db @a", "other/service/db/V1.sql"), "");
        assert_eq!(of("db/* @a", "db/V1.sql"), "@a");
        assert_eq!(of("db/* @a", "db/old/V1.sql"), "");
        assert_eq!(of("/db/** @a", "db/old/V1.sql"), "@a");
        assert_eq!(of("/my\\ db/ @a", "my db/V1.sql"), "@a");
    }

    #[test]
    fn gitlab_sections_have_owners_of_their_own() {
        let text = "[Database] @dba\ndb/\ndb/auth/ @security\n^[Docs]\n*.md\n";
        assert_eq!(of(text, "db/V1.sql"), "@dba");
        assert_eq!(of(text, "db/auth/V1.sql"), "@security");
        assert_eq!(of(text, "a.md"), "");
    }

    #[test]
    fn the_file_of_the_repository_is_found_from_below() {
        let tree = Memory::new([(".github/CODEOWNERS", "/db/ @dba"), ("db/V1.sql", "SELECT 1;")]);
        let owners = Owners::find(&tree, "db").unwrap();
        assert_eq!(owners.of("db/V1.sql"), ["@dba"]);
        assert_eq!(Owners::find(&Memory::new([("a.sql", "")]), ""), None);
    }
}
