//! The files of docs/ci: their commands run here, on a scratch repository, with a `curl` that hands out
//! this test's program. And what packages say of the version is the same everywhere.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const BAD: &str = "CREATE INDEX orders_state ON orders (state);\n";
const GOOD: &str = "SET lock_timeout = '2s';\nALTER TABLE orders ADD COLUMN note text;\n";

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap()
}

/// A clone as CI systems make it, of a branch with one new migration, and a folder of programs.
struct Scratch {
    folder: PathBuf,
    sum: String,
}

impl Scratch {
    fn new(name: &str, migration: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("recipes-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        let mut it = Self { folder, sum: String::new() };
        it.write(
            "shop/db/migration/V1__o.sql",
            "CREATE TABLE orders (id bigint PRIMARY KEY, state text);\n",
        );
        it.git(&["init", "-q", "-b", "main"]);
        it.commit();
        it.git(&["tag", "deployed"]);
        it.git(&["switch", "-q", "-c", "feature"]);
        it.write("shop/db/migration/V2__n.sql", migration);
        it.commit();
        it.git(&["switch", "-q", "main"]);
        let clone = it.folder.join("clone");
        let mut git = Command::new("git");
        git.args(["clone", "-q", "--no-local", "--single-branch", "--branch", "feature"]);
        assert!(git.arg(it.folder.join("shop")).arg(&clone).status().unwrap().success());
        let fetch = ["fetch", "-q", "origin", "refs/tags/deployed:refs/tags/deployed"];
        assert!(Command::new("git").arg("-C").arg(&clone).args(fetch).status().unwrap().success());
        let archive = it.folder.join("archive.tar.gz");
        it.program("lockgate", &format!("exec {} \"$@\"\n", env!("CARGO_BIN_EXE_lockgate")));
        let mut tar = Command::new("tar");
        tar.arg("-czf").arg(&archive).arg("-C").arg(it.folder.join("bin"));
        assert!(tar.arg("lockgate").status().unwrap().success());
        std::fs::remove_file(it.folder.join("bin/lockgate")).unwrap();
        let sum = Command::new("sha256sum").arg(&archive).output().unwrap().stdout;
        it.sum = String::from_utf8(sum).unwrap().split(' ').next().unwrap().to_owned();
        it.program(
            "curl",
            "while [[ $1 != -o ]]; do shift; done\n\
             [[ $3 == https://github.com/lockgate/lockgate/releases/download/v0.1.0/lockgate-v0.1.0-\
             x86_64-unknown-linux-musl.tar.gz ]]\ncp \"$ARCHIVE\" \"$2\"\n",
        );
        for tool in ["flyway", "liquibase"] {
            it.program(tool, "echo \"it runs: $0 $*\"\n");
        }
        it
    }

    fn program(&self, name: &str, script: &str) {
        self.write(&format!("bin/{name}"), &format!("#!/usr/bin/env bash\nset -eu\n{script}"));
        let path = self.folder.join("bin").join(name);
        assert!(Command::new("chmod").arg("+x").arg(path).status().unwrap().success());
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let named = ["-c", "user.name=n", "-c", "user.email=e@example.org"];
        let mut git = Command::new("git");
        let done = git.arg("-C").arg(self.folder.join("shop")).args(named).args(arguments).output();
        assert!(done.unwrap().status.success(), "{arguments:?}");
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "a change"]);
    }

    /// Runs a script in the clone; /tmp and /usr/local/bin of the recipes are folders of this test.
    fn run(&self, shell: &str, script: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
        let bin = self.folder.join("bin").to_str().unwrap().to_owned();
        let script = script.replace("/tmp", &bin).replace("/usr/local/bin", &bin);
        let path = format!("{bin}:{}", std::env::var("PATH").unwrap());
        let mut program = Command::new(shell);
        program.args(["-e", "-c", &script]).current_dir(self.folder.join("clone")).env_clear();
        program.env("PATH", path).env("ARCHIVE", self.folder.join("archive.tar.gz"));
        program.env("LOCKGATE_VERSION", "0.1.0").env("LOCKGATE_SHA256", &self.sum);
        let output = program.envs(variables.iter().copied()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    fn has(&self, file: &str) -> bool {
        self.folder.join("clone").join(file).exists()
    }
}

/// The lines of a list in YAML as one script.
fn script(list: &Value) -> String {
    let lines: Vec<&str> = list.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    lines.join("\n")
}

/// Runs a recipe that downloads lockgate: a bad migration fails it, a good one does not, and neither
/// does anything with another checksum.
fn gate(name: &str, shell: &str, script: &str, variables: &[(&str, &str)], files: &[&str]) {
    let bad = Scratch::new(&format!("{name}-bad"), BAD);
    let (code, said) = bad.run(shell, script, variables);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("index-not-concurrent"), "{said}");
    assert!(files.iter().all(|file| bad.has(file)));
    let good = Scratch::new(&format!("{name}-good"), GOOD);
    let (code, said) = good.run(shell, script, variables);
    assert_eq!(code, Some(0), "{said}");
    let wrong = "0".repeat(64);
    let other = [variables, &[("LOCKGATE_SHA256", wrong.as_str())]].concat();
    let (code, said) = good.run(shell, script, &other);
    assert!(code == Some(1) && said.contains("FAILED"), "{said}");
}

#[test]
fn gitlab() {
    let job = &yaml("docs/ci/gitlab-ci.yml")["lockgate"];
    let script = format!("{}\n{}", script(&job["before_script"]), script(&job["script"]));
    let target = [("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")];
    gate("gitlab", "bash", &script, &target, &["gl-code-quality-report.json", "lockgate.xml"]);
}

#[test]
fn azure() {
    let pipeline = yaml("docs/ci/azure-pipelines.yml");
    let steps = pipeline["steps"].as_array().unwrap().iter().filter_map(|it| it["bash"].as_str());
    let fetch = "git fetch -q origin '+refs/heads/*:refs/remotes/origin/*'\n";
    let script = format!("{fetch}{}", steps.collect::<String>());
    let target = [("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main")];
    gate("azure", "bash", &script, &target, &["lockgate.xml"]);
}

#[test]
fn jenkins() {
    let text = read("docs/ci/Jenkinsfile");
    let script: String = text.split("'''").skip(1).step_by(2).collect();
    let files = ["lockgate-checkstyle.xml", "lockgate.xml"];
    gate("jenkins", "sh", &script, &[("CHANGE_TARGET", "main")], &files);
}

#[test]
fn a_deploy_starts_only_where_the_gate_passes() {
    for (tool, command) in [("flyway", "flyway migrate"), ("liquibase", "liquibase update")] {
        let script = read(&format!("docs/ci/{tool}.sh"));
        for (name, migration, wanted) in [("bad", BAD, false), ("good", GOOD, true)] {
            let scratch = Scratch::new(&format!("{tool}-{name}"), migration);
            scratch
                .program("lockgate", &format!("exec {} \"$@\"\n", env!("CARGO_BIN_EXE_lockgate")));
            let (code, said) = scratch.run("bash", &script, &[("DEPLOYED", "deployed")]);
            assert_eq!(code, Some(if wanted { 0 } else { 1 }), "{said}");
            assert_eq!(said.contains(&format!("bin/{command}")), wanted, "{said}");
            let (code, said) = scratch.run("bash", &script, &[]);
            assert!(code != Some(0) && said.contains("DEPLOYED"), "{said}");
            let (code, said) = scratch.run("bash", &script, &[("DEPLOYED", "v99")]);
            assert!(code == Some(2) && !said.contains("it runs"), "{said}");
        }
    }
}

#[test]
fn the_jobs_of_kubernetes_run_what_the_image_has() {
    for file in ["docs/ci/kubernetes-job.yaml", "docs/ci/argocd-presync.yaml"] {
        let spec = &yaml(file)["spec"]["template"]["spec"];
        let arguments = spec["containers"][0]["args"].as_array().unwrap();
        for (name, migration, code) in [("bad", BAD, 1), ("good", GOOD, 0)] {
            let scratch = Scratch::new(&format!("job-{name}"), migration);
            let mut program = Command::new(env!("CARGO_BIN_EXE_lockgate"));
            program.args(arguments.iter().map(|it| it.as_str().unwrap()));
            // No git there.
            program.env_clear().current_dir(scratch.folder.join("clone"));
            assert_eq!(program.output().unwrap().status.code(), Some(code), "{file}");
        }
    }
}

#[test]
fn hooks_and_other_files_name_commands_that_exist() {
    let lefthook = yaml("docs/ci/lefthook.yml");
    let hooks = yaml(".pre-commit-hooks.yaml");
    let husky = read("docs/ci/husky-pre-commit");
    let mut commands = vec![
        lefthook["pre-commit"]["commands"]["lockgate"]["run"].as_str().unwrap(),
        lefthook["pre-push"]["commands"]["lockgate"]["run"].as_str().unwrap(),
        husky.split("--no-install ").nth(1).unwrap(),
    ];
    commands.extend(hooks.as_array().unwrap().iter().map(|hook| hook["entry"].as_str().unwrap()));
    let scratch = Scratch::new("hooks", BAD);
    scratch.program("lockgate", &format!("exec {} \"$@\"\n", env!("CARGO_BIN_EXE_lockgate")));
    for command in commands {
        let fetch = "git fetch -q origin '+refs/heads/main:refs/remotes/origin/main'\n";
        let (code, said) = scratch.run("sh", &format!("{fetch}{command}"), &[]);
        assert!(code == Some(1) && said.contains("index-not-concurrent"), "{command}: {said}");
    }
    // Each file is named in the list.
    let list = read("docs/ci/README.md");
    for file in std::fs::read_dir("docs/ci").unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || list.contains(&format!("]({name})")), "{name}");
    }
}

#[test]
fn packages_have_one_version() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(read("setup.py").contains(&format!("\"lockgate=={version}\"")));
    let package: Value = serde_json::from_str(&read("npm/lockgate/package.json")).unwrap();
    assert_eq!(package["version"], version);
    let platforms: Value = serde_json::from_str(&read("npm/platforms.json")).unwrap();
    let dependencies = package["optionalDependencies"].as_object().unwrap();
    let release = read(".github/workflows/release.yml");
    let chosen = read("support/action/choose.sh");
    let platforms = platforms.as_object().unwrap();
    assert_eq!(platforms.len(), dependencies.len());
    for (platform, target) in platforms {
        let target = target.as_str().unwrap();
        assert_eq!(dependencies[&format!("@lockgate/{platform}")], version);
        assert!(
            release.contains(&format!("target: {target}, platform: {platform} }}")),
            "{target}"
        );
        assert!(chosen.contains(&format!("target={target} ;;")), "{target}");
    }
    for file in std::fs::read_dir("docs/ci").unwrap() {
        let path = file.unwrap().path();
        for line in std::fs::read_to_string(&path).unwrap().split('\n') {
            let names =
                ["lockgate/lockgate@v", "LOCKGATE_VERSION: ", "LOCKGATE_VERSION = ", "rev: v"];
            let named = names.iter().any(|name| line.contains(name));
            assert!(!named || line.contains(version), "{}: {line}", path.display());
        }
    }
}
