//! What git knows of a line of a file. Asks the `git` program, offline, and writes nothing.

pub mod changes;
pub mod commit;
pub mod fetch;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a line came to the base branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// The base branch, as git was asked for it.
    pub base: String,
    /// The commit on the base branch itself; for a pull request its merge.
    pub commit: String,
    /// When that was made, in seconds since 1970.
    pub seconds: i64,
    /// The newest of the wanted tags whose history holds that commit.
    pub tag: Option<String>,
}

impl Landing {
    /// The first release that has the line, as far as that is known: the tag, else the commit.
    pub fn release(&self) -> &str {
        self.tag.as_deref().or(self.commit.get(..10)).unwrap_or(&self.commit)
    }

    fn revision(&self) -> String {
        self.tag.as_ref().map_or_else(|| self.commit.clone(), |tag| format!("refs/tags/{tag}"))
    }
}

/// Where the base branch is sought if nobody names it.
const BASES: [&str; 5] = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// How the line that ends with `text` came to the base branch, seen from where `HEAD` left it.
/// `tags` is a glob.
///
/// # Errors
/// Why that cannot be told, or that the line is not there, in words that follow "but".
pub fn landing(file: &Path, text: &str, base: Option<&str>, tags: &str) -> Result<Landing, String> {
    let (git, name) = beside(file)?;
    if git.ask(&["rev-parse", "--is-shallow-repository"])? == "true" {
        return Err("this clone is shallow: fetch the whole history, in GitHub Actions with \
                    `fetch-depth: 0`"
            .to_owned());
    }
    if is_odd(tags) {
        return Err(no_branch(tags));
    }
    let (base, fork) = git.fork(base)?;
    let is_there = git.ask(&["cat-file", "blob", &format!("{fork}:./{name}")]);
    if !is_there.is_ok_and(|blob| ends_a_line(&blob, text)) {
        return Err(format!("that is not on `{base}` yet"));
    }
    let landed = git.ask(&[
        "--literal-pathspecs",
        "log",
        "-1",
        "-m",
        "--first-parent",
        "--no-follow",
        "--no-textconv",
        "--no-ext-diff",
        "--no-show-signature",
        "-s",
        "--format=%H %ct",
        &format!("-S{text}"),
        &fork,
        "--",
        name,
    ])?;
    let commit = landed.split_once(' ').and_then(|(id, time)| Some((id, time.parse().ok()?)));
    let (id, seconds) =
        commit.ok_or_else(|| format!("git does not say how it came to `{base}`"))?;
    let tag = git.ask(&[
        "for-each-ref",
        &format!("--contains={id}"),
        "--sort=-creatordate",
        "--count=1",
        "--format=%(refname:strip=2)",
        &format!("refs/tags/{tags}"),
    ])?;
    let tag = Some(tag).filter(|tag| !tag.is_empty());
    Ok(Landing { base, commit: id.to_owned(), seconds, tag })
}

/// Whether the base branch lacks a file, as it was where `HEAD` left it.
///
/// # Errors
/// Why that cannot be told.
pub fn is_missing_on_base(file: &Path, base: Option<&str>) -> Result<bool, String> {
    let (git, name) = beside(file)?;
    let (_, fork) = git.fork(base)?;
    let found = git.ask(&["ls-tree", "--name-only", &fork, "--", &format!("./{name}")])?;
    Ok(found.is_empty())
}

/// The files below a folder, as the release of a landing has them, in which one of these words
/// may stand, upper or lower case, and their texts. `globs` are relative to the folder.
///
/// # Errors
/// What git said.
pub fn files_with(
    folder: &Path,
    landing: &Landing,
    words: &[&str],
    globs: &[String],
) -> Result<Vec<(String, String)>, String> {
    let git = Git { folder: folder.to_path_buf() };
    let revision = landing.revision();
    let patterns = words.iter().map(|word| format!("-e{word}"));
    // Only these two mean more to git than to `tree::glob`.
    let escaped = globs.iter().map(|glob| glob.replace('\\', "\\\\").replace('[', "\\["));
    let options = ["grep", "-lzwiF", "--no-full-name", "--no-textconv"].map(str::to_owned);
    let arguments: Vec<String> = (options.into_iter().chain(patterns))
        .chain([revision.clone(), "--".to_owned()])
        .chain(escaped.map(|glob| format!(":(glob){glob}")))
        .collect();
    let found = git.ask(&arguments.iter().map(String::as_str).collect::<Vec<_>>())?;
    let paths = found.split('\0').filter_map(|path| path.strip_prefix(&format!("{revision}:")));
    paths
        .map(|path| {
            let text = git.ask(&["cat-file", "blob", &format!("{revision}:./{path}")])?;
            Ok((path.to_owned(), text))
        })
        .collect()
}

fn no_branch(name: &str) -> String {
    format!("`{name}` is no name of a branch or tag")
}

/// Git in the folder of a file, and the file's name there.
fn beside(file: &Path) -> Result<(Git, &str), String> {
    let no_name = || format!("{} has no name that git could be asked for", file.display());
    let name = file.file_name().and_then(|name| name.to_str()).ok_or_else(no_name)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok((Git { folder: folder.unwrap_or(Path::new(".")).to_path_buf() }, name))
}

/// Whether git could take a name for something else: an option, a range, a path.
fn is_odd(name: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || ":\\".contains(c);
    name.is_empty()
        || name.starts_with('-')
        || name.contains("..")
        || name.contains("@{")
        || name.contains(odd)
}

/// A path from the top of the repository, as the folder with this prefix sees it.
fn seen_from(prefix: &str, path: &str) -> String {
    let folder = prefix.trim_end_matches('/');
    if folder.is_empty() {
        return path.to_owned();
    }
    let (mut own, mut rest) = (folder.split('/').peekable(), path);
    while let (Some(first), Some((head, tail))) = (own.peek(), rest.split_once('/')) {
        if *first != head {
            break;
        }
        rest = tail;
        own.next();
    }
    format!("{}{rest}", "../".repeat(own.count()))
}

/// Whether a text stands at the end of a line, or of a comment.
fn ends_a_line(blob: &str, text: &str) -> bool {
    blob.match_indices(text).any(|(at, _)| {
        let rest = blob.get(at + text.len()..).unwrap_or_default();
        let rest = rest.split(['\n', '\r']).next().unwrap_or_default().trim_start();
        rest.is_empty() || rest.starts_with("*/")
    })
}

fn not_run(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "git is not installed".to_owned(),
        _ => format!("git cannot be run: {error}"),
    }
}

#[derive(Debug)]
struct Git {
    folder: PathBuf,
}

impl Git {
    /// The base branch; the remote's, where there is one, for what was merged counts.
    fn base(&self, named: Option<&str>) -> Result<String, String> {
        let exists = |name: &String| {
            let commit = format!("{name}^{{commit}}");
            self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
                .is_ok_and(|id| !id.is_empty())
        };
        match named {
            None => BASES.into_iter().map(str::to_owned).find(exists).ok_or_else(|| {
                "the base branch is not known: name it with `base` in lockgate.yaml".to_owned()
            }),
            Some(name) => [format!("origin/{name}"), name.to_owned()]
                .into_iter()
                // `HEAD~1` is a commit of this branch, not of the remote's.
                .filter(|it| !name.starts_with("HEAD") || it == name)
                .find(exists)
                .ok_or_else(|| format!("there is no branch `{name}` here")),
        }
    }

    /// The base branch, and the commit at which `HEAD` left it.
    fn fork(&self, named: Option<&str>) -> Result<(String, String), String> {
        if let Some(odd) = named.filter(|name| is_odd(name)) {
            return Err(no_branch(odd));
        }
        let base = self.base(named)?;
        let fork = self.ask(&["merge-base", "HEAD", &base])?;
        match fork.is_empty() {
            true => Err(format!("`{base}` shares no history with what is checked out")),
            false => Ok((base, fork)),
        }
    }

    /// Git with these arguments, which is given nothing to read.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut program = Command::new("git");
        program
            .arg("-C")
            .arg(&self.folder)
            .args(arguments)
            // A hook is given these for its own repository, relative to its own folder.
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        program
    }

    /// What git answers, without the white space at its end; nothing where it finds nothing.
    fn ask(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.program(arguments).output().map_err(|error| not_run(&error))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.split('\n').next().unwrap_or_default().trim();
        let finds_nothing = output.status.code() == Some(1) && said.is_empty();
        if !output.status.success() && !finds_nothing {
            let said = said.strip_prefix("fatal: ").unwrap_or(said);
            return Err(format!("git says: {said}"));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_git_could_take_for_something_else_are_odd() {
        for name in ["", "-x", "--output=x", "a..b", "a b", "a:b", "@{-1}", "a\n"] {
            assert!(is_odd(name), "{name:?}");
        }
        for name in ["main", "origin/main", "release/1.2", "v*", "v[0-9]*", "é", "HEAD~1", "a^"] {
            assert!(!is_odd(name), "{name:?}");
        }
    }

    #[test]
    fn a_directive_ends_its_line_or_its_comment() {
        let text = "lockgate:retired column t.a";
        for good in ["-- lockgate:retired column t.a\r\nx", "/* lockgate:retired column t.a */ x"] {
            assert!(ends_a_line(good, text), "{good}");
        }
        for bad in ["-- lockgate:retired column t.ab", "-- lockgate:retired column t.a b", ""] {
            assert!(!ends_a_line(bad, text), "{bad}");
        }
    }
}
