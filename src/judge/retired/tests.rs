//! What proves a retirement, and what is said where something is missing.

use super::*;
use crate::config;
use crate::dialect::Engine;
use crate::finding::{Level, OldRelease};
use crate::judge::code::line_of;
use crate::judge::{Judged, judge};
use crate::migration::{
    Direction, Migration, OptOut, Part, Runner, Sends, SqlText, Version, Wraps,
};
use crate::read;
use crate::source::{FileId, SourceFile, Span};

const MARKER: &str = "-- lockgate:retired column public.orders.total";
const DROP: &str = "ALTER TABLE orders DROP COLUMN total;";
const CODE: &str = "code: app/**\n";

/// A repository: what is said about the landing, and about the code.
#[derive(Debug)]
struct Fake {
    landing: Result<Landing, String>,
    absence: Result<usize, String>,
}

impl Evidence for Fake {
    fn landing(&self, file: &str, text: &str) -> Result<Landing, String> {
        assert_eq!(text, MARKER.trim_start_matches("-- "));
        assert!(["V1.sql", "V3.sql"].contains(&file), "{file}");
        self.landing.clone()
    }

    fn absence(&self, name: &str, landing: Option<&Landing>) -> Result<usize, String> {
        assert_eq!(landing, self.landing.as_ref().ok());
        assert_eq!(name, "total");
        self.absence.clone()
    }

    fn mentions(&self, sought: &[Sought], _: &[&str]) -> Result<Survey, String> {
        let places = vec![Vec::new(); sought.len()];
        Ok(Survey { files: 3, places })
    }
}

/// On `main` since 2026-10-21, in v1.4.0, and in none of 3 files of code.
fn proven() -> Fake {
    let landing = Landing {
        base: "main".into(),
        commit: "0123456789abcdef".into(),
        seconds: 1_792_540_800,
        tag: Some("v1.4.0".into()),
    };
    Fake { landing: Ok(landing), absence: Ok(3) }
}

fn migration(index: usize, file: &SourceFile) -> Migration {
    Migration {
        file: FileId(u32::try_from(index).unwrap()),
        version: Version::text(format!("V{}", index + 1)),
        title: String::new(),
        direction: Direction::Up,
        runner: Runner {
            framework: "plain",
            wraps: Wraps::Unknown,
            sends: Sends::Unknown,
            alone: OptOut::OwnFile,
            refuses_mixed: false,
        },
        body: vec![Part::Sql(SqlText::verbatim(file.text.clone(), 0))],
        span: file.whole(),
    }
}

/// A drop of `public.orders.total` at each `DROP` of these files, judged.
fn judged(sqls: &[&str], sets: &[usize], config: &str, evidence: Option<&Fake>) -> Vec<Judged> {
    let named = sqls.iter().enumerate();
    let files: Vec<SourceFile> =
        named.map(|(index, sql)| SourceFile::new(format!("V{}.sql", index + 1), sql)).collect();
    let migrations = files.iter().enumerate().map(|(index, file)| migration(index, file)).collect();
    let (migrations, _) = read::migrations(migrations, Engine::Postgres);
    let drop = |(file, index): (&SourceFile, usize)| {
        let at = file.text.find("DROP")?;
        let file = FileId(u32::try_from(index).unwrap());
        let primary = Label { file, span: Span::new(at, at + 4), text: String::new() };
        let subject = Subject::Column(Name::qualified("public", "orders"), "total".to_owned());
        Some(Finding {
            gone: Some("total".to_owned()),
            breaks: vec![Breaks::Data, Breaks::Readers],
            old_release: Some(OldRelease { at: 7, fails: ", and X fails".to_owned() }),
            help: Some("wait".to_owned()),
            ..Finding::new("drop-column", Level::Error, primary, "it goes", subject)
        })
    };
    let found = files.iter().zip(0..).filter_map(drop).collect();
    let config = config::read(SourceFile::new(config::FILE_NAME, config)).unwrap();
    let case = Case {
        files: &files,
        migrations: &migrations,
        sets,
        config: &config,
        config_file: None,
        today: "2026-11-20".parse().unwrap(),
        evidence: evidence.map(|it| it as &dyn Evidence),
        merged: None,
    };
    judge(found, &case)
}

/// The reason where it is allowed, else the help.
fn said(judged: &Judged) -> String {
    let why = judged.reason.as_ref().or(judged.finding.help.as_ref());
    format!("{}: {}", judged.state.name(), why.map_or("", String::as_str))
}

fn drop_after(marker: &str, config: &str, evidence: &Fake) -> String {
    said(&judged(&[marker, DROP], &[], config, Some(evidence)).remove(0))
}

#[test]
fn a_proven_retirement_allows_the_drop() {
    let allowed = "allowed: retired in V1: on `main`, released in v1.4.0, and `total` is in none \
                   of 3 files of `code`, nor in those of v1.4.0";
    assert_eq!(drop_after(MARKER, CODE, &proven()), allowed);
    let among = format!("SELECT 1; {MARKER}\nSELECT 2;");
    assert_eq!(drop_after(&among, CODE, &proven()), allowed);
    let config = format!("{CODE}inline-allow: [note]");
    assert_eq!(drop_after(MARKER, &config, &proven()), allowed, "it needs nobody's word");
    let judged = judged(&[MARKER, DROP], &[], CODE, Some(&proven())).remove(0);
    assert_eq!(judged.finding.related[0].text, "retired here");
}

#[test]
fn what_is_not_proven_is_said() {
    let with = |landing: &str, absence: &str| Fake {
        landing: if landing.is_empty() { proven().landing } else { Err(landing.to_owned()) },
        absence: if absence.is_empty() { Ok(3) } else { Err(absence.to_owned()) },
    };
    for (config, fake, missing) in [
        (CODE, with("that is not on `main` yet", ""), "that is not on `main` yet"),
        (CODE, with("", "`total` is still in app/a.rb:2"), "`total` is still in app/a.rb:2"),
        (CODE, with("this", "that"), "this; and that"),
        ("", proven(), "`code` in lockgate.yaml does not say which files could still name `total`"),
    ] {
        let expected = format!("reported: `public.orders.total` was retired in V1, but {missing}");
        assert_eq!(drop_after(MARKER, config, &fake), expected);
    }
    let judged = judged(&[MARKER, DROP], &[], CODE, None).remove(0);
    let expected =
        "reported: `public.orders.total` was retired in V1, but nothing is known of its repository";
    assert!(said(&judged).starts_with(expected));
}

#[test]
fn without_a_release_days_on_the_base_branch_count() {
    let untagged = || {
        let landing = proven().landing.map(|landing| Landing { tag: None, ..landing });
        Fake { landing, ..proven() }
    };
    let said = |more: &str| drop_after(MARKER, &format!("{CODE}{more}"), &untagged());
    let no_tag = "reported: `public.orders.total` was retired in V1, but V1 is in no release tag";
    assert_eq!(said(""), format!("{no_tag} (`release-tags: v*`)"));
    assert_eq!(
        said("release-tags: r*\nretired-days: 31"),
        format!(
            "{no_tag} (`release-tags: r*`), and on `main` only since 2026-10-21 \
             (`retired-days: 31`)"
        )
    );
    assert_eq!(
        said("retired-days: 30"),
        "allowed: retired in V1: on `main` since 2026-10-21, and `total` is in none of 3 files of \
         `code`, nor in those of 0123456789"
    );
}

#[test]
fn a_marker_counts_for_the_next_drop_of_its_object_alone() {
    let is_allowed = |sqls: &[&str], sets: &[usize]| -> Vec<bool> {
        let judged = judged(sqls, sets, CODE, Some(&proven()));
        judged.iter().map(|judged| judged.reason.is_some()).collect()
    };
    assert_eq!(is_allowed(&[MARKER, DROP], &[0, 0]), [true]);
    assert_eq!(is_allowed(&[MARKER, DROP], &[0, 1]), [false], "another database");
    assert_eq!(is_allowed(&[DROP, MARKER], &[]), [false], "not before it");
    assert_eq!(is_allowed(&[&format!("{MARKER}\n{DROP}")], &[]), [false], "the same migration");
    assert_eq!(is_allowed(&[MARKER, DROP, DROP], &[]), [true, false], "made anew since");
    let allowed = format!("-- lockgate:allow drop-column reason=\"x\"\n{DROP}");
    assert_eq!(is_allowed(&[MARKER, &allowed, DROP], &[]), [true, false], "likewise");
    assert_eq!(is_allowed(&[MARKER, DROP, MARKER, DROP], &[]), [true; 2], "retired again");
    for other in ["column public.orders.totals", "column other.orders.total", "table orders"] {
        let marker = format!("-- lockgate:retired {other}");
        assert_eq!(is_allowed(&[&marker, DROP], &[]), [false], "{other}");
    }
    assert!(judged(&[MARKER], &[], "", None).is_empty(), "one without a drop waits");
}

#[test]
fn only_the_drop_of_what_the_release_before_uses_can_be_retired() {
    let mut finding = judged(&[DROP], &[], "", None).remove(0).finding;
    assert!(!is_drop(&finding), "the judge has put the release into the message");
    finding.old_release = Some(OldRelease { at: 0, fails: String::new() });
    assert!(is_drop(&finding));
    finding.breaks = vec![Breaks::Writers];
    assert!(!is_drop(&finding));
}

#[test]
fn names_are_read_as_sql_and_reports_write_them() {
    let parts = |name: &str| parts(name).map(|parts| parts.join("|"));
    assert_eq!(parts("Public.Orders.total").as_deref(), Some("Public|Orders|total"));
    assert_eq!(parts("\"Shop.x\".\"Orders\"").as_deref(), Some("Shop.x|Orders"));
    for bad in ["", ".", "a.", ".a", "\"a", "\"a\"b", "a\"b\"", "a,", "a;"] {
        assert_eq!(parts(bad), None, "{bad}");
    }
    let name = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
    assert!(is_name(&name(&["orders", "total"]), &name(&["public", "orders", "total"])));
    assert!(is_name(&name(&["Orders", "total"]), &name(&["public", "Orders", "Total"])));
    assert!(!is_name(&name(&["orders", "total"]), &name(&["shop", "orders", "total"])));
    assert!(!is_name(&name(&["public"]), &name(&["orders", "public"])));
}

#[test]
fn a_name_in_code_is_a_whole_word_as_mappers_spell_it_too() {
    for (text, line) in [
        ("", None),
        ("order_totals my_order_total order_total2 éorder_total", None),
        ("a\norder_total", Some(2)),
        ("\r\n\n:ORDER_TOTAL,", Some(3)),
        ("$order_total", Some(1)),
        ("x.orderTotal = y", Some(1)),
        ("class OrderTotal", Some(1)),
        ("ordertotal orderTotals", None),
    ] {
        assert_eq!(line_of(text.as_bytes(), "order_total"), line, "{text:?}");
    }
    assert_eq!(line_of(b"\xff\xfe total", "total"), Some(1));
    assert_eq!(line_of("sub total".as_bytes(), "sub total"), Some(1));
    assert_eq!(line_of(b"x", ""), None);
}
