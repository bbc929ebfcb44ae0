//! JUnit's XML, for the test view of Jenkins, GitLab, CircleCI and Azure.

use crate::finding::Level;
use crate::report::Report;
use crate::report::placed::{Placed, of_failure};
use crate::report::xml::escaped;
use crate::source::Place;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Cases that belong together: those of one file, say.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// They, in order.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// Its line there, from 1.
    pub line: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// What it printed.
    pub output: String,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is as wanted.
    Passed,
    /// It is not: one line, and all that is to be said.
    Failed(String, String),
    /// It could not be run: likewise.
    Broken(String, String),
    /// It was left out, and why.
    Skipped(String),
}

/// Writes the report of `lint`: one suite for each file, one case for each finding that counts, and one
/// that passes where a file has none. What does not fail the run is a passed case with the finding as
/// its output.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    let mut files: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    for line in &report.migrations {
        files.entry(&line.file).or_default();
    }
    for placed in report.placed(if notes { Level::Note } else { Level::Warning }) {
        let case = of_finding(&placed, placed.judged.fails(report.fail_on));
        files.entry(placed.path).or_default().push(case);
    }
    for failure in &report.failures {
        let (path, place) = of_failure(failure);
        let line = place.map_or(1, |place| place.line);
        let outcome = Outcome::Broken(failure.message.clone(), String::new());
        let name = "lockgate could read this";
        files.entry(path).or_default().push(case(name, path, line, outcome));
    }
    let suites = files.into_iter().map(|(path, mut cases)| {
        if cases.is_empty() {
            cases.push(case("safe to ship", path, 1, Outcome::Passed));
        }
        Suite { name: path.to_owned(), cases }
    });
    write(out, "lockgate", &suites.collect::<Vec<_>>())
}

fn of_finding(placed: &Placed<'_>, fails: bool) -> Case {
    let finding = placed.finding();
    let Place { line, column } = placed.start;
    let name = format!("{} at line {line}, column {column}", finding.rule);
    let text = format!("{}[{}]: {}", finding.level, finding.rule, placed.text());
    let outcome = match fails {
        true => Outcome::Failed(finding.message.clone(), text.clone()),
        false => Outcome::Passed,
    };
    let output = if fails { String::new() } else { text };
    Case { output, ..case(&name, placed.path, line, outcome) }
}

fn case(name: &str, file: &str, line: u32, outcome: Outcome) -> Case {
    Case { name: name.to_owned(), file: file.to_owned(), line, outcome, output: String::new() }
}

impl Suite {
    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.cases.iter().filter(|case| is(&case.outcome)).count()
    }

    fn failed(&self) -> usize {
        self.count(|it| matches!(it, Outcome::Failed(..)))
    }

    fn broken(&self) -> usize {
        self.count(|it| matches!(it, Outcome::Broken(..)))
    }

    fn skipped(&self) -> usize {
        self.count(|it| matches!(it, Outcome::Skipped(_)))
    }
}

/// Writes suites.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, name: &str, suites: &[Suite]) -> io::Result<()> {
    let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        escaped(name),
        sum(|it| it.cases.len()),
        sum(Suite::failed),
        sum(Suite::broken),
        sum(Suite::skipped),
    )?;
    for suite in suites {
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
            escaped(&suite.name),
            suite.cases.len(),
            suite.failed(),
            suite.broken(),
            suite.skipped(),
        )?;
        for case in &suite.cases {
            write_case(out, &suite.name, case)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn write_case(out: &mut dyn Write, suite: &str, case: &Case) -> io::Result<()> {
    write!(
        out,
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\"",
        escaped(&case.name),
        escaped(suite),
        escaped(&case.file),
        case.line
    )?;
    if case.outcome == Outcome::Passed && case.output.is_empty() {
        return writeln!(out, "/>");
    }
    writeln!(out, ">")?;
    let told = |tag, line: &str, text: &str| {
        format!("      <{tag} message=\"{}\">{}</{tag}>\n", escaped(line), escaped(text))
    };
    let outcome = match &case.outcome {
        Outcome::Passed => String::new(),
        Outcome::Failed(line, text) => told("failure", line, text),
        Outcome::Broken(line, text) => told("error", line, text),
        Outcome::Skipped(why) => format!("      <skipped message=\"{}\"/>\n", escaped(why)),
    };
    write!(out, "{outcome}")?;
    if !case.output.is_empty() {
        writeln!(out, "      <system-out>{}</system-out>", escaped(&case.output))?;
    }
    writeln!(out, "    </testcase>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_xml_is_written_otherwise() {
        let case = |name: &str, outcome| Case {
            name: name.to_owned(),
            file: "a.rego".to_owned(),
            line: 3,
            outcome,
            output: String::new(),
        };
        let failed = Outcome::Failed("1 < 2".into(), "a\n\"b\" & \u{1b}[31m]]>".into());
        let cases = vec![
            case("x", Outcome::Passed),
            case("y", failed),
            case("z", Outcome::Skipped("not yet".into())),
            Case { output: "hello".into(), ..case("p", Outcome::Passed) },
            case("e", Outcome::Broken("no".into(), String::new())),
        ];
        let mut out = Vec::new();
        write(&mut out, "policies", &[Suite { name: "a/b".into(), cases }]).unwrap();
        let wanted = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites name=\"policies\" tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"1\">
  <testsuite name=\"a/b\" tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"1\">
    <testcase name=\"x\" classname=\"a/b\" file=\"a.rego\" line=\"3\"/>
    <testcase name=\"y\" classname=\"a/b\" file=\"a.rego\" line=\"3\">
      <failure message=\"1 &lt; 2\">a&#10;&quot;b&quot; &amp; \u{fffd}[31m]]&gt;</failure>
    </testcase>
    <testcase name=\"z\" classname=\"a/b\" file=\"a.rego\" line=\"3\">
      <skipped message=\"not yet\"/>
    </testcase>
    <testcase name=\"p\" classname=\"a/b\" file=\"a.rego\" line=\"3\">
      <system-out>hello</system-out>
    </testcase>
    <testcase name=\"e\" classname=\"a/b\" file=\"a.rego\" line=\"3\">
      <error message=\"no\"></error>
    </testcase>
  </testsuite>
</testsuites>
";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
