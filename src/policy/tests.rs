//! Policies from their text to findings and failures.

use super::*;
use crate::finding::Level;
use crate::policy::place::Place;
use crate::source::FileId;

const PATH: &str = "policies/acme/naming.rego";

/// A policy whose METADATA is right, with `custom` lines and what follows the package.
fn policy(custom: &str, body: &str) -> String {
    format!(
        "# METADATA\n# title: Names\n# description: Why.\n# custom:\n#   level: warning\n{custom}package \
         policy.acme.naming\n\n{body}\n"
    )
}

fn loaded(text: &str) -> Policies {
    let config = &mut Config::default();
    let loaded = load(vec![SourceFile::new(PATH, text)], config).and_then(|mut policies| {
        settle(config, &mut policies)?;
        Ok(policies)
    });
    loaded.unwrap_or_else(|failures| panic!("{:#?}", shown(&failures)))
}

/// Failures as `line: the text that is marked: message`.
fn shown(failures: &[Failure]) -> Vec<String> {
    let shown = failures.iter().map(|failure| {
        let Some(at) = failure.at.as_deref() else { return failure.message.clone() };
        let (file, span) = at;
        format!("{}: {}: {}", file.place(span.start).line, file.slice(*span), failure.message)
    });
    shown.collect()
}

/// What is wrong with a policy.
fn wrong(text: &str) -> Vec<String> {
    let loaded = load(vec![SourceFile::new(PATH, text)], &Config::default());
    shown(&loaded.err().unwrap_or_default())
}

/// Two tables, one of which an older migration made.
fn question() -> Question {
    let mut places = Places::default();
    let subject = Some(Subject::Object("table", "public.t".to_owned()));
    let new = places.add(Place { file: FileId(1), span: Span::new(13, 14), subject });
    let old = places.add(Place { file: FileId(0), span: Span::new(3, 9), subject: None });
    let table = |name: &str, loc: u32| json!({ "name": name, "loc": loc });
    Question {
        input: json!({
            "schema_version": 1,
            "changes": [{ "kind": "create_table", "loc": new, "object": { "name": "t" } }],
            "before": { "tables": { "public.o": table("o", old) } },
            "after": { "tables": { "public.o": table("o", old), "public.t": table("t", new) } },
        }),
        places,
        kinds: BTreeSet::from(["create_table".into()]),
        engine: dialect::Engine::Postgres,
        whole: Label { file: FileId(1), span: Span::new(0, 30), text: String::new() },
        subject: Subject::Migration("7".to_owned()),
    }
}

fn judged(text: &str) -> Judgement {
    loaded(text).judge(&[question()], None)
}

fn found(text: &str) -> Vec<Finding> {
    let judged = judged(text);
    assert!(judged.failures.is_empty(), "{:#?}", shown(&judged.failures));
    judged.findings
}

/// The failures of a policy that loads.
fn failed(text: &str) -> Vec<String> {
    shown(&judged(text).failures)
}

#[test]
fn a_result_is_a_finding_of_its_rule() {
    let found = found(&policy(
        "#   promise: [writers]\n#   params:\n#     word: {type: string, default: t}\n",
        r#"
import data.config.acme.naming as cfg

deny contains finding if {
    some change in input.changes
    change.object.name == cfg.word
    finding := {
        "message": sprintf("`%s` is no name", [change.object.name]),
        "at": change,
        "related": [{"at": input.before.tables["public.o"], "message": "as here"}],
        "help": "rename it",
        "url": "https://example.com",
        "properties": {"names": ["t"]},
    }
}

warn contains {"message": "late", "at": 0, "level": "note", "subject": "column:public.t.c"}
"#,
    ));
    let [name, late] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((name.rule, name.level), ("acme/naming", Level::Warning));
    assert_eq!((name.primary.file, name.primary.span), (FileId(1), Span::new(13, 14)));
    assert_eq!(name.message, "`t` is no name");
    assert_eq!(name.subject.to_string(), "table:public.t");
    assert_eq!(name.breaks, [crate::finding::Breaks::Writers]);
    let related: Vec<_> = name.related.iter().map(|it| (it.file, it.text.as_str())).collect();
    assert_eq!(related, [(FileId(0), "as here")]);
    assert_eq!(name.help.as_deref(), Some("rename it"));
    assert_eq!(name.url.as_deref(), Some("https://example.com"));
    assert_eq!(name.properties, Some(json!({ "names": ["t"] })));
    assert_eq!((late.level, late.subject.to_string()), (Level::Note, "column:public.t.c".into()));
}

#[test]
fn a_finding_without_a_place_in_the_migration_stands_at_the_whole() {
    let found = found(&policy(
        "",
        r#"
deny contains {"message": "a"}
deny contains {"message": "b", "at": input.before.tables["public.o"]}
"#,
    ));
    assert!(found.iter().all(|it| it.primary == question().whole));
    let related: Vec<usize> = found.iter().map(|it| it.related.len()).collect();
    assert_eq!(related, [0, 1]);
    assert_eq!(found[0].subject.to_string(), "migration:7");
}

#[test]
fn what_is_no_result_is_a_failure_at_its_rule() {
    for (result, message) in [
        (
            r#"{"message": "a", "loc": 1}"#,
            "unknown key `loc` in a result; known are message, at, related, help, subject, level, url, properties",
        ),
        (r#"{"mesage": "a"}"#, "unknown key `mesage` in a result; did you mean `message`?"),
        (r#"{"at": 1}"#, "a result lacks `message`"),
        (r#"{"message": 7}"#, "`message` is a number, not a string"),
        (r#"{"message": "a", "at": 9}"#, "`at` is 9, which is the `loc` of no node of the input"),
        (
            r#"{"message": "a", "at": "t"}"#,
            "`at` is a string, not a node of the input or its `loc`",
        ),
        (
            r#"{"message": "a", "level": "error"}"#,
            "`level` may only lower: `error` is above `warning`",
        ),
        (
            r#"{"message": "a", "properties": []}"#,
            "`properties` is an array or a set, not an object",
        ),
        (r#"{"message": "a", "related": [{"at": 0}]}"#, "a result lacks `message`"),
        (
            r#""a""#,
            "a result of `deny` is a string, not an object like {\"message\": ..., \"at\": ...}",
        ),
    ] {
        let text = policy("", &format!("deny contains {result}"));
        assert_eq!(failed(&text), [format!("8: deny: {message}")], "{result}");
    }
}

#[test]
fn metadata_is_read_with_its_mistakes() {
    let ok = policy("", "deny contains {\"message\": \"a\"}");
    assert!(wrong(&ok).is_empty());
    for (from, to, what) in [
        ("# title: Names\n", "", "5: package policy.acme.naming: METADATA lacks `title`"),
        (
            "level: warning",
            "level: warn",
            "5: warn: level cannot be `warn`; it is one of error, warning, note",
        ),
        (
            "# custom",
            "# descripton: x\n# custom",
            "4: descripton: unknown key `descripton` in METADATA; did you mean `description`?",
        ),
        (
            "level: warning\n",
            "level: warning\n#   params:\n#     n: {type: integer, default: x}\n",
            "7: x: the default of `n` must be an integer",
        ),
        (
            "level: warning\n",
            "level: warning\n#   params:\n#     n: {type: regex, default: '('}\n",
            "7: '(': the default of `n` is no regular expression: unclosed group",
        ),
        (
            "# METADATA\n",
            "",
            "5: package policy.acme.naming: this policy has no METADATA: a comment block directly above `package` that begins with `# METADATA` and says title, description and custom.level",
        ),
        (
            "package",
            "\npackage",
            "6: : the METADATA block ends here: it must stand directly above `package`",
        ),
        (
            "policy.acme.naming",
            "acme.naming",
            "6: acme.naming: the package `acme.naming` gives no rule an id: it has the form `package policy.<pack>.<name>`, in lower case with `_`, and the rule is `<pack>/<name>`",
        ),
        ("# description: Why.", "# description: [", "5: : this is not YAML that can be read:"),
    ] {
        let found = wrong(&ok.replacen(from, to, 1));
        assert!(found.len() == 1 && found[0].starts_with(what), "{what}\n{found:#?}");
    }
    assert_eq!(
        wrong(""),
        [
            "1: : this file is empty: a policy begins with `package policy.<pack>.<name>`, in lower case with `_`"
        ]
    );
}

#[test]
fn errors_of_regorus_have_their_place() {
    let at = |body: &str| wrong(&policy("", body));
    assert_eq!(
        at("deny[x] { x := 1 }"),
        [
            "8: {: `if` keyword is required before rule body; this is Rego v0, and lockgate reads v1: `deny contains finding if { ... }` (`opa fmt --write --v0-v1` rewrites a file)"
        ]
    );
    assert_eq!(at("deny contains {\"message\": 1 +* 2}"), ["8: *: expecting expression"]);
    assert_eq!(
        at("deny contains x if { y == 1 }"),
        ["8: y: use of undefined variable `y` is unsafe"]
    );
    let failed = |body: &str| failed(&policy("", body));
    assert_eq!(
        failed("deny contains {\"message\": \"a\"} if count(7) > 1"),
        ["8: 7: `count` requires array/object/set/string argument. Got `7`."]
    );
}
