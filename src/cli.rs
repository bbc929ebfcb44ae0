//! The command line: its types, and which command they call.

mod against;
mod baseline;
mod diff;
mod effects;
mod evidence;
mod exclude;
mod explain;
mod fix;
mod lint;
mod list;
mod manual;
mod policy;
mod rules;
mod schema;
mod session;
mod sources;

use crate::dialect::Dialect;
use crate::finding::Failure;
use crate::report::formats::{FORMATS, Format};
use crate::report::terminal::Style;
use crate::report::{Report, json};
use crate::statistics::POSTGRES_SQL;
use clap::builder::PossibleValue;
use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

/// Decides whether database schema migrations are safe to ship. Offline: no account, no database.
#[derive(Debug, Parser)]
#[command(name = "lockgate", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check migrations: what locks, rewrites, loses data, fails or breaks the running release.
    #[command(after_help = EXIT_CODES)]
    Lint(Lint),
    /// Write down what is found today, so that only what comes later counts; drop what is gone.
    Baseline(Baseline),
    /// Show which migrations there are, of which framework, in which order, and how they are run.
    List(List),
    /// Show what each statement locks, for how long in kind, and what waits meanwhile.
    Effects(Effects),
    /// Print the schema that the migrations make, each object in one spelling.
    Schema(Schema),
    /// Compare two schemas: what differs, what that breaks, and what depends on it.
    #[command(after_help = DIFF_EXIT_CODES)]
    Diff(Diff),
    /// Show all rules.
    Rules {
        /// How to write them.
        #[arg(long, default_value = "text")]
        format: TextFormat,
        #[command(flatten)]
        config: WhichConfig,
    },
    /// Print the query whose answer `--stats` takes: the sizes of a database's tables.
    Stats {
        /// The engine of the database.
        #[arg(long, value_name = "ENGINE", default_value = "postgres", value_parser = ["postgres"])]
        sql: String,
    },
    /// Write, check and test policies: rules of your own, in Rego.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Explain a rule: why, what to do instead, what it rests on, examples.
    Explain {
        /// The rule's id.
        rule: String,
        #[command(flatten)]
        config: WhichConfig,
    },
    /// Print what makes a shell complete this command line.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print a page of the manual, for `man`.
    Man {
        /// The command whose page it is, like `policy test` [default: the page of lockgate].
        #[arg(value_name = "COMMAND")]
        path: Vec<String>,
    },
}

const EXIT_CODES: &str = "Exit codes: 0 clean; 1 findings at or above --fail-on; 2 something could \
                          not be read or run; 3 a path holds no migration";

const DIFF_EXIT_CODES: &str = "A side is a dump or another SQL file, a folder of migrations, `-` for \
                               standard input,\nor `git:REF` or `git:REF:PATH` for what a commit \
                               has.\n\nExit codes: 0 equal; 1 different, or not all was understood; 2 something could not be \
                               read or run; 3 a path holds no migration";

/// What `lint` takes.
#[derive(Debug, Args)]
struct Lint {
    #[command(flatten)]
    input: Input,
    /// How to write the report.
    #[arg(long, value_enum, default_value = "terminal")]
    format: Format,
    /// Write the report to a file too; may be repeated: one run, many reports.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output)]
    output: Vec<(Format, PathBuf)>,
    /// Judge only the migrations that differ from this branch or commit; the others are history that
    /// tells the schema [default in a git repository, where no path is given: the base branch].
    #[arg(long, value_name = "REF", conflicts_with = "all")]
    against: Option<String>,
    /// Judge what the index holds: what the next commit adds to the base branch.
    #[arg(long, conflicts_with = "all")]
    staged: bool,
    /// Judge every migration, also those on the base branch.
    #[arg(long)]
    all: bool,
    /// The level from which on a finding fails the run [default: error].
    #[arg(long, value_name = "LEVEL", value_parser = crate::config::FailOn::WORDS)]
    fail_on: Option<String>,
    /// What must hold while old and new release run side by side [default: writers].
    #[arg(long, value_name = "PROMISE", value_parser = crate::config::Promise::WORDS)]
    promise: Option<String>,
    /// Files of the application: a drop or rename says which of them still use the name; may be
    /// repeated [default: `code` of lockgate.yaml].
    #[arg(long, value_name = "GLOB")]
    code: Vec<String>,
    /// A folder of Rego policies, or one of them, besides those of `policies` in lockgate.yaml; may
    /// be repeated.
    #[arg(long, value_name = "PATH")]
    policy: Vec<String>,
    /// Show notes too, which are else only counted.
    #[arg(long)]
    notes: bool,
    /// Show what the migrations change in the schema, below the findings; with --fix, show what that
    /// would change in the files, and write nothing.
    #[arg(long)]
    diff: bool,
    /// Fix what can be fixed mechanically in migrations that are new (named by their file, or not on
    /// the base branch), then check again.
    #[arg(long)]
    fix: bool,
}

/// What `baseline` takes.
#[derive(Debug, Args)]
struct Baseline {
    #[command(flatten)]
    input: Input,
    /// Only drop what is gone.
    #[arg(long)]
    prune: bool,
    /// Write in CI too (where the variable CI is set).
    #[arg(long)]
    force: bool,
}

/// What `list` takes.
#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    input: Input,
    /// How to write the list.
    #[arg(long, default_value = "text")]
    format: TextFormat,
}

/// What `effects` takes.
#[derive(Debug, Args)]
struct Effects {
    #[command(flatten)]
    input: Input,
    /// How to write it.
    #[arg(long, default_value = "text")]
    format: TextFormat,
}

/// What `schema` takes.
#[derive(Debug, Args)]
struct Schema {
    #[command(flatten)]
    input: Input,
    /// How to write it.
    #[arg(long, default_value = "sql")]
    format: SchemaFormat,
    /// Stop behind the migration of this version.
    #[arg(long, value_name = "VERSION")]
    at: Option<String>,
    /// Show the tables in which frameworks keep what they ran.
    #[arg(long)]
    bookkeeping: bool,
}

/// What `diff` takes.
#[derive(Debug, Args)]
struct Diff {
    /// What was: a file, a folder, `git:REF[:PATH]`, or `-`.
    #[arg(value_name = "FROM")]
    from: String,
    /// What is to be.
    #[arg(value_name = "TO")]
    to: String,
    /// How to write it.
    #[arg(long, default_value = "text")]
    format: DiffFormat,
    /// Constraints and indexes are the same where they say the same under another name.
    #[arg(long)]
    ignore_names: bool,
    /// Compare the tables in which frameworks keep what they ran too.
    #[arg(long)]
    bookkeeping: bool,
    #[command(flatten)]
    reading: HowToRead,
}

/// Where migrations come from, and what is known about them.
#[derive(Debug, Args)]
struct Input {
    /// Files and folders; `-` is standard input [default: `paths` of lockgate.yaml, else `.`].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// SQL of the schema that stood before the first migration; a dump may be packed (.gz, .zst).
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// How large the tables are, as JSON; `lockgate stats` prints the query that makes it.
    #[arg(long, value_name = "FILE")]
    stats: Option<PathBuf>,
    /// The name of the file that standard input stands for.
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<String>,
    #[command(flatten)]
    reading: HowToRead,
}

/// How migrations are read.
#[derive(Clone, Debug, Args)]
struct HowToRead {
    /// Engine and versions: postgres, postgres@16, postgres@13-17.
    #[arg(long)]
    dialect: Option<Dialect>,
    /// The framework that runs the migrations [default: found by their names and files].
    #[arg(long, value_name = "NAME")]
    framework: Option<String>,
    /// A placeholder's value; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = placeholder)]
    placeholder: Vec<(String, String)>,
    #[command(flatten)]
    config: WhichConfig,
}

/// Which config file counts.
#[derive(Clone, Debug, Args)]
struct WhichConfig {
    /// The config file [default: lockgate.yaml, sought upward to the root of the repository].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read no config file.
    #[arg(long, conflicts_with = "config")]
    no_config: bool,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).help(self.what))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SchemaFormat {
    /// Statements that make it.
    Sql,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// For people: each object with what differs.
    Text,
    /// The SQL of both sides in one spelling, as a unified diff.
    Unified,
    /// For a pull request.
    Markdown,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TextFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How much is written at once, in bytes.
const OUT_BYTES: usize = 256 * 1024;

/// `FORMAT=FILE`.
fn output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').unwrap_or((text, ""));
    if file.is_empty() {
        return Err("write FORMAT=FILE, like sarif=lockgate.sarif".to_owned());
    }
    let format = Format::from_str(format, false).map_err(|_| {
        let names = Format::value_variants().iter().filter_map(Format::to_possible_value);
        let names: Vec<String> = names.map(|it| it.get_name().to_owned()).collect();
        format!("`{format}` is no format; it is one of {}", names.join(", "))
    })?;
    Ok((format, PathBuf::from(file)))
}

fn placeholder(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs a command line: what was asked for goes to standard output, all else to standard error.
/// The exit code. A reader that went away (`| head`) is no failure.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> u8 {
    let argv: Vec<OsString> = argv.into_iter().collect();
    let cli = match Cli::try_parse_from(&argv) {
        Ok(cli) => cli,
        Err(error) => return not_run(&argv, &error),
    };
    let stdout = io::stdout();
    let is_terminal = stdout.is_terminal();
    let mut out = io::BufWriter::with_capacity(OUT_BYTES, stdout.lock());
    let style = style(cli.color, is_terminal);
    let result = match &cli.command {
        Command::Lint(args) => lint::run(args, &mut out, style),
        Command::Baseline(args) => baseline::run(args, &mut out, style),
        Command::List(args) => list::run(args, &mut out, style),
        Command::Effects(args) => effects::run(args, &mut out, style),
        Command::Schema(args) => schema::run(args, &mut out, style),
        Command::Diff(args) => diff::run(args, &mut out, style),
        Command::Rules { format, config } => rules::run(*format, config, &mut out, style),
        Command::Stats { sql: _ } => out.write_all(POSTGRES_SQL.as_bytes()).map(|()| 0),
        Command::Policy(command) => policy::run(command, &mut out, style),
        Command::Explain { rule, config } => explain::run(rule, config, &mut out, style),
        Command::Completions { shell } => manual::completions(*shell, &mut out),
        Command::Man { path } => manual::page(path, &mut out),
    };
    match result.and_then(|code| out.flush().map(|()| code)) {
        Ok(code) => code,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            // Where standard error is gone as well, the exit code still says it.
            let _ = writeln!(io::stderr(), "lockgate: cannot write the report: {error}");
            2
        }
    }
}

/// Says why a command line cannot be run, or answers `--help` and `--version`. The exit code.
fn not_run(argv: &[OsString], error: &clap::Error) -> u8 {
    let asks_json = argv.windows(2).any(|pair| pair == ["--format", "json"])
        || argv.iter().any(|argument| argument == "--format=json");
    if error.use_stderr() && asks_json {
        let message = error.render().to_string();
        let message = message.trim_start_matches("error: ").split("\n\n").next().unwrap_or("");
        let report = Report::failed(vec![Failure::new("command line", message)]);
        // The exit code says it, whoever reads the text.
        let _ = json::lint(&mut io::stdout().lock(), &report);
    }
    // `lockgate --help | head` is no failure, so a pipe that breaks here changes no code.
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(2)
}

/// Colours for a terminal unless `NO_COLOR` is set (no-color.org: to anything but nothing).
fn style(color: ColorChoice, is_terminal: bool) -> Style {
    const WIDTH: usize = 80;
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let color = match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => is_terminal && set("NO_COLOR").is_none(),
    };
    let columns = set("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
    let width = columns.unwrap_or(WIDTH).clamp(60, 120);
    Style { color, width, notes: false }
}
