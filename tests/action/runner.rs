//! A small GitHub runner: the `run:` steps of action.yml with bash, in the order and with the
//! environment that the real one gives them. An expression that it does not know fails the test.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What became of a run.
pub struct Ran {
    /// 0, or the code of the step that failed.
    pub code: i32,
    /// Standard output of all steps.
    pub log: String,
    /// The job summary.
    pub summary: String,
    /// The outputs of the action.
    pub outputs: BTreeMap<String, String>,
}

/// A run of the action.
pub struct Runner {
    /// The workspace.
    pub workspace: PathBuf,
    /// RUNNER_TEMP.
    pub temp: PathBuf,
    /// `inputs.x` as the workflow gives them.
    pub inputs: BTreeMap<String, String>,
    /// What `github.x` is; what is not here is nothing.
    pub github: BTreeMap<String, String>,
    /// Further variables of the job.
    pub variables: BTreeMap<String, String>,
}

impl Runner {
    /// Runs the steps of an action.
    pub fn run(&self, action: &Value) -> Ran {
        let mut inputs = BTreeMap::new();
        let none = BTreeMap::new();
        for (name, input) in action["inputs"].as_object().unwrap() {
            let default = input["default"].as_str().unwrap();
            let default =
                Values { inputs: &none, github: &self.github, steps: &none }.text(default);
            inputs.insert(name.clone(), self.inputs.get(name).cloned().unwrap_or(default));
        }
        let unknown = self.inputs.keys().find(|name| !inputs.contains_key(*name));
        assert_eq!(unknown, None, "an input that action.yml does not have");
        let mut steps = BTreeMap::new();
        let mut ran =
            Ran { code: 0, log: String::new(), summary: String::new(), outputs: BTreeMap::new() };
        for step in action["runs"]["steps"].as_array().unwrap() {
            let values = Values { inputs: &inputs, github: &self.github, steps: &steps };
            let condition = step["if"].as_str().unwrap_or("");
            let goes_on = ran.code == 0 || condition.contains("always()");
            let Some(script) = step["run"].as_str() else { continue };
            if !goes_on || !(condition.is_empty() || values.holds(condition)) {
                continue;
            }
            assert_eq!(step["shell"], "bash");
            assert!(!script.contains("${{"), "an expression is pasted into a script: {script}");
            let environment = step["env"].as_object().unwrap();
            let environment: Vec<(&String, String)> = environment
                .iter()
                .map(|(name, it)| (name, values.text(it.as_str().unwrap())))
                .collect();
            let id = step["id"].as_str().unwrap();
            let code = self.step(id, script, &environment, &mut ran, &mut steps);
            ran.code = if ran.code == 0 { code } else { ran.code };
        }
        let values = Values { inputs: &inputs, github: &self.github, steps: &steps };
        for (name, output) in action["outputs"].as_object().unwrap() {
            ran.outputs.insert(name.clone(), values.text(output["value"].as_str().unwrap()));
        }
        ran
    }

    fn step(
        &self,
        id: &str,
        script: &str,
        environment: &[(&String, String)],
        ran: &mut Ran,
        steps: &mut BTreeMap<String, String>,
    ) -> i32 {
        let file = |name: &str| {
            let path = self.temp.join(format!("{id}-{name}"));
            std::fs::write(&path, "").unwrap();
            path
        };
        let (said, summary, script_file) = (file("output"), file("summary"), file("script.sh"));
        std::fs::write(&script_file, script).unwrap();
        // What `shell: bash` stands for.
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&script_file)
            .current_dir(&self.workspace)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR"))
            .env("GITHUB_OUTPUT", &said)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .env("RUNNER_TEMP", &self.temp)
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .envs(&self.variables)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        ran.log.push_str(&String::from_utf8_lossy(&output.stdout));
        ran.log.push_str(&String::from_utf8_lossy(&output.stderr));
        ran.summary.push_str(&read(&summary));
        for line in read(&said).split('\n').filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once('=').unwrap();
            steps.insert(format!("{id}.outputs.{name}"), value.to_owned());
        }
        output.status.code().unwrap()
    }
}

/// What expressions see.
struct Values<'a> {
    inputs: &'a BTreeMap<String, String>,
    github: &'a BTreeMap<String, String>,
    steps: &'a BTreeMap<String, String>,
}

impl Values<'_> {
    /// A text of action.yml with its expressions filled in.
    fn text(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (expression, after) = after.split_once("}}").unwrap();
            filled.push_str(before);
            filled.push_str(&self.first(expression));
            rest = after;
        }
        filled + rest
    }

    /// The first of `a || b || c` that is something.
    fn first(&self, expression: &str) -> String {
        let mut values = expression.split("||").map(|it| self.value(it.trim()));
        values.find(|value| !value.is_empty()).unwrap_or_default()
    }

    /// `a == 'x' && b != 'y' && always()`.
    fn holds(&self, condition: &str) -> bool {
        condition.split("&&").map(str::trim).all(|part| match part {
            "always()" => true,
            _ => match (part.split_once("=="), part.split_once("!=")) {
                (Some((left, right)), _) => self.value(left.trim()) == self.value(right.trim()),
                (_, Some((left, right))) => self.value(left.trim()) != self.value(right.trim()),
                _ => panic!("a condition that is not known: {part}"),
            },
        })
    }

    fn value(&self, word: &str) -> String {
        if let Some(text) = word.strip_prefix('\'') {
            return text.strip_suffix('\'').unwrap().to_owned();
        }
        let found = match word.split_once('.') {
            Some(("inputs", name)) => {
                Some(self.inputs.get(name).unwrap_or_else(|| panic!("there is no input {name}")))
            }
            Some(("github", name)) => self.github.get(name),
            Some(("steps", name)) => self.steps.get(name),
            _ => panic!("an expression that is not known: {word}"),
        };
        found.cloned().unwrap_or_default()
    }
}
