//! What a team says of a rule holds for a policy as for a built-in rule.

use super::*;
use crate::rules::{self, Check, Rule};
use crate::schema::name::Name;
use std::collections::BTreeSet;

/// The same rule as a policy.
fn policy() -> &'static Rule {
    let like = rules::find("drop-column").unwrap();
    Box::leak(Box::new(Rule {
        id: "acme/drop-column",
        category: like.category,
        level: like.level,
        since: "",
        summary: like.summary,
        why: like.why,
        instead: "",
        facts: &[],
        same_as: &[],
        breaks: like.breaks,
        checks_down: true,
        examples: &[],
        check: Check::Elsewhere,
    }))
}

/// Each finding as `line:column rule level state message`, and the verdict; `ID` in the SQL and in
/// the config is the id of the rule, and so it is in what comes back.
fn governed(id: &'static str, sql: &str, config: &str) -> Vec<String> {
    let file = SourceFile::new("V7__a.sql", &sql.replace("ID", id));
    let config = SourceFile::new(config::FILE_NAME, &config.replace("ID", id));
    let mut config = config::read(config).unwrap();
    config.settle(vec![policy()]).unwrap();
    let (migrations, _) = read::migrations(vec![migration(&file)], Engine::Postgres);
    let today = "2026-11-20".parse().unwrap();
    let files = [file, config.file.clone().unwrap()];
    let found = || -> Vec<Finding> {
        let found = found(&files[0]).into_iter().filter(|finding| finding.rule == "drop-column");
        let found = found.map(|finding| Finding {
            rule: id,
            subject: Subject::Column(Name::qualified("public", "t"), "a".to_owned()),
            ..finding
        });
        found.collect()
    };
    let judged_by = |config: &Config| {
        let case = Case {
            files: &files,
            migrations: &migrations,
            sets: &[],
            config,
            config_file: Some(FileId(1)),
            today,
            evidence: None,
            merged: None,
        };
        judge(found(), &case)
    };
    // What stood there before is what is found without the baseline.
    if config.baseline.is_some() {
        let before = judged_by(&config);
        config.known = Some(before.into_iter().filter_map(|it| it.fingerprint).collect());
    }
    let judged = judged_by(&config);
    let verdict = verdict(&judged, config.fail_on.unwrap_or_default());
    let lines = judged.iter().map(|judged| {
        let Finding { rule, level, primary, message, .. } = &judged.finding;
        let place = files[primary.file.0 as usize].place(primary.span.start);
        let state = judged.state.name();
        let file = if primary.file.0 == 1 { "config:" } else { "" };
        let (line, column) = (place.line, place.column);
        let line = format!("{file}{line}:{column} {rule} {level} {state} {message}");
        let line = line.trim_end().replace(id, "ID");
        match (&judged.reason, &judged.owner) {
            (Some(reason), Some(owner)) => format!("{line} ({owner}: {reason})"),
            (Some(reason), None) => format!("{line} ({reason})"),
            _ => line,
        }
    });
    lines.chain([verdict.name().to_owned()]).collect()
}

#[test]
fn levels_modes_and_allows_know_no_kinds() {
    const DROP: &str = "ALTER TABLE t DROP COLUMN a;";
    let allow = format!("-- lockgate:allow ID {REASON}\n{DROP}");
    let kept = "the config keeps findings of this rule from being allowed by a comment, so `ID` is \
                still reported";
    let forbidden = format!("1:19 malformed-allow error reported {kept}");
    let waiver = |what: &str, until: &str| {
        format!("waivers:\n- rule: ID\n  {what}\n  owner: crm\n  reason: soon\n  until: {until}\n")
    };
    let table: &[(&str, &str, &[&str])] = &[
        (DROP, "", &["1:15 ID error reported", "fail"]),
        (DROP, "rules: {ID: off}", &["pass"]),
        (DROP, "rules: {ID: note}", &["1:15 ID note reported", "pass"]),
        (
            DROP,
            "rules: {ID: {level: warning}}\nfail-on: warning",
            &["1:15 ID warning reported", "fail"],
        ),
        (
            DROP,
            "rules: {ID: {mode: warn}}\nfail-on: warning",
            &["1:15 ID warning reported", "pass"],
        ),
        (DROP, "rules: {ID: {mode: warn, level: note}}", &["1:15 ID note reported", "pass"]),
        (DROP, "rules: {ID: {mode: dry-run}}", &["1:15 ID error dry-run", "pass"]),
        (DROP, "rules: {\"ID*\": {mode: dry-run}}", &["1:15 ID error dry-run", "pass"]),
        (&allow, "", &["2:15 ID error allowed (x)", "pass"]),
        (&allow, "rules: {ID: {mode: dry-run}}", &["2:15 ID error allowed (x)", "pass"]),
        (&allow, "inline-allow: [error]", &["2:15 ID error allowed (x)", "pass"]),
        (
            DROP,
            &waiver("subject: \"column:public.t.*\"", "2026-11-20"),
            &["1:15 ID error waived (crm: soon)", "pass"],
        ),
        (DROP, &waiver("path: V7*", "2026-11-20"), &["1:15 ID error waived (crm: soon)", "pass"]),
        (
            DROP,
            &waiver("path: V8*", "2026-11-20"),
            &[
                "1:15 ID error reported",
                "config:2:9 unused-waiver warning reported the waiver of `ID` for `V8*` matches \
                 no finding",
                "fail",
            ],
        ),
        (
            DROP,
            &waiver("path: V7*", "2026-11-19"),
            &[
                "1:15 ID error reported",
                "config:2:9 expired-waiver warning reported the waiver of `ID` for `V7*` expired \
                 on 2026-11-19: it waives nothing",
                "fail",
            ],
        ),
        (&allow, &waiver("path: V7*", "2026-11-20"), &["2:15 ID error allowed (x)", "pass"]),
        (
            &allow,
            &format!("inline-allow: [note]\n{}", waiver("path: V7*", "2026-11-20")),
            &["2:15 ID error waived (crm: soon)", "pass"],
        ),
        (DROP, "baseline: x.json", &["1:15 ID error baselined", "pass"]),
        (
            DROP,
            "baseline: x.json\nrules: {ID: {mode: dry-run}}",
            &["1:15 ID error baselined", "pass"],
        ),
        (
            &allow,
            "rules: {ID: {allow-inline: false}}",
            &[&forbidden, "2:15 ID error reported", "fail"],
        ),
    ];
    for (sql, config, expected) in table {
        for id in ["drop-column", "acme/drop-column"] {
            assert_eq!(governed(id, sql, config), *expected, "{id}: {config}\n{sql}");
        }
    }
}

#[test]
fn an_id_that_no_policy_has_is_a_slip() {
    let sql = format!("-- lockgate:allow acme/drop-colum {REASON}\nALTER TABLE t DROP COLUMN a;");
    assert_eq!(
        governed("acme/drop-column", &sql, "")[0],
        "1:19 malformed-allow error reported there is no rule `acme/drop-colum`; did you mean \
         `ID`?"
    );
}

/// Each finding of one rule at each `DROP COLUMN`: baselined or not, where `before` is the file as it
/// was when the baseline was written.
fn baselined(before: (&str, &str), after: (&str, &str)) -> Vec<&'static str> {
    let mut known = BTreeSet::new();
    let mut states = Vec::new();
    for (path, sql) in [before, after] {
        let file = SourceFile::new(path, sql);
        let (migrations, _) = read::migrations(vec![migration(&file)], Engine::Postgres);
        let config = Config { known: Some(known), ..Config::default() };
        let found = found(&file).into_iter().filter(|finding| finding.rule == "drop-column");
        let case = Case {
            files: std::slice::from_ref(&file),
            migrations: &migrations,
            sets: &[],
            config: &config,
            config_file: None,
            today: "2026-11-20".parse().unwrap(),
            evidence: None,
            merged: None,
        };
        let judged = judge(found.collect(), &case);
        known = judged.iter().filter_map(|it| it.fingerprint.clone()).collect();
        states = judged.iter().map(|it| it.state.name()).collect();
    }
    states
}

#[test]
fn what_is_new_or_edited_is_in_no_baseline() {
    const A: &str = "ALTER TABLE t DROP COLUMN a;";
    let old = ("V7__a.sql", A);
    assert_eq!(baselined(old, old), ["baselined"]);
    let moved = "-- why\n\n  ALTER TABLE /* t */ t\n\tDROP COLUMN a ;\n-- end\n".to_owned();
    assert_eq!(baselined(old, ("V7__a.sql", &moved)), ["baselined"], "no SQL was edited");
    assert_eq!(baselined(old, ("V8__a.sql", A)), ["reported"], "a new file");
    let more = format!("{A}\nALTER TABLE t DROP COLUMN b;");
    assert_eq!(baselined(old, ("V7__a.sql", &more)), ["reported", "reported"], "edited");
    let other = "ALTER TABLE t DROP COLUMN \"A\";";
    assert_eq!(baselined(old, ("V7__a.sql", other)), ["reported"]);
}
