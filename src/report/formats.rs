//! Every format of `lint`'s report, in one table: the flag, its help and the page of them.

use crate::report::terminal::{self, Style};
use crate::report::{
    Report, azure, checkstyle, concise, github, gitlab, json, junit, markdown, rdjson, sarif,
    teamcity,
};
use std::fmt::Write as _;
use std::io::{self, Write};

/// A format.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is, in a few words.
    pub what: &'static str,
    /// Who reads it, and what it holds: sentences.
    pub about: &'static str,
    /// How it is used: lines of a shell, or of a CI system's file.
    example: &'static str,
    /// Writes a report in it.
    pub write: fn(&mut dyn Write, &Report, Style) -> io::Result<()>,
}

/// The format for people, which needs no name.
pub const TERMINAL: Format = Format {
    name: "terminal",
    what: "For people",
    about: "Each finding with its place in the source, then the counts and the verdict.",
    example: "lockgate lint",
    write: terminal::lint,
};

/// All of them.
pub const FORMATS: &[Format] = &[
    TERMINAL,
    Format {
        name: "json",
        what: "For programs",
        about: "All that is known of the run: findings in every state, migrations, statements, sets. \
                A key never changes its meaning within one `schema_version`.",
        example: "lockgate lint --format json | jq '.findings[] | select(.state == \"reported\")'",
        write: |out, report, _| json::lint(out, report),
    },
    Format {
        name: "github",
        what: "GitHub workflow commands: annotations on the diff",
        about: "For a step of GitHub Actions. It needs no token and no permission, so it works on \
                pull requests from forks. GitHub shows ten annotations of each level; the worst come \
                first, and the log lists the others.",
        example: "lockgate lint --format github",
        write: |out, report, style| github::lint(out, report, style.notes),
    },
    Format {
        name: "concise",
        what: "One line for each finding",
        about: "For editors and `grep`: `file:line:column: level[rule] message`, and the verdict as \
                the last line.",
        example: "vim -q <(lockgate lint --format concise)",
        write: |out, report, style| concise::lint(out, report, style.notes),
    },
    Format {
        name: "jsonl",
        what: "For programs, one finding a line",
        about: "The findings of `json`, one JSON object a line.",
        example: "lockgate lint --format jsonl >> findings.jsonl",
        write: |out, report, _| json::lines(out, report),
    },
    Format {
        name: "sarif",
        what: "SARIF 2.1.0, for code scanning",
        about: "For GitHub code scanning, Jenkins' warnings plugin and editors. Findings that do not \
                count are there as suppressed, with the reason that was given. It holds 25,000 \
                results at most, the worst; code scanning follows a finding by its fingerprint, not \
                by its line.",
        example: "lockgate lint --output sarif=lockgate.sarif",
        write: |out, report, _| sarif::lint(out, report),
    },
    Format {
        name: "gitlab",
        what: "GitLab Code Quality",
        about: "For GitLab: the findings stand beside the lines of the merge request. Paths are \
                relative to the current folder, so run it at the top of the repository.",
        example: "lockgate:\n  script: lockgate lint --output gitlab=gl-code-quality-report.json\n  \
                  artifacts:\n    when: always\n    reports:\n      codequality: \
                  gl-code-quality-report.json",
        write: |out, report, style| gitlab::lint(out, report, style.notes),
    },
    Format {
        name: "junit",
        what: "JUnit XML",
        about: "For the test views of Jenkins, GitLab, CircleCI, Azure and TeamCity. A file is a \
                suite; a finding that fails the run is a failed case, another one a passed case with \
                output, and a file without findings has one passed case.",
        example: "lockgate lint --output junit=lockgate-junit.xml",
        write: |out, report, style| junit::lint(out, report, style.notes),
    },
    Format {
        name: "checkstyle",
        what: "Checkstyle XML",
        about: "For Jenkins' warnings plugin, reviewdog and whatever else reads Checkstyle.",
        example: "lockgate lint --output checkstyle=lockgate-checkstyle.xml",
        write: |out, report, style| checkstyle::lint(out, report, style.notes),
    },
    Format {
        name: "rdjson",
        what: "For reviewdog",
        about: "For reviewdog, which comments on pull requests of GitHub, GitLab, Bitbucket and \
                Gitea. Its columns count bytes, as reviewdog wants them.",
        example: "lockgate lint --format rdjson | reviewdog -f=rdjson -reporter=github-pr-review",
        write: |out, report, style| rdjson::lint(out, report, style.notes),
    },
    Format {
        name: "azure",
        what: "Azure Pipelines logging commands",
        about: "For a step of Azure Pipelines: each finding is an error or a warning of the run. \
                Azure knows no third level, so a note is a warning where notes are asked for.",
        example: "lockgate lint --format azure",
        write: |out, report, style| azure::lint(out, report, style.notes),
    },
    Format {
        name: "teamcity",
        what: "TeamCity service messages",
        about: "For a step of TeamCity: each finding is an inspection.",
        example: "lockgate lint --format teamcity",
        write: |out, report, style| teamcity::lint(out, report, style.notes),
    },
    Format {
        name: "markdown",
        what: "For a pull request or a job summary",
        about: "The findings, worst first, and with `--diff` what changes in the schema. It has at \
                most 60,000 bytes, so that it fits a comment; what does not fit is counted.",
        example: "lockgate lint --diff --output markdown=\"$GITHUB_STEP_SUMMARY\"",
        write: |out, report, style| markdown::lint(out, report, style.notes),
    },
];

/// The page of them, for `docs/reports.md`.
pub fn page() -> String {
    let mut text = String::from(
        "# Reports\n\n`lockgate lint --format FORMAT` writes to standard output; `--output \
         FORMAT=FILE` writes to a file too and may be repeated: one run, many reports. All say the \
         same, and the exit code never depends on a format. Lines and columns count from 1. What could \
         not be read or run is in each report, as an error.\n\n```sh\nlockgate lint --format github \
         --output sarif=lockgate.sarif --output junit=lockgate.xml\n```\n\nReports of the findings \
         that count have no notes, unless `--notes` asks for them; `json`, `jsonl` and `sarif` hold \
         every finding with its state.\n\n| format | what |\n| --- | --- |\n",
    );
    for Format { name, what, .. } in FORMATS {
        let _ = writeln!(text, "| [{name}](#{name}) | {what} |");
    }
    for Format { name, about, example, .. } in FORMATS {
        let language = if example.contains('\n') { "yaml" } else { "sh" };
        let _ = writeln!(text, "\n## {name}\n\n{about}\n\n```{language}\n{example}\n```");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_page_is_what_the_table_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reports.md");
        let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
        assert.eq(page(), snapbox::Data::read_from(&path, None).raw());
    }
}
