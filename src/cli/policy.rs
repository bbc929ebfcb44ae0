//! `lockgate policy`: its types, and which command they call.

mod check;
mod input;
mod new;
mod test;
mod vendor;

use super::{Input, WhichConfig, session};
use crate::config::Config;
use crate::finding::Failure;
use crate::policy::test::files::{Files, policy_of};
use crate::policy::{self, Policies, seen};
use crate::report::terminal::Style;
use crate::tree::Tree;
use clap::{Args, Subcommand, ValueEnum};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What can be done with policies.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Check policies without running them.
    #[command(after_help = CHECK_EXIT_CODES)]
    Check {
        #[command(flatten)]
        which: Which,
    },
    /// Run the tests of policies: rules `test_*` in Rego, and migrations with expected findings.
    #[command(after_help = TEST_EXIT_CODES)]
    Test(Test),
    /// Write a policy, its test and its fixture, which pass.
    New {
        /// The policy's id.
        #[arg(value_name = "PACK/NAME")]
        id: String,
        /// The folder of all packs.
        #[arg(long, value_name = "FOLDER", default_value = FOLDER)]
        dir: PathBuf,
    },
    /// Print what a policy sees of migrations, as JSON: one document each.
    Input(Seen),
    /// Print the JSON Schema of what policies see.
    Schema,
    /// Copy the policies that `extends` names into the repository, and write policies.lock: nothing
    /// else uses the network.
    #[command(after_help = VENDOR_EXIT_CODES)]
    Vendor {
        #[command(flatten)]
        config: WhichConfig,
    },
}

/// What `policy input` takes.
#[derive(Debug, Args)]
pub struct Seen {
    #[command(flatten)]
    input: Input,
    /// Print the schema behind the last migration instead: `data.catalog`.
    #[arg(long)]
    catalog: bool,
}

/// What `policy test` takes.
#[derive(Debug, Args)]
pub struct Test {
    #[command(flatten)]
    which: Which,
    /// Only tests whose `pack/name/test` holds this text, or matches this regular expression.
    #[arg(long, value_name = "PATTERN")]
    run: Option<String>,
    /// How to write what became of them.
    #[arg(long, default_value = "text")]
    format: Format,
    /// Say which lines of the policies the tests reach.
    #[arg(long)]
    coverage: bool,
    /// The percentage of lines below which the run fails; says them too.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_coverage: Option<f64>,
}

/// Which policies.
#[derive(Debug, Args)]
pub struct Which {
    /// Policies, and folders of them.
    #[arg(value_name = "PATH", default_value = FOLDER)]
    paths: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For CI servers: JUnit's XML.
    Junit,
}

const FOLDER: &str = "policies";

const CHECK_EXIT_CODES: &str = "Exit codes: 0 nothing is wrong; 2 something is";

const TEST_EXIT_CODES: &str = "Exit codes: 0 all pass; 1 a test fails, or too few lines are \
                               reached; 2 something could not be run, or there is no test";

const VENDOR_EXIT_CODES: &str = "Exit codes: 0 all are copied; 2 something could not be fetched or \
                                 written";

fn percent(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number.filter(|it| (0.0..=100.0).contains(it)).ok_or_else(|| "write 0 to 100".to_owned())
}

/// Runs a command. The exit code.
pub fn run(command: &Policy, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    match command {
        Policy::Check { which } => check::run(which, out, style),
        Policy::Test(args) => test::run(args, out, style),
        Policy::Input(args) => input::run(args, out, style),
        Policy::Schema => seen::write_schema(out).map(|()| 0),
        Policy::Vendor { config } => vendor::run(config, out, style),
        Policy::New { id, dir } => new::run(id, dir, out, style),
    }
}

/// The policies of some paths, checked, and what tests them. Of a file alone: the policy that it is
/// or belongs to.
fn load(which: &Which) -> Result<(Policies, Files), Vec<Failure>> {
    let mut files = Files::default();
    for path in &which.paths {
        let shown = path.to_string_lossy().replace('\\', "/");
        let only = if path.is_file() { policy_of(&shown) } else { None };
        let folder = only.and_then(|policy| Path::new(policy).parent());
        let tree = session::work_tree(&[folder.unwrap_or(path).to_path_buf()])?;
        let only = only.map(|policy| tree.normal(policy));
        files.add(&tree, only.as_deref())?;
    }
    if files.policies.is_empty() {
        let paths: Vec<String> = which.paths.iter().map(|it| it.display().to_string()).collect();
        return Err(Failure::new(paths.join(", "), "holds no policy: a `<name>.rego`").into());
    }
    let mut policies = policy::load(files.policies.clone(), &Config::default())?;
    // The defaults of their parameters.
    policy::settle(&mut Config::default(), &mut policies)?;
    Ok((policies, files))
}
