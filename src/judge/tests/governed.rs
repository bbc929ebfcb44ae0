//! What a team says of a rule holds for a policy as for a built-in rule.

use super::*;
use crate::rules::{self, Check, Rule};

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
    let found = found(&file).into_iter().filter(|finding| finding.rule == "drop-column");
    let found = found.map(|finding| Finding { rule: id, ..finding }).collect();
    let files = std::slice::from_ref(&file);
    let case =
        Case { files, migrations: &migrations, sets: &[], config: &config, today, evidence: None };
    let judged = judge(found, &case);
    let verdict = verdict(&judged, config.fail_on.unwrap_or_default());
    let lines = judged.iter().map(|judged| {
        let Finding { rule, level, primary, message, .. } = &judged.finding;
        let place = file.place(primary.span.start);
        let state = judged.state.name();
        let line = format!("{}:{} {rule} {level} {state} {message}", place.line, place.column);
        line.trim_end().replace(id, "ID")
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
        (&allow, "", &["2:15 ID error allowed", "pass"]),
        (&allow, "rules: {ID: {mode: dry-run}}", &["2:15 ID error allowed", "pass"]),
        (&allow, "inline-allow: [error]", &["2:15 ID error allowed", "pass"]),
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
