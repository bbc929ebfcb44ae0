//! Runs the walk-through of CONTRIBUTING.md in a copy of the package: a new rule is one file and
//! one word, and what each step prints is what the document says.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::print_stderr, clippy::unwrap_used)]

#[path = "walk/blocks.rs"]
mod blocks;

use blocks::blocks;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the copy needs: the crate, and what its tests of the rules read and write.
const PARTS: [&str; 5] = ["Cargo.toml", "Cargo.lock", "src", "docs/rules", "policies"];

/// The files of a folder, as text by their path from it.
fn files(root: &Path) -> BTreeMap<String, String> {
    let entries = PARTS.iter().flat_map(|part| walkdir::WalkDir::new(root.join(part)));
    let paths = entries.map(|entry| entry.unwrap().into_path()).filter(|path| path.is_file());
    let text = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        (name, fs::read_to_string(&path).unwrap())
    };
    paths.map(text).collect()
}

/// The copy, and what it held at first.
struct Walk {
    root: PathBuf,
    first: BTreeMap<String, String>,
}

impl Walk {
    fn new() -> Self {
        let name = format!("lockgate-walkthrough-{}", std::process::id());
        let root = std::env::temp_dir().join(name);
        let first = files(Path::new(env!("CARGO_MANIFEST_DIR")));
        let walk = Self { root, first };
        for (name, text) in &walk.first {
            fs::create_dir_all(walk.root.join(name).parent().unwrap()).unwrap();
            walk.write(name, text);
        }
        walk
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.root.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.root.join(name)).unwrap()
    }

    /// Adds a word to the list of a category, as the block says: `+    shape { ..., word }`.
    fn add_word(&self, block: &str) {
        let added = block.split('\n').find_map(|line| line.strip_prefix('+')).unwrap();
        let (category, words) = added.split_once("{ ...,").unwrap();
        let word = words.trim_end_matches(['}', ' ']);
        let table = self.read("src/rules.rs");
        let start = table.find(&format!("\n{category}{{")).unwrap();
        let end = start + table[start..].find('}').unwrap();
        let last = table[..end].trim_end_matches(|c: char| c.is_whitespace() || c == ',').len();
        self.write("src/rules.rs", &format!("{},{word}{}", &table[..last], &table[last..]));
    }

    /// Replaces one line of a file by another, as the block says.
    fn replace_line(&self, name: &str, block: &str) {
        let line = |mark| block.split('\n').find_map(|line| line.strip_prefix(mark)).unwrap();
        let (old, new): (&str, &str) = (line('-'), line('+'));
        let text = self.read(name);
        assert_eq!(text.matches(old).count(), 1, "{old}");
        self.write(name, &text.replace(old, new));
    }

    /// What `git status --short` would say.
    fn status(&self) -> String {
        let now = files(&self.root);
        assert!(self.first.keys().all(|name| now.contains_key(name)));
        let (mut changed, mut added) = (String::new(), String::new());
        for (name, text) in &now {
            match self.first.get(name) {
                None => added += &format!("?? {name}\n"),
                Some(first) if first != text => changed += &format!(" M {name}\n"),
                Some(_) => {}
            }
        }
        changed + &added
    }

    /// Runs a command line of the document; what it wrote to standard output.
    fn run(&self, line: &str) -> String {
        if line == "git status --short" {
            return self.status();
        }
        let mut words: Vec<&str> = line.split(' ').collect();
        let at = words.iter().position(|word| *word == "cargo").expect(line);
        let cargo = words.split_off(at);
        let assignments = words.iter().map(|word| word.split_once('=').unwrap());
        let built = Path::new(env!("CARGO_BIN_EXE_lockgate")).parent().unwrap();
        let profile = if built.ends_with("debug") { "dev" } else { "release" };
        let output = Command::new(env!("CARGO"))
            .args([cargo[1], "--offline", "--profile", profile])
            .args(&cargo[2..])
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", built.parent().unwrap())
            .env("RUST_TEST_THREADS", "1")
            .env("RUST_BACKTRACE", "0")
            .env("NO_COLOR", "1")
            .env_remove("SNAPSHOTS")
            .env_remove("TRYCMD")
            .envs(assignments)
            .output()
            .unwrap();
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// Gives the copy a name of its own: by their names cargo tells apart what it built of either, and
/// the target folder that both use holds every dependency already.
fn rename(walk: &Walk) {
    let old = "name = \"lockgate\"\n";
    let new = "name = \"lockgate-walkthrough\"\n";
    let manifest = walk.read("Cargo.toml").replacen(old, new, 1);
    walk.write("Cargo.toml", &format!("{manifest}\n[lib]\nname = \"lockgate\"\n"));
    walk.write("Cargo.lock", &walk.read("Cargo.lock").replacen(old, new, 1));
}

/// Lines that stand in one text and not in the other.
fn lines_beside(text: &str, other: &str) -> Vec<String> {
    let others: Vec<&str> = other.split('\n').collect();
    text.split('\n').filter(|line| !others.contains(line)).map(str::to_owned).collect()
}

#[test]
fn a_rule_is_one_file_and_one_word() {
    let document = fs::read_to_string("CONTRIBUTING.md").unwrap();
    let mut walk = Walk::new();
    rename(&walk);
    walk.first = files(&walk.root);
    let mut file = String::new();
    for block in blocks(&document) {
        match block.kind.as_str() {
            "rust" => {
                let before = block.before.rsplit('`');
                file = before.clone().find(|it| it.starts_with("src/rules/")).unwrap().to_owned();
                walk.write(&file, &block.text);
            }
            "diff" if block.text.contains("...") => {
                walk.add_word(&block.text);
                let table = walk.read("src/rules.rs");
                let first = &walk.first["src/rules.rs"];
                assert_eq!(lines_beside(&table, first).len(), 1);
                assert_eq!(lines_beside(first, &table).len(), 1);
                assert_eq!(walk.status(), format!(" M src/rules.rs\n?? {file}\n"));
            }
            "diff" => walk.replace_line(&file, &block.text),
            "text" => {
                let name = block.before.rsplit('`').find(|it| it.ends_with(".txt")).unwrap();
                walk.write(name, &format!("{}{}", walk.read(name), block.text));
            }
            "console" => {
                for command in format!("\n{}", block.text).split("\n$ ").skip(1) {
                    let (line, expected) = command.split_once('\n').unwrap();
                    let expected = format!("{}\n", expected.trim_end());
                    let printed = format!("{}\n", walk.run(line).trim_end());
                    snapbox::assert_data_eq!(printed, expected);
                }
            }
            kind => panic!("a block of unknown kind `{kind}`"),
        }
    }
}
