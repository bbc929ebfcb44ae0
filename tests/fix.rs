//! `lint --fix`, framework by framework: what becomes of the files (`tests/fix/*.txt`, each fix as
//! the diff of the files), and that the findings are gone by the effects of what is there then.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

use lockgate::config::Config;
use lockgate::finding::Level;
use lockgate::fix::{Fixed, fix};
use lockgate::judge::State;
use lockgate::judge::date::Date;
use lockgate::report::Report;
use lockgate::report::diff::unified;
use lockgate::tree::{Memory, Tree};
use lockgate::{Input, check};
use std::path::Path;

#[path = "fix/projects.rs"]
mod projects;

use projects::{Project, projects};

fn input<'a>(tree: &'a dyn Tree, config: &'a Config) -> Input<'a> {
    let today = Date::from_unix_seconds(1_795_132_800);
    Input { tree, config, schema: None, alone: false, today, evidence: None }
}

fn fixed(files: &[(String, String)], is_new: &dyn Fn(&str) -> Result<(), String>) -> Fixed {
    let tree = Memory::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    fix(&input(&tree, &Config::default()), is_new)
}

/// The files once the fixes are written.
fn after(files: &[(String, String)], fixed: &Fixed) -> Vec<(String, String)> {
    let mut all: std::collections::BTreeMap<String, String> = files.iter().cloned().collect();
    for file in &fixed.files {
        assert_eq!(all.get(&file.path), file.before.as_ref(), "{}", file.path);
        all.insert(file.path.clone(), file.after.clone());
    }
    all.into_iter().collect()
}

fn reported(report: &Report) -> Vec<String> {
    let found = report.in_state(State::Reported).map(|judged| &judged.finding);
    let found = found.filter(|it| it.level > Level::Note);
    found.map(|it| format!("{} of {}", it.rule, it.subject)).collect()
}

/// What a reader wants to see of a run.
fn shown(fixed: &Fixed) -> String {
    let mut text = String::new();
    for it in &fixed.done {
        text.push_str(&format!("fixed {}: {} of {}\n", it.path, it.rule, it.subject));
    }
    for it in &fixed.left {
        text.push_str(&format!(
            "not fixed {}: {} of {}: {}\n",
            it.path, it.rule, it.subject, it.why
        ));
    }
    text.push_str("\nfound before\n");
    reported(&fixed.before).iter().for_each(|it| text.push_str(&format!("  {it}\n")));
    text.push_str("found after\n");
    reported(&fixed.after).iter().for_each(|it| text.push_str(&format!("  {it}\n")));
    for file in &fixed.files {
        text.push('\n');
        text.push_str(&unified::file(&file.path, file.before.as_deref(), &file.after));
    }
    text
}

#[test]
fn each_framework_gets_its_own_files() {
    for Project { name, files } in projects() {
        let fixed = fixed(&files, &|_| Ok(()));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fix/{name}.txt"));
        snapbox::assert_data_eq!(shown(&fixed), snapbox::Data::read_from(&path, None).raw());
    }
}

#[test]
fn what_is_fixed_is_judged_again_and_has_nothing_left_to_fix() {
    for Project { name, files } in projects() {
        let first = fixed(&files, &|_| Ok(()));
        let files = after(&files, &first);
        let tree = Memory::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let config = Config::default();
        let again = check(&input(&tree, &config));
        assert_eq!(reported(&again), reported(&first.after), "{name}");
        for done in &first.done {
            let gone = format!("{} of {}", done.rule, done.subject);
            assert!(!reported(&again).contains(&gone), "{name}: {gone}");
        }
        let second = fixed(&files, &|_| Ok(()));
        assert_eq!((second.done, second.files), (Vec::new(), Vec::new()), "{name}");
    }
}
