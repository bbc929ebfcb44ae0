//! The `# METADATA` block of a policy, and its package.

use crate::config::closest::{closest, did_you_mean};
use crate::config::yaml::{self, Node};
use crate::dialect::Engine;
use crate::finding::{Breaks, Failure, Level};
use crate::policy::params;
use crate::rules::Category;
use crate::source::{Located, SourceFile, Span};
use serde_json::Value;

/// What a policy says of itself.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// `title`: one line.
    pub title: String,
    /// `description`.
    pub description: String,
    /// `related_resources`: addresses.
    pub links: Vec<String>,
    /// `custom.level`.
    pub level: Level,
    /// `custom.category`.
    pub category: Option<Category>,
    /// `custom.promise`: what its findings break.
    pub promise: Vec<Breaks>,
    /// `custom.changes`: the kinds of change that it looks at; all where it is empty.
    pub changes: Vec<Located<String>>,
    /// `custom.dialects`; all where it is empty.
    pub dialects: Vec<Engine>,
    /// `custom.params`, in their order.
    pub params: Vec<Param>,
}

/// A parameter of a policy.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name, with its place in the policy.
    pub name: Located<String>,
    /// `type`.
    pub ty: ParamType,
    /// `default`, of that type.
    pub default: Value,
    /// `description`; may be empty.
    pub description: String,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant is the type of that name
pub enum ParamType {
    String,
    Integer,
    Number,
    Boolean,
    /// A list of strings.
    Strings,
    /// A list of integers.
    Integers,
    /// A map from strings to strings.
    Map,
    /// A string that is a regular expression.
    Regex,
    /// A string that is a glob.
    Glob,
}

impl ParamType {
    /// Every type.
    pub const ALL: [Self; 9] = [
        Self::String,
        Self::Integer,
        Self::Number,
        Self::Boolean,
        Self::Strings,
        Self::Integers,
        Self::Map,
        Self::Regex,
        Self::Glob,
    ];

    /// The word in METADATA.
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Strings => "array<string>",
            Self::Integers => "array<integer>",
            Self::Map => "object<string>",
            Self::Regex => "regex",
            Self::Glob => "glob",
        }
    }
}

/// A title is at most this long: it stands in tables.
const TITLE_CHARS_MAX: usize = 80;

/// Reads the package (`policy.<pack>.<name>`) and the METADATA of a policy.
///
/// # Errors
/// Each mistake, with its place.
pub fn read(file: &SourceFile) -> Result<(String, Metadata), Vec<Failure>> {
    let (package, line) = package(file)?;
    let block = block(file, line)?;
    let text = SourceFile::new(file.path.clone(), &block);
    // The copy has the places of the file.
    let root = yaml::read(&text).map_err(|failure| {
        let span = failure.at.as_ref().map_or_else(|| file.line(line), |at| at.1);
        Failure::at(file, span, failure.message)
    })?;
    let mut reader = Reader { file, failures: Vec::new() };
    let metadata = reader.metadata(&root, file.line(line));
    match metadata {
        Some(metadata) if reader.failures.is_empty() => Ok((package, metadata)),
        _ => Err(reader.failures),
    }
}

/// The package of a file of tests: `policy.<pack>.<name>_test` beside `policy.<pack>.<name>`.
///
/// # Errors
/// Another form, with its place.
pub fn package_of(file: &SourceFile) -> Result<String, Failure> {
    package(file).map(|(package, _)| package)
}

/// The package, and the line (from 1) that says it.
fn package(file: &SourceFile) -> Result<(String, u32), Failure> {
    const FORM: &str = "`package policy.<pack>.<name>`, in lower case with `_`";
    let mut lines = (1..).map(|line| (line, file.line(line)));
    let code = lines
        .by_ref()
        .take_while(|(_, span)| span.start < file.whole().end)
        .map(|(line, span)| (line, span, file.slice(span).trim()))
        .find(|(_, _, text)| !text.is_empty() && !text.starts_with('#'));
    let Some((line, span, text)) = code else {
        let message = format!("this file is empty: a policy begins with {FORM}");
        return Err(Failure::at(file, file.line(1), message));
    };
    let Some(rest) = text.strip_prefix("package").filter(|it| it.starts_with([' ', '\t'])) else {
        let message = format!("a policy begins with {FORM}, and nothing but comments before it");
        return Err(Failure::at(file, span, message));
    };
    let name = rest.split('#').next().unwrap_or_default().trim();
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        ["policy", pack, rule] if word(pack) && word(rule) => Ok((name.to_owned(), line)),
        _ => {
            let message = format!(
                "the package `{name}` gives no rule an id: it has the form {FORM}, and the rule is \
                 `<pack>/<name>`"
            );
            Err(Failure::at(file, name_span(file, span, name), message))
        }
    }
}

/// Where a name stands in a line.
fn name_span(file: &SourceFile, line: Span, name: &str) -> Span {
    let at = file.slice(line).find(name).filter(|_| !name.is_empty());
    at.map_or(line, |at| {
        let start = line.start as usize + at;
        Span::new(start, start + name.len())
    })
}

/// The YAML of the block above the line of the package, at the place that it has in the file: what
/// stands before it, and the `#` of each line, are blank.
fn block(file: &SourceFile, package: u32) -> Result<String, Failure> {
    let text = |line: u32| file.slice(file.line(line));
    let is_comment = |line: &u32| text(*line).trim_start().starts_with('#');
    let is_mark = |line: &u32| text(*line).trim().trim_start_matches('#').trim() == "METADATA";
    let comments = (1..package).rev().take_while(is_comment);
    let Some(mark) = comments.into_iter().find(is_mark) else {
        let elsewhere = (1..package).rev().find(is_mark);
        let message = match elsewhere {
            Some(_) => "the METADATA block ends here: it must stand directly above `package`",
            None => {
                "this policy has no METADATA: a comment block directly above `package` that begins \
                 with `# METADATA` and says title, description and custom.level"
            }
        };
        let line = elsewhere
            .map_or(package, |mark| (mark..package).find(|line| !is_comment(line)).unwrap_or(mark));
        return Err(Failure::at(file, file.line(line), message));
    };
    let mut yaml = String::new();
    for byte in file.text.as_bytes().iter().take(file.line(mark).end as usize) {
        yaml.push(if matches!(byte, b'\n' | b'\r') { char::from(*byte) } else { ' ' });
    }
    for line in mark + 1..package {
        let span = file.line(line);
        // The end of the line before.
        yaml.push_str(file.slice(Span::new(yaml.len(), span.start as usize)));
        yaml.push_str(&text(line).replacen('#', " ", 1));
    }
    Ok(yaml)
}

struct Reader<'a> {
    file: &'a SourceFile,
    failures: Vec<Failure>,
}

type Entry = (Located<String>, Located<Node>);

/// OPA's own keys; those that say nothing to lockgate are let be.
const KEYS: [&str; 7] =
    ["title", "description", "related_resources", "custom", "authors", "organizations", "scope"];
const CUSTOM_KEYS: [&str; 6] = ["level", "category", "promise", "changes", "dialects", "params"];
const PARAM_KEYS: [&str; 3] = ["type", "default", "description"];

impl Reader<'_> {
    fn metadata(&mut self, root: &Located<Node>, package: Span) -> Option<Metadata> {
        let entries = self.map(root, "METADATA", &KEYS)?;
        let title = self.required(entries, "title", package).and_then(|it| self.title(it));
        let description = self.required(entries, "description", package);
        let description = description.and_then(|it| self.word(it, "description"));
        let links = find(entries, "related_resources").map(|it| self.links(it));
        let custom = self.required(entries, "custom", package)?;
        let custom = self.map(custom, "custom", &CUSTOM_KEYS)?;
        let level = self.required(custom, "level", package).and_then(|it| {
            let level = |word: &str| Level::ALL.into_iter().find(|level| level.name() == word);
            self.one_of(it, "level", &["error", "warning", "note"], level)
        });
        let category = find(custom, "category").and_then(|it| {
            let names = Category::ALL.map(Category::name);
            let category = |word: &str| Category::ALL.into_iter().find(|it| it.name() == word);
            self.one_of(it, "category", &names, category)
        });
        let promise = find(custom, "promise").map(|it| {
            let breaks = |word: &str| Breaks::ALL.into_iter().find(|it| it.name() == word);
            self.each(it, "promise", &Breaks::ALL.map(Breaks::name), breaks)
        });
        let dialects = find(custom, "dialects").map(|it| {
            let engine = |word: &str| Engine::ALL.into_iter().find(|it| it.name() == word);
            self.each(it, "dialects", &Engine::ALL.map(Engine::name), engine)
        });
        let changes = find(custom, "changes").map(|it| self.words(it, "changes"));
        let params = find(custom, "params").map(|it| self.params(it));
        Some(Metadata {
            title: title?,
            description: description?,
            links: links.unwrap_or_default(),
            level: level?,
            category,
            promise: promise.unwrap_or_default(),
            changes: changes.unwrap_or_default(),
            dialects: dialects.unwrap_or_default(),
            params: params.unwrap_or_default(),
        })
    }

    fn title(&mut self, node: &Located<Node>) -> Option<String> {
        let title = self.word(node, "title")?;
        let chars = title.chars().count();
        if chars > TITLE_CHARS_MAX || title.contains('\n') {
            let message = format!(
                "title must be one line of at most {TITLE_CHARS_MAX} characters; this has {chars}"
            );
            self.fail(node.span, message);
            return None;
        }
        Some(title)
    }

    /// `- ref: https://...`, or the address alone.
    fn links(&mut self, node: &Located<Node>) -> Vec<String> {
        let mut links = Vec::new();
        for item in self.list(node, "related_resources") {
            let address = match &item.value {
                Node::Map(_) => {
                    let entries = self.map(item, "a resource", &["ref", "description"]);
                    entries.and_then(|entries| self.required(entries, "ref", item.span))
                }
                _ => Some(item),
            };
            links.extend(address.and_then(|it| self.word(it, "a resource")));
        }
        links
    }

    fn params(&mut self, node: &Located<Node>) -> Vec<Param> {
        let Node::Map(entries) = &node.value else {
            self.fail(node.span, "params must be a map of names");
            return Vec::new();
        };
        entries.iter().filter_map(|(name, node)| self.param(name, node)).collect()
    }

    fn param(&mut self, name: &Located<String>, node: &Located<Node>) -> Option<Param> {
        let entries = self.map(node, "a parameter", &PARAM_KEYS)?;
        let ty = self.required(entries, "type", name.span)?;
        let words = ParamType::ALL.map(ParamType::word);
        let ty = self.one_of(ty, "type", &words, |word| {
            ParamType::ALL.into_iter().find(|ty| ty.word() == word)
        })?;
        let default = self.required(entries, "default", name.span)?;
        let default = params::value(ty, default).map_err(|wrong| {
            self.fail(wrong.span, format!("the default of `{}` {}", name.value, wrong.value));
        });
        let description = find(entries, "description");
        let description = description.and_then(|it| self.word(it, "description"));
        Some(Param {
            name: name.clone(),
            ty,
            default: default.ok()?,
            description: description.unwrap_or_default(),
        })
    }

    /// The entries of a map; a key that is not known is a failure.
    fn map<'n>(
        &mut self,
        node: &'n Located<Node>,
        what: &str,
        known: &[&str],
    ) -> Option<&'n [Entry]> {
        let entries = match &node.value {
            Node::Map(entries) => entries.as_slice(),
            Node::Scalar(text) if text.is_empty() => &[],
            _ => {
                self.fail(node.span, format!("{what} must be a map of `key: value` lines"));
                return None;
            }
        };
        for (key, _) in entries {
            if !known.contains(&key.value.as_str()) {
                let hint = did_you_mean(&key.value, known.iter().copied());
                self.fail(key.span, format!("unknown key `{}` in {what}{hint}", key.value));
            }
        }
        Some(entries)
    }

    fn required<'n>(
        &mut self,
        entries: &'n [Entry],
        key: &str,
        at: Span,
    ) -> Option<&'n Located<Node>> {
        let found = find(entries, key);
        if found.is_none() {
            self.fail(at, format!("METADATA lacks `{key}`"));
        }
        found
    }

    fn list<'n>(&mut self, node: &'n Located<Node>, what: &str) -> &'n [Located<Node>] {
        match &node.value {
            Node::List(items) => items,
            _ => {
                self.fail(node.span, format!("{what} must be a list"));
                &[]
            }
        }
    }

    fn words(&mut self, node: &Located<Node>, what: &str) -> Vec<Located<String>> {
        let mut words = Vec::new();
        for item in self.list(node, what) {
            words.extend(self.word(item, what).map(|word| Located::new(word, item.span)));
        }
        words
    }

    fn word(&mut self, node: &Located<Node>, what: &str) -> Option<String> {
        match &node.value {
            Node::Scalar(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => {
                self.fail(node.span, format!("{what} must be a text"));
                None
            }
        }
    }

    fn one_of<T>(
        &mut self,
        node: &Located<Node>,
        what: &str,
        words: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let word = self.word(node, what)?;
        let value = read(&word);
        if value.is_none() {
            let choice = words.join(", ");
            let near = closest(&word, words.iter().copied());
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            self.fail(node.span, format!("{what} cannot be `{word}`; it is one of {choice}{hint}"));
        }
        value
    }

    fn each<T>(
        &mut self,
        node: &Located<Node>,
        what: &str,
        words: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let items = self.list(node, what).iter();
        items.filter_map(|item| self.one_of(item, what, words, &read)).collect()
    }

    fn fail(&mut self, span: Span, message: impl Into<String>) {
        self.failures.push(Failure::at(self.file, span, message));
    }
}

fn find<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Located<Node>> {
    entries.iter().find(|(name, _)| name.value == key).map(|(_, node)| node)
}
