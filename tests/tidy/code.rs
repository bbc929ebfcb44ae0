//! Rust source as far as the house rules need it: paths, functions and tests, without comments
//! and literals.

use std::collections::BTreeMap;

/// A source file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path from the root of the package.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its text with comments and literals blank and without what only tests see.
    code: String,
}

/// The files of a folder that are no tests of their own module, sorted.
pub fn tree(folder: &str) -> Vec<File> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let paths = entries.map(|entry| entry.unwrap().path().to_string_lossy().replace('\\', "/"));
    let source = |path: &String| path.ends_with(".rs");
    paths
        .filter(source)
        .map(|path| File::new(&path, &std::fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The module of a file below `src`: `src/sql/read/table.rs` is `sql::read::table`.
pub fn module(path: &str) -> String {
    path.trim_start_matches("src/").trim_end_matches(".rs").replace('/', "::")
}

impl File {
    /// A file from its text.
    pub fn new(path: &str, text: &str) -> Self {
        let for_tests = path.ends_with("/tests.rs") || path.contains("/tests/");
        let code = if for_tests { String::new() } else { without_tests(&blank(text)) };
        Self { path: path.to_owned(), text: text.to_owned(), code }
    }

    /// How many lines it has without tests.
    pub fn line_count(&self) -> usize {
        self.code.split('\n').count() - 1
    }

    /// Every path that it names, `use` trees unfolded and names that `use` brought replaced by
    /// what they stand for.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let tokens = tokens(&self.code);
        let mut paths = Vec::new();
        let mut brought = BTreeMap::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if *token == "use" {
                at = use_tree(&tokens, at + 1, &[], &mut paths, &mut brought);
            } else if is_word(token) {
                let mut path = vec![(*token).to_owned()];
                while tokens.get(at + 1) == Some(&"::")
                    && tokens.get(at + 2).is_some_and(|next| is_word(next))
                {
                    path.push(tokens[at + 2].to_owned());
                    at += 2;
                }
                paths.push(path);
                at += 1;
            } else {
                at += 1;
            }
        }
        let whole = |path: Vec<String>| match brought.get(&path[0]) {
            Some(full) if path.len() > 1 => full.iter().chain(&path[1..]).cloned().collect(),
            _ => path,
        };
        paths.into_iter().map(whole).collect()
    }

    /// The module inside this crate that a path leads to; `None` where it leads elsewhere or
    /// stays in this file's own module.
    pub fn inside(&self, path: &[String]) -> Option<String> {
        if path.len() < 2 {
            return None;
        }
        if path[0] == "crate" || path[0] == "lockgate" {
            return Some(path[1..].join("::"));
        }
        let supers = path.iter().take_while(|part| *part == "super").count();
        let own = module(&self.path);
        let own: Vec<&str> = own.split("::").collect();
        let kept = own.get(..own.len().checked_sub(supers).filter(|_| supers > 0)?)?;
        let rest = path[supers..].iter().map(String::as_str);
        Some(kept.iter().copied().chain(rest).collect::<Vec<_>>().join("::"))
    }

    /// Its functions and how many lines each takes, from `fn` to the closing brace.
    pub fn functions(&self) -> Vec<(String, usize)> {
        let mut functions = Vec::new();
        for (start, _) in self.code.match_indices("fn ") {
            let before = self.code[..start].chars().next_back();
            let name: String = self.code[start + 3..].chars().take_while(|c| in_word(*c)).collect();
            if before.is_some_and(in_word) || name.is_empty() {
                continue;
            }
            let code = &self.code[start..];
            let end = end_of_item(code);
            if code[..end].ends_with('}') {
                functions.push((name, code[..end].matches('\n').count() + 1));
            }
        }
        functions
    }

    /// The names of its tests.
    pub fn tests(&self) -> Vec<String> {
        let code = blank(&self.text);
        let after = code.split("#[test]").skip(1).filter_map(|rest| rest.split_once("fn "));
        after.map(|(_, rest)| rest.chars().take_while(|c| in_word(*c)).collect()).collect()
    }
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_word(token: &str) -> bool {
    token.starts_with(in_word)
}

/// Reads one `use` tree; the index after it.
fn use_tree<'t>(
    tokens: &[&'t str],
    mut at: usize,
    prefix: &[&'t str],
    paths: &mut Vec<Vec<String>>,
    brought: &mut BTreeMap<String, Vec<String>>,
) -> usize {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(at) {
        at += 1;
        match *token {
            "::" => {}
            "{" => {
                while !matches!(tokens.get(at), Some(&"}") | None) {
                    at = use_tree(tokens, at, &path, paths, brought);
                    at += usize::from(tokens.get(at) == Some(&","));
                }
                return at + 1;
            }
            "self" if !path.is_empty() => {}
            "as" => {
                let name = tokens.get(at).copied().unwrap_or_default();
                return leaf(&path, name, at + 1, paths, brought);
            }
            word if is_word(word) || word == "*" => path.push(word),
            _ => {
                return leaf(
                    &path,
                    path.last().copied().unwrap_or_default(),
                    at - 1,
                    paths,
                    brought,
                );
            }
        }
    }
    at
}

fn leaf(
    path: &[&str],
    name: &str,
    at: usize,
    paths: &mut Vec<Vec<String>>,
    brought: &mut BTreeMap<String, Vec<String>>,
) -> usize {
    let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
    brought.insert(name.to_owned(), path.clone());
    paths.push(path);
    at
}

/// Words, `::`, and every other character alone.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if in_word(first) {
            rest.find(|c| !in_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// The text with comments and literals replaced by blanks; line ends stay.
fn blank(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after_word = code.chars().next_back().is_some_and(in_word);
        let length = literal(rest, after_word);
        if length > 0 {
            code.extend(rest[..length].chars().map(|c| if c == '\n' { c } else { ' ' }));
        } else {
            code.push(first);
        }
        rest = &rest[if length > 0 { length } else { first.len_utf8() }..];
    }
    code
}

/// The length of the comment or literal that a text begins with, else 0.
fn literal(text: &str, after_word: bool) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return text.find("*/").map_or(text.len(), |end| end + 2);
    }
    if text.starts_with('"') {
        return quoted(text, '"');
    }
    if text.starts_with('\'') {
        let mut inside = text.chars().skip(1);
        let (first, second) = (inside.next(), inside.next());
        // Else it is a lifetime.
        return if first == Some('\\') || second == Some('\'') { quoted(text, '\'') } else { 0 };
    }
    let raw = text.strip_prefix('b').unwrap_or(text).strip_prefix('r').filter(|_| !after_word);
    let hashes = raw.map_or(0, |raw| raw.len() - raw.trim_start_matches('#').len());
    if raw.is_some_and(|raw| raw[hashes..].starts_with('"')) {
        let end = format!("\"{}", "#".repeat(hashes));
        let body = text.find('"').unwrap_or(0) + 1;
        return text[body..].find(&end).map_or(text.len(), |at| body + at + end.len());
    }
    0
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// The code without items that are marked `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some((before, item)) = rest.split_once("#[cfg(test)]") {
        kept.push_str(before);
        rest = &item[end_of_item(item)..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    kept + rest
}

/// The end of the item that a code begins with: its `;` or its closing brace.
fn end_of_item(code: &str) -> usize {
    let mut depth = 0_usize;
    for (index, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
            ';' if depth == 0 => return index + 1,
            _ => {}
        }
    }
    code.len()
}
