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
    loaded(text).ready(None).unwrap().judge(&[question()])
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

/// Faults that OPA's compiler would find, or nobody, each in a policy of its own.
#[test]
fn planted_faults_are_found_where_they_stand() {
    let deny = "deny contains {\"message\": \"a\"} if ";
    for (body, told) in [
        // Recursion.
        (
            "f(x) := f(x)\ndeny contains {\"message\": f(1)}",
            "8: f: `f` needs itself (f > f): Rego has no recursion",
        ),
        (
            "a if b\nb if a\ndeny contains {\"message\": \"a\"} if a",
            "9: a: `a` needs itself (a > b > a): Rego has no recursion",
        ),
        // Functions.
        (
            &format!("{deny}input.dialect.engine == \"x\""),
            "8: x: `input.dialect.engine` is never `x`; known are postgres, mysql, mariadb, sqlite",
        ),
        (
            &format!("{deny}not startwith(\"a\", \"b\")"),
            "8: startwith: there is no function `startwith`; did you mean `startswith`?",
        ),
        (
            &format!("{deny}startswith(\"a\")"),
            "8: startswith: `startswith` takes 2 arguments, not 1",
        ),
        (&format!("f(a, b) := a + b\n{deny}f(1) > 0"), "9: f: `f` takes 2 arguments, not 1"),
        // What a verdict must not depend on.
        (
            &format!("{deny}time.now_ns() > 0"),
            "8: time.now_ns: `time.now_ns` is not allowed: a verdict must not depend on the clock; `input.now` is the day of the run",
        ),
        (
            &format!("{deny}rand.intn(\"a\", 5) > 0"),
            "8: rand.intn: `rand.intn` is not allowed: a verdict must not depend on chance",
        ),
        (
            &format!("{deny}http.send({{\"url\": \"a\"}}).status == 1"),
            "8: http.send: `http.send` is not allowed: a check never uses the network",
        ),
        // Keys of the input.
        (
            &format!("{deny}some c in input.chnages"),
            "8: chnages: `input` never has the key `chnages`; did you mean `changes`?",
        ),
        (
            &format!("{deny}{{\n    some c in input.changes\n    c.knid == \"a\"\n}}"),
            "10: knid: `c` never has the key `knid`; did you mean `kind`?",
        ),
        (
            &format!("{deny}{{\n    c := input.changes[_]\n    c.kind == \"create_tabel\"\n}}"),
            "10: create_tabel: `c.kind` is never `create_tabel`; did you mean `create_table`?",
        ),
        (
            &format!(
                "new contains c if {{\n    some c in input.changes\n    c.new\n}}\n{deny}{{\n    some x in new\n    x.columns[_].nme == \"a\"\n}}"
            ),
            "14: nme: `x.columns[_]` never has the key `nme`; did you mean `name`?",
        ),
        (
            &format!("{deny}input.changes.kind == \"data\""),
            "8: kind: `input.changes` is a list and has no key `kind`; take its items with `some item in input.changes`",
        ),
        (
            &format!("{deny}object.get(input.migration, \"titel\", \"\") == \"\""),
            "8: titel: `input.migration` never has the key `titel`; did you mean `title`?",
        ),
        // Parameters and data.
        (
            &format!("import data.config.acme.naming as cfg\n{deny}cfg.words"),
            "9: words: `acme/naming` has no parameter `words`; its METADATA names none",
        ),
        (
            &format!("import data.config.acme.nameing as cfg\n{deny}true"),
            "8: nameing: no policy has the parameters `data.config.acme.nameing`; did you mean `acme.naming`?",
        ),
        (
            &format!("{deny}data.catalog.tabels[_].name == \"a\""),
            "8: tabels: `data.catalog` never has the key `tabels`; did you mean `tables`?",
        ),
        (
            &format!("{deny}data.exceptions[_] == \"a\""),
            "8: exceptions: there is no `data.exceptions`; known are catalog, config, policy",
        ),
        (
            &format!("{deny}{{\n    some x\n    data.policy[x].naming.deny\n}}"),
            "10: x: what stands under `data.policy` is named, not computed",
        ),
        // The form of `walk` that gives nothing.
        (
            &format!("{deny}{{\n    [path, value] := walk(input)\n}}"),
            "9: walk: `walk(x)` gives nothing here; write `walk(x, [path, value])`",
        ),
        // Entry points.
        (
            "deny := true",
            "8: deny: `deny` must be a set of results: `deny contains finding if { ... }`",
        ),
        (
            "default warn := false",
            "8: warn: `warn` must be a set of results: `warn contains finding if { ... }`",
        ),
        (
            "a := 1",
            "6: package policy.acme.naming: neither `deny contains` nor `warn contains` is here, so this policy can never find anything",
        ),
        (
            "denny contains {\"message\": \"a\"}",
            "8: denny: `denny` is no entry point, and nothing uses it; did you mean `deny`?",
        ),
        (
            "violation contains {\"message\": \"a\"}",
            "8: violation: `violation` is no entry point, and nothing uses it; did you mean `deny`?",
        ),
        (
            &format!("{deny}true\nwarn_late contains {{\"message\": \"a\"}}"),
            "9: warn_late: `warn_late` is no entry point, and nothing uses it; did you mean `warn`?",
        ),
        (&format!("{deny}false else := 1"), "8: else: else cannot be used with set rules"),
    ] {
        assert_eq!(wrong(&policy("", body)), [told], "{body}");
    }
    let kinds = policy("#   changes: [create_table, create_tabel]\n", &format!("{deny}true"));
    assert_eq!(
        wrong(&kinds),
        ["6: create_tabel: no change has the kind `create_tabel`; did you mean `create_table`?"]
    );
}

#[test]
fn what_is_right_is_left_alone() {
    for body in [
        "deny contains {\"message\": \"a\"} if {\n    some c in input.changes\n    c.kind in {\"create_table\", \"add_column\"}\n    \
         some k, v in c.options\n    k == v\n    every column in c.columns { column.type != \"x\" }\n}",
        // One name, two meanings.
        "deny contains {\"message\": \"a\"} if {\n    count([x | some x in input.changes; x.kind == \"update\"]) > 0\n    \
         count([x | some x in input.statements; x.sql != \"\"]) > 0\n}",
        "deny contains {\"message\": \"a\"} if {\n    walk(input, [p, v])\n    v.anything == \"x\"\n    p[0] == \"changes\"\n}",
        "deny contains {\"message\": \"a\"} if {\n    some name\n    t := input.after.tables[name]\n    not t.comment\n    not input.before.tables[name]\n}",
        "f(x) := x.whatever\ng(x) := y if y := x.a\ndeny contains {\"message\": \"a\"} if f(input.changes[0]) == g({\"a\": 1})",
        "deny contains {\"message\": \"a\"} if {\n    x := object.get(input, [\"migration\", \"title\"], \"none\")\n    x == \"y\"\n    set() == set()\n}",
        "names := {c.object.name | some c in input.changes}\ndeny contains {\"message\": n} if some n in names",
        "import data.catalog as all\ndeny contains {\"message\": \"a\"} if {\n    some t in all.tables\n    t.columns[_].name == \"x\"\n    some p in all.privileges\n    p.role == \"x\"\n}",
        "deny contains {\"message\": \"a\"} if {\n    some change in input.changes\n    change.before.columns[_].name\n    change.after.kind == \"x\"\n}",
        "level := \"note\" if input.migration.lines > 10 else := \"warning\"\ndeny contains {\"message\": \"a\", \"level\": level}",
    ] {
        assert_eq!(wrong(&policy("", body)), [""; 0], "{body}");
    }
}

/// What a hostile or careless policy tries ends in an error, never in a verdict, and never ends the
/// process.
#[test]
fn hostile_policies_end_in_an_error() {
    const TOO_LONG: &str = "8: deny: `acme/naming`: this took longer than it may, so nothing was judged; look only at what the policy is about, or raise `time` of `policy-limits`";
    let ask_for = |milliseconds: u64, body: &str| {
        let config = &mut Config::default();
        config.policy_limits.time = Some(milliseconds);
        let files = vec![SourceFile::new(PATH, &policy("", body))];
        let loaded = load(files, config).and_then(|mut policies| {
            settle(config, &mut policies)?;
            Ok(policies)
        });
        let started = Instant::now();
        let told = match loaded {
            Ok(policies) => shown(&policies.ready(None).unwrap().judge(&[question()]).failures),
            Err(failures) => shown(&failures),
        };
        // The machine may have more to do than this.
        let most = Duration::from_millis(milliseconds) + Duration::from_secs(10);
        assert!(started.elapsed() < most, "{body}: {:?}", started.elapsed());
        told
    };
    let ask = |body: &str| ask_for(20_000, body);
    let deny = "deny contains {\"message\": \"a\"} if ";
    let range = "n := numbers.range(1, 3000)";
    let long = |query: &str| format!("{deny}{query}\n{range}");
    assert_eq!(
        ask_for(300, &long("count([1 | some a in n; some b in n; some c in n; a + b == c])> 0")),
        [TOO_LONG]
    );
    assert_eq!(ask_for(300, &long("{ every a in n { every b in n { a + b > 0 } } }")), [TOO_LONG]);
    let doubling: String = (1..50)
        .map(|it| format!("d{it}(x) := y if y := d{}(concat(\"\", [x, x]))\n", it - 1))
        .collect();
    let told = ask(&format!("{deny}count(d49(\"xxxxxxxxxxxxxxxx\")) > 1\nd0(x) := x\n{doubling}"));
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("concat: `concat` would make a text of more than 16777216 bytes"),
        "{told:?}"
    );
    for (call, message) in [
        (
            "count(numbers.range(1, 1000000000000)) > 1",
            "8: numbers.range: `numbers.range` gives at most 1000000 numbers, not 1000000000000",
        ),
        (
            "count(numbers.range(1, 30000000)) > 1",
            "8: numbers.range: `numbers.range` gives at most 1000000 numbers, not 30000000",
        ),
        (
            "count(numbers.range_step(1, 1000000000000, 7)) > 1",
            "8: numbers.range_step: `numbers.range` gives at most 1000000 numbers, not 142857142858",
        ),
        (
            "sprintf(\"%100000000d\", [1]) == \"\"",
            "8: sprintf: `sprintf` writes at most 1000 wide, not 100000000",
        ),
        (
            "sprintf(\"%-5s\", [\"x\"]) == \"\"",
            "8: sprintf: `sprintf` knows no `%-` here: only widths, as in `%5d`",
        ),
        (
            "replace(concat(\"\", [\"a\" | some i in numbers.range(1, 9000)]), \"a\", concat(\"\", [\"a\" | some i in numbers.range(1, 9000)])) == \"\"",
            "8: replace: `replace` would make a text of more than 16777216 bytes",
        ),
        (
            "bits.lsh(1, 4000000000) == 1",
            "8: bits.lsh: `bits.lsh` shifts by at most 1000 bits, not 4000000000",
        ),
        (
            "regex.match(\"(\\\\pL{1,500}){1,500}\", \"a\")",
            "8: deny: compiled regex exceeded size limit (102400 bytes); count with `count` instead of a large repetition, and prefer ASCII classes",
        ),
        (
            "count(graph.reachable_paths({}, {})) > 1",
            "8: graph.reachable_paths: `graph.reachable_paths` is not allowed: it counts every path, which no limit can stop; use graph.reachable",
        ),
    ] {
        assert_eq!(ask(&format!("{deny}{call}")), [message]);
    }
    for depth in [24, 30, 5000] {
        let nested = format!("x := {}1{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(
            ask(&nested),
            ["8: [: brackets are nested more than 12 deep here; name a part of it"]
        );
    }
    let chain: String = (1..5000).map(|it| format!("f{it}(x) := f{}(x)\n", it - 1)).collect();
    let told = ask(&format!("f0(x) := x\n{chain}{deny}f4999(1) == 1"));
    let deep = |it: &String| it.ends_with("rules need each other more than 64 deep here");
    assert!(!told.is_empty() && told.iter().all(deep), "{told:#?}");
}

#[test]
fn the_time_of_all_policies_ends_too() {
    let mut config = Config::default();
    config.policy_limits.total = Some(1);
    let slow = policy(
        "",
        "deny contains {\"message\": \"a\"} if count([1 | some a in numbers.range(1, 9000)]) > 0",
    );
    let policies = load(vec![SourceFile::new(PATH, &slow)], &config).unwrap();
    let questions: Vec<Question> = (0..40).map(|_| question()).collect();
    let judged = policies.ready(None).unwrap().judge(&questions);
    assert_eq!(
        shown(&judged.failures),
        [
            "all policies together took longer than 0.001 s, so not all migrations were judged; raise `total` of `policy-limits`"
        ]
    );
}

#[test]
fn policies_are_asked_by_kind_and_engine_and_findings_keep_their_order() {
    let body = "deny contains {\"message\": input.migration.path}";
    let files = |order: [usize; 3]| {
        let texts = [
            ("a", policy("#   changes: [create_table]\n#   dialects: [postgres]\n", body)),
            ("b", policy("#   changes: [drop_table]\n", body)),
            ("c", policy("#   dialects: [mysql]\n", body)),
        ];
        let file = |(name, text): &(&str, String)| {
            SourceFile::new(*name, &text.replace("acme.naming", &format!("acme.{name}")))
        };
        order.map(|index| file(&texts[index])).to_vec()
    };
    let questions: Vec<Question> = (0..100_u32)
        .map(|number| {
            let mut question = question();
            question.input["migration"] = json!({ "path": format!("{number}") });
            question.whole.file = FileId(number);
            question
        })
        .collect();
    let judged = |order| {
        let policies = load(files(order), &Config::default()).unwrap();
        let judged = policies.ready(None).unwrap().judge(&questions);
        assert!(judged.failures.is_empty());
        judged.findings.into_iter().map(|it| (it.rule, it.message)).collect::<Vec<_>>()
    };
    let found = judged([0, 1, 2]);
    assert!(found.iter().enumerate().all(|(at, it)| *it == ("acme/a", at.to_string())));
    assert_eq!((found.len(), judged([2, 1, 0])), (100, found));
}

#[test]
fn the_catalog_is_seen_by_those_who_ask_for_it() {
    let deny = "deny contains {\"message\": t.name} if some t in data.catalog.tables";
    let policies = loaded(&policy("", deny));
    assert!(policies.use_catalog());
    assert!(!loaded(&policy("", "deny contains {\"message\": \"a\"}")).use_catalog());
    let catalog = json!({ "tables": { "public.t": { "name": "t" } } });
    let judged = policies.ready(Some(catalog)).unwrap().judge(&[question()]);
    assert_eq!(judged.findings[0].message, "t");
}
