//! JSON, for programs. Keys are only ever added.

pub mod diff;
pub mod schema;

use crate::config::Mode;
use crate::effects::Touch;
use crate::finding::Failure;
use crate::judge::Judged;
use crate::report::effects::StatementLine;
use crate::report::{Counts, MigrationLine, Report, SCHEMA_VERSION};
use crate::rules::Rule;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Lint<'a> {
    schema_version: u32,
    verdict: &'static str,
    findings: Vec<Finding<'a>>,
    statements: Statements,
    migrations: Vec<Migration<'a>>,
    /// The ids of those that were asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<&'static str>,
    #[serde(flatten)]
    rest: Rest<'a>,
}

/// What was not checked: the end of each document about migrations.
#[derive(Serialize)]
struct Rest<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<LeftOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dumps_left_out: Vec<Dump<'a>>,
    errors: Vec<Error<'a>>,
}

#[derive(Serialize)]
struct LeftOut<'a> {
    root: &'a str,
    framework: &'static str,
    database: Option<&'static str>,
    migrations: usize,
}

#[derive(Serialize)]
struct Dump<'a> {
    file: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'static str,
    level: &'static str,
    state: &'static str,
    /// Where it is not `enforce`.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'static str>,
    message: &'a str,
    help: Option<&'a str>,
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    subject: String,
    breaks: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// Who answers for its waiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<&'a serde_json::Value>,
}

#[derive(Serialize)]
struct Statements {
    total: usize,
    understood: usize,
    opaque: usize,
    unread: usize,
}

#[derive(Serialize)]
struct Migration<'a> {
    file: &'a str,
    version: &'a str,
    framework: &'static str,
    dialect: Option<String>,
    direction: &'static str,
    transaction: &'static str,
}

#[derive(Serialize)]
struct Error<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    message: &'a str,
}

#[derive(Serialize)]
struct List<'a> {
    schema_version: u32,
    sets: Vec<Set<'a>>,
    migrations: Vec<Listed<'a>>,
    #[serde(flatten)]
    rest: Rest<'a>,
}

#[derive(Serialize)]
struct Set<'a> {
    framework: &'static str,
    root: &'a str,
    why: &'a str,
    dialect: Option<String>,
    dialect_why: &'a str,
}

#[derive(Serialize)]
struct Listed<'a> {
    set: usize,
    order: usize,
    #[serde(flatten)]
    migration: Migration<'a>,
    statements: Statements,
}

#[derive(Serialize)]
struct Effects<'a> {
    schema_version: u32,
    statements: Vec<Effect<'a>>,
    #[serde(flatten)]
    rest: Rest<'a>,
}

#[derive(Serialize)]
struct Effect<'a> {
    file: &'a str,
    line: u32,
    sql: &'a str,
    modelled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<&'a str>,
    changes: Vec<EffectChange<'a>>,
    locks: Vec<Lock>,
    rewrites: Option<bool>,
    scans: Option<bool>,
    index_rebuild: Option<bool>,
    transaction_block: Option<bool>,
}

#[derive(Serialize)]
struct EffectChange<'a> {
    kind: &'a str,
    object: Option<String>,
    object_kind: Option<&'static str>,
}

#[derive(Serialize)]
struct Lock {
    object: String,
    object_kind: &'static str,
    role: &'static str,
    mode: &'static str,
    rewrites: bool,
    scans: bool,
    rebuilds: bool,
    /// What statistics say of the object, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<LockedSize>,
}

#[derive(Serialize)]
struct LockedSize {
    rows: Option<u64>,
    bytes: u64,
    index_bytes: u64,
    writes_per_second: Option<f64>,
}

#[derive(Serialize)]
struct Rules {
    schema_version: u32,
    rules: Vec<RuleLine>,
}

#[derive(Serialize)]
struct RuleLine {
    id: &'static str,
    level: &'static str,
    category: &'static str,
    summary: &'static str,
    /// A policy has none.
    #[serde(skip_serializing_if = "str::is_empty")]
    since: &'static str,
}

/// Writes the report of `lint`.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let findings = report.findings.iter().map(|judged| finding(report, judged)).collect();
    write(out, &document(report, findings))
}

fn document<'a>(report: &'a Report, findings: Vec<Finding<'a>>) -> Lint<'a> {
    Lint {
        schema_version: SCHEMA_VERSION,
        verdict: report.verdict().name(),
        findings,
        statements: statements(report.statements()),
        migrations: report.migrations.iter().map(|line| migration(report, line)).collect(),
        policies: report.policies.iter().map(|rule| rule.id).collect(),
        rest: rest(report),
    }
}

/// Writes the report of `lint`, one finding a line, and as the last line the same document without
/// its findings.
///
/// # Errors
/// What the writer gives.
pub fn lines(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for judged in &report.findings {
        serde_json::to_writer(&mut *out, &finding(report, judged))?;
        out.write_all(b"\n")?;
    }
    serde_json::to_writer(&mut *out, &document(report, Vec::new()))?;
    out.write_all(b"\n")
}

/// Writes the report of `list`.
///
/// # Errors
/// What the writer gives.
pub fn list(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let sets = report.sets.iter().map(|set| Set {
        framework: set.framework,
        root: &set.root,
        why: &set.why,
        dialect: set.dialect.map(|dialect| dialect.to_string()),
        dialect_why: &set.dialect_why,
    });
    let migrations = report.migrations.iter().enumerate().map(|(index, line)| Listed {
        set: line.set,
        order: index + 1,
        migration: migration(report, line),
        statements: statements(line.statements),
    });
    let document = List {
        schema_version: SCHEMA_VERSION,
        sets: sets.collect(),
        migrations: migrations.collect(),
        rest: rest(report),
    };
    write(out, &document)
}

/// Writes what each statement locks.
///
/// # Errors
/// What the writer gives.
pub fn effects(out: &mut dyn Write, report: &Report, lines: &[StatementLine]) -> io::Result<()> {
    let document = Effects {
        schema_version: SCHEMA_VERSION,
        statements: lines.iter().map(effect).collect(),
        rest: rest(report),
    };
    write(out, &document)
}

fn effect(line: &StatementLine) -> Effect<'_> {
    // What is known to happen is true; that nothing more does is said only where all is known.
    let any = |does: fn(&Touch) -> bool| match line.touches.iter().any(does) {
        true => Some(true),
        false => line.unknown.is_none().then_some(false),
    };
    let changes = line.changes.iter().map(|(kind, object)| EffectChange {
        kind,
        object: object.as_ref().map(ToString::to_string),
        object_kind: object.as_ref().map(|object| object.kind.name()),
    });
    let locks = line.touches.iter().map(|touch| Lock {
        object: touch.object.to_string(),
        object_kind: touch.object.kind.name(),
        role: touch.role.name(),
        mode: touch.mode.name(),
        rewrites: touch.rewrites,
        scans: touch.scans,
        rebuilds: touch.rebuilds,
        size: line.sizes.get(&touch.object.name).map(|size| LockedSize {
            rows: size.rows,
            bytes: size.bytes,
            index_bytes: size.index_bytes,
            writes_per_second: size.writes_per_second,
        }),
    });
    Effect {
        file: &line.file,
        line: line.line,
        sql: &line.sql,
        modelled: line.unknown.is_none(),
        unknown: line.unknown.as_deref(),
        changes: changes.collect(),
        locks: locks.collect(),
        rewrites: any(|touch| touch.rewrites),
        scans: any(|touch| touch.scans),
        index_rebuild: any(|touch| touch.rebuilds),
        transaction_block: match &line.refused_in_block {
            Some(_) => Some(false),
            None => line.unknown.is_none().then_some(true),
        },
    }
}

/// Writes the table of rules.
///
/// # Errors
/// What the writer gives.
pub fn rules(out: &mut dyn Write, rules: &[&Rule]) -> io::Result<()> {
    let rules = rules.iter().map(|rule| RuleLine {
        id: rule.id,
        level: rule.level.name(),
        category: rule.category.name(),
        summary: rule.summary,
        since: rule.since,
    });
    write(out, &Rules { schema_version: SCHEMA_VERSION, rules: rules.collect() })
}

pub(super) fn write(out: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}

fn finding<'a>(report: &'a Report, judged: &'a Judged) -> Finding<'a> {
    let found = &judged.finding;
    let file = report.files.get(found.primary.file.0 as usize);
    let place = |offset| {
        file.map_or((1, 1), |file| {
            let place = file.place(offset);
            (place.line, place.column)
        })
    };
    let (line, column) = place(found.primary.span.start);
    let (end_line, end_column) = place(found.primary.span.end);
    Finding {
        rule: found.rule,
        level: found.level.name(),
        state: judged.state.name(),
        mode: (judged.mode != Mode::Enforce).then(|| judged.mode.word()),
        message: &found.message,
        help: found.help.as_deref(),
        file: file.map_or("", |file| &file.path),
        line,
        column,
        end_line,
        end_column,
        subject: found.subject.to_string(),
        breaks: found.breaks.iter().map(|it| it.name()).collect(),
        reason: judged.reason.as_deref(),
        owner: judged.owner.as_deref(),
        url: found.url.as_deref(),
        properties: found.properties.as_ref(),
    }
}

fn rest(report: &Report) -> Rest<'_> {
    Rest {
        left_out: report.left_out.iter().map(left_out).collect(),
        dumps_left_out: report.dumps.iter().map(dump).collect(),
        errors: report.failures.iter().map(error).collect(),
    }
}

fn left_out(set: &super::Set) -> LeftOut<'_> {
    let super::Set { framework, root, migrations, database, .. } = set;
    LeftOut { root, framework, database: *database, migrations: *migrations }
}

fn dump(dump: &crate::frameworks::LeftOut) -> Dump<'_> {
    Dump { file: &dump.path, why: &dump.why }
}

fn statements(counts: Counts) -> Statements {
    let Counts { understood, opaque, unread } = counts;
    Statements { total: counts.total(), understood, opaque, unread }
}

fn migration<'a>(report: &Report, line: &'a MigrationLine) -> Migration<'a> {
    let set = report.sets.get(line.set);
    Migration {
        file: &line.file,
        version: &line.version,
        framework: set.map_or("", |set| set.framework),
        dialect: set.and_then(|set| set.dialect).map(|dialect| dialect.to_string()),
        direction: line.direction.name(),
        transaction: line.transaction,
    }
}

fn error(failure: &Failure) -> Error<'_> {
    let place = failure.at.as_deref().map(|(file, span)| file.place(span.start));
    Error {
        path: &failure.path,
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        message: &failure.message,
    }
}
