//! Compares lockgate's reading of PostgreSQL statements with PostgreSQL's own parser.
//!
//! `lockgate-oracle [--seed N --sample COUNT] PATH...` reads every `.sql` file below the paths
//! and prints the share of agreement and each class of disagreement. It exits 0 whatever it
//! finds, 2 when it cannot run.

mod compare;
mod fact;
mod ours;
mod pg;
mod report;
mod sample;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// As the threads that parse in lockgate itself, with room for the walk over PostgreSQL's tree.
const STACK_BYTES: usize = 256 << 20;

fn main() -> ExitCode {
    let outcome = arguments(std::env::args().skip(1)).and_then(|arguments| {
        std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn(move || run(&arguments))
            .map_err(|error| error.to_string())?
            .join()
            .map_err(|_| "the comparison panicked".to_owned())?
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "oracle: {message}");
            ExitCode::from(2)
        }
    }
}

struct Arguments {
    paths: Vec<PathBuf>,
    seed: u64,
    sample: usize,
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments { paths: Vec::new(), seed: 1, sample: 0 };
    while let Some(word) = words.next() {
        let mut number = || {
            let value = words.next().unwrap_or_default();
            value.parse::<u64>().map_err(|_| format!("{word} takes a number, not `{value}`"))
        };
        match word.as_str() {
            "--seed" => arguments.seed = number()?,
            "--sample" => arguments.sample = usize::try_from(number()?).unwrap_or(usize::MAX),
            flag if flag.starts_with("--") => return Err(format!("unknown option {flag}")),
            path => arguments.paths.push(PathBuf::from(path)),
        }
    }
    match arguments.paths.is_empty() {
        true => Err("usage: scripts/oracle [--seed N --sample COUNT] PATH...".to_owned()),
        false => Ok(arguments),
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let mut files = Vec::new();
    for path in &arguments.paths {
        collect(path, &mut files).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        return Err("no .sql file below the paths".to_owned());
    }
    // A panic is caught, counted and shown; its message would only drown the report.
    std::panic::set_hook(Box::new(|_| {}));
    let mut tally = compare::Tally::default();
    let mut sample = sample::Sample::new(arguments.seed, arguments.sample);
    for path in &files {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        compare::file(&path.to_string_lossy(), &bytes, &mut tally, &mut sample);
    }
    let mut out = std::io::stdout().lock();
    report::write(&mut out, &tally).and_then(|()| sample.write(&mut out)).map_err(|e| e.to_string())
}

/// Every `.sql` file at or below `path`.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        std::fs::metadata(path)?;
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let is_sql = entry.path().extension().is_some_and(|extension| extension == "sql");
        if kind.is_dir() || (kind.is_file() && is_sql) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments, String> {
        arguments(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn arguments_are_read_or_refused() {
        let read_well = read(&["--seed", "7", "a", "--sample", "50", "b"]).unwrap();
        assert_eq!((read_well.seed, read_well.sample, read_well.paths.len()), (7, 50, 2));
        assert!(read(&[]).is_err_and(|message| message.starts_with("usage")));
        assert!(read(&["--seed", "x", "a"]).is_err_and(|message| message.contains("`x`")));
        assert!(read(&["--nonsense"]).is_err_and(|message| message.contains("--nonsense")));
    }
}
