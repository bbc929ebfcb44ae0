//! The documentation of policies, run: each file that it shows is written, each command run, and
//! what is printed is what it says.
//!
//! `TRYCMD=overwrite cargo test` writes the output of today into the documents; read the difference.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "walk/blocks.rs"]
mod blocks;

use blocks::{Block, blocks};
use lockgate::config::Config;
use lockgate::policy::test::files::Files;
use lockgate::tree::WorkTree;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of its own, in which a document is walked through.
struct Walk {
    root: PathBuf,
    /// The file that the last block showed.
    file: String,
}

impl Walk {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("lockgate-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Self { root, file: String::new() }
    }

    /// Does what a block says; the block as it would be written today.
    fn step(&mut self, block: &Block) -> String {
        match block.kind.as_str() {
            "console" => return self.console(&block.text),
            "diff" => self.change(&block.text),
            _ => {
                // The file's name stands in the text before, in backquotes.
                let is_path = |text: &&str| text.contains('.') && !text.contains([' ', '\n']);
                let named = block.before.rsplit('`').find(is_path);
                self.file = named.unwrap_or_else(|| panic!("no name before {}", block.text)).into();
                self.write(&self.file, &block.text);
            }
        }
        block.text.clone()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Changes lines of the file that was last shown.
    fn change(&self, diff: &str) {
        let path = self.root.join(&self.file);
        let text = fs::read_to_string(&path).unwrap();
        let side = |out: char| -> String {
            let lines = diff.split_inclusive('\n').filter(|line| !line.starts_with(out));
            lines.map(|line| line.get(1..).unwrap_or("\n")).collect()
        };
        let (old, new) = (side('+'), side('-'));
        assert_eq!(text.matches(&old).count(), 1, "{}: {old}", self.file);
        fs::write(path, text.replace(&old, &new)).unwrap();
    }

    fn console(&self, text: &str) -> String {
        let commands = format!("\n{text}");
        let commands = commands.split("\n$ ").skip(1);
        let lines = commands.map(|command| command.split_once('\n').unwrap().0);
        lines.map(|line| format!("$ {line}\n{}", self.run(line))).collect()
    }

    /// What a command line prints: standard error, then standard output; a code that is not 0
    /// stands before them.
    fn run(&self, line: &str) -> String {
        let mut words = line.split(' ');
        let program = words.next().unwrap();
        if program == "cat" {
            return fs::read_to_string(self.root.join(words.next().unwrap())).unwrap();
        }
        assert_eq!(program, "lockgate", "{line}");
        let output = Command::new(env!("CARGO_BIN_EXE_lockgate"))
            .args(words)
            .current_dir(&self.root)
            .env("NO_COLOR", "1")
            .env("SOURCE_DATE_EPOCH", "1795132800")
            .output()
            .unwrap();
        let code = match output.status.code().unwrap() {
            0 => String::new(),
            code => format!("? {code}\n"),
        };
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let printed = format!("{code}{}{}", text(output.stderr), text(output.stdout));
        format!("{}\n", printed.trim_end_matches('\n'))
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// Whether a text is as told, where a line `...` stands for any lines.
fn fits(told: &[&str], text: &[&str]) -> bool {
    match (told.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((&"...", rest)), _) => (0..=text.len()).any(|skip| fits(rest, &text[skip..])),
        (Some((told, rest)), Some((line, others))) => told == line && fits(rest, others),
        _ => false,
    }
}

fn overwrites() -> bool {
    ["SNAPSHOTS", "TRYCMD"].iter().any(|it| std::env::var(it).is_ok_and(|it| it == "overwrite"))
}

/// Walks through a document up to a heading, and writes it anew where that is asked for.
fn walk(name: &str, until: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    let document = fs::read_to_string(&path).unwrap();
    let (told, rest) = document.split_once(until).unwrap();
    let mut walk = Walk::new(name);
    let (mut today, mut left) = (String::new(), told);
    for block in blocks(told) {
        let now = walk.step(&block);
        let (kind, before) = (&block.kind, &block.text);
        let (prose, after) = left.split_once(&format!("```{kind}\n{before}```")).unwrap();
        left = after;
        let (told, text): (Vec<_>, Vec<_>) =
            (before.split('\n').collect(), now.split('\n').collect());
        let now = if fits(&told, &text) { before } else { &now };
        if !overwrites() {
            snapbox::assert_data_eq!(now, before.clone());
        }
        today += &format!("{prose}```{kind}\n{now}```");
    }
    if overwrites() {
        fs::write(path, format!("{today}{left}{until}{rest}")).unwrap();
    }
}

#[test]
fn a_policy_takes_ten_minutes() {
    walk("policies.md", "\n## Reference");
}

/// Every recipe is a policy that finds what its fixtures say, and they are all there is to test.
#[test]
fn recipes_pass_their_fixtures() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policies-recipes.md");
    let document = fs::read_to_string(path).unwrap();
    let walk = Walk::new("recipes");
    let (mut recipes, mut name, mut fixtures) = (0, String::new(), 0);
    for block in blocks(&document) {
        let path = match block.kind.as_str() {
            "rego" => {
                let (_, package) = block.text.split_once("\npackage policy.").unwrap();
                name = package.split('\n').next().unwrap().replace('.', "/");
                recipes += 1;
                format!("policies/{name}.rego")
            }
            "sql" => {
                fixtures += 1;
                format!("policies/{name}_test/{fixtures}.sql")
            }
            kind => panic!("a block of unknown kind `{kind}`"),
        };
        walk.write(&path, &block.text);
    }
    assert!(recipes >= 10 && fixtures >= recipes);
    let told = walk.run("lockgate policy test --format json --coverage");
    let says = |key: &str| {
        let (_, rest) =
            told.split_once(&format!("\"{key}\": ")).unwrap_or_else(|| panic!("{told}"));
        rest.split([',', '\n']).next().unwrap().to_owned()
    };
    assert_eq!((says("passed"), says("failed")), (fixtures.to_string(), "0".to_owned()), "{told}");
    assert_eq!(says("percent"), "100.0", "{told}");
}

/// What the repository ships.
fn packs() -> Files {
    let mut files = Files::default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    files.add(&WorkTree::seen_from(root, &["policies".into()]), None).unwrap();
    files
}

#[test]
fn packs_pass_their_tests() {
    let files = packs();
    let policies = lockgate::policy::load(files.policies.clone(), &Config::default()).unwrap();
    let run = lockgate::policy::test::run(&policies, &files, None).unwrap();
    let mut told = Vec::new();
    let style = lockgate::report::terminal::Style { color: false, width: 100, notes: false };
    lockgate::policy::test::text::write(&mut told, &run, style).unwrap();
    lockgate::policy::test::text::coverage(&mut told, &run.coverage, None).unwrap();
    let told = String::from_utf8(told).unwrap();
    const COVERED_MIN: f64 = 95.0;
    assert_eq!(run.exit_code(Some(COVERED_MIN)), 0, "\n{told}");
    let of = |policy: &str, ends: &str| {
        run.tests.iter().any(|it| it.policy == policy && it.file.ends_with(ends))
    };
    for policy in &policies.policies {
        let id = policy.rule.id;
        assert!(of(id, "_test.rego") || of(id, ".sql"), "{id} has no test");
    }
}

/// `scripts/opa` runs it.
#[test]
#[ignore = "needs a copy of OPA, which $OPA names"]
fn tests_of_the_packs_pass_under_opa() {
    let files = packs();
    let policies = lockgate::policy::load(files.policies.clone(), &Config::default()).unwrap();
    let mut packs = serde_json::Map::new();
    for policy in &policies.policies {
        let mut names = policy.package.split('.').skip(1);
        let (pack, name) = (names.next().unwrap(), names.next().unwrap());
        let params = policy.metadata.params.iter();
        let params = params.map(|it| (it.name.value.clone(), it.default.clone())).collect();
        let pack = packs.entry(pack).or_insert_with(|| serde_json::json!({}));
        pack[name] = serde_json::Value::Object(params);
    }
    let walk = Walk::new("opa");
    walk.write("data.json", &serde_json::json!({ "config": packs }).to_string());
    let opa = std::env::var("OPA").unwrap();
    let mut words = opa.split(' ');
    let rego = files.policies.iter().chain(&files.tests).map(|file| &file.path);
    let output = Command::new(words.next().unwrap())
        .args(words)
        .args(rego)
        .arg(walk.root.join("data.json"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    println!("{told}");
    assert!(output.status.success(), "{told}");
}
