use super::*;
use crate::frameworks::{Discovery, Settings, discover};
use crate::tree::Memory;

const SQL: &str = "--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n";

fn found(files: &[(&str, &str)]) -> Discovery {
    discover(&Memory::new(files.iter().copied()), &Settings::default())
}

fn rows(found: &Discovery) -> Vec<String> {
    let row = |m: &Migration| {
        let path = file_name(&found.files[m.file.0 as usize].path);
        format!("{path} {} {}", m.version, m.direction.name())
    };
    found.sets.iter().flat_map(|set| set.migrations.iter().map(row)).collect()
}

#[test]
fn each_changeset_is_a_migration_and_its_rollback_goes_down() {
    let text = "--liquibase formatted sql\n--property name:s value:app\n\
                --changeset ann:1 runInTransaction:false splitStatements:false\nCREATE TABLE ${s}.t (${x} int);\n\
                --rollback DROP TABLE\n--rollback   t;\n\
                --changeset ann:2 dbms:oracle\nSELECT 2;\n--changeset bob:3 dbms:postgresql,h2 runOnChange:true\nSELECT 3;\n\
                --changeset bob:4 ignore:true\nSELECT 4;\n";
    let found = found(&[("db/a.sql", text), ("db/b.sql", "SELECT 5;")]);
    assert_eq!(
        rows(&found),
        ["a.sql ann:1 up", "a.sql ann:1 down", "a.sql bob:3 repeatable", "b.sql includeAll:raw up"]
    );
    let set = &found.sets[0];
    let [up, down, ..] = set.migrations.as_slice() else { panic!() };
    let (Part::Sql(sql), Part::Sql(back)) = (&up.body[0], &down.body[0]) else { panic!() };
    assert_eq!(sql.text.trim(), "CREATE TABLE app.t (__x_ int);");
    let at = |needle: &str| {
        let start = sql.text.find(needle).unwrap();
        let span = sql.map.span(start..start + needle.len());
        &text[span.start as usize..span.end as usize]
    };
    assert_eq!((at("CREATE"), at("__x_"), at("int);")), ("CREATE", "${x}", "int);"));
    assert_eq!(&*back.text, "DROP TABLE\n             t;");
    let span = back.map.span(24..26);
    assert_eq!(&text[span.start as usize..span.end as usize], "t;");
    assert_eq!((up.runner.wraps, up.runner.sends), (Wraps::Nothing, Sends::WholeFile));
    assert_eq!((down.runner.wraps, down.runner.sends), (Wraps::Nothing, Sends::Statements));
    let skipped: Vec<_> = set.skipped.iter().map(|s| (s.name.as_str(), s.why.as_str())).collect();
    assert_eq!(skipped, [("ann:2", "it says dbms:oracle"), ("bob:4", "it says ignore:true")]);
    assert_eq!(set.why, "1 of 2 files start with --liquibase formatted sql");
}

#[test]
fn one_id_in_two_files_is_two_changesets() {
    let found = found(&[("db/a.sql", SQL), ("db/b.sql", SQL)]);
    let keys: BTreeSet<_> = found.sets[0].migrations.iter().map(|m| m.version.key.clone()).collect();
    assert_eq!(keys.len(), 2);
}

#[test]
fn stray_sql_never_runs() {
    let found = found(&[("a.sql", "--liquibase formatted sql\nSELECT 0;\n--changeset a:1\nSELECT 1;\n")]);
    let finding = &found.sets[0].findings[0];
    assert_eq!(finding.message, "this part of `a.sql` never runs: SQL before the first `--changeset` is dropped by Liquibase");
    assert_eq!(found.files[0].slice(finding.primary.span), "SELECT 0;");
}

#[test]
fn a_changelog_gives_the_order_and_what_it_leaves_out_never_runs() {
    let yaml = "databaseChangeLog:\n  - property:\n      name: t\n      value: x\n  - include:\n      file: db/2.sql\n  - include:\n      file: 1.sql\n      relativeToChangelogFile: true\n  - include:\n      file: db/more.json\n";
    let json = "{\"databaseChangeLog\": [{\"includeAll\": {\"path\": \"db/all/\"}}]}";
    let found = found(&[
        ("r/db/root.yaml", yaml),
        ("r/db/more.json", json),
        ("r/db/1.sql", SQL),
        ("r/db/2.sql", SQL),
        ("r/db/all/10.sql", SQL),
        ("r/db/all/9.sql", SQL),
        ("r/db/lost.sql", SQL),
    ]);
    assert_eq!(found.errors, []);
    assert_eq!(rows(&found), ["2.sql a:1 up", "1.sql a:1 up", "10.sql a:1 up", "9.sql a:1 up"]);
    let set = &found.sets[0];
    assert_eq!(set.why, "`r/db/more.json` is a Liquibase changelog");
    assert_eq!(set.findings[0].message, "`lost.sql` never runs: no changelog among the given files includes it");
    assert_eq!(set.findings[0].level, Level::Warning);
}

#[test]
fn a_changelog_that_cannot_be_read_is_an_error_and_the_sql_is_checked() {
    let yaml = "databaseChangeLog:\n- changeSet:\n    id: 1\n- include:\n    file: gone.sql\n";
    let xml = "<?xml version=\"1.0\"?>\n<databaseChangeLog xmlns=\"http://www.liquibase.org/xml/ns/dbchangelog\"/>";
    let found = found(&[("db/a.yaml", yaml), ("db/b.xml", xml), ("db/c.yml", "databaseChangeLog: [\n"), ("db/x.sql", "SELECT 1;"), ("db/pom.xml", "<project/>")]);
    let errors: Vec<_> = found.errors.iter().map(|e| (e.path.as_str(), e.message.as_str())).collect();
    assert_eq!(errors.len(), 4, "{errors:?}");
    assert_eq!(errors[0], ("db/a.yaml", "a Liquibase changelog with `changeSet` cannot be read yet, only one that includes SQL files"));
    assert_eq!(errors[1], ("db/a.yaml", "it includes `gone.sql`, which is not there"));
    assert_eq!(errors[2], ("db/b.xml", "a Liquibase changelog in XML cannot be read yet"));
    assert!(errors[3].1.starts_with("a Liquibase changelog that is not YAML: "), "{errors:?}");
    assert_eq!(rows(&found), ["x.sql includeAll:raw up"]);
    assert!(found.sets[0].incomplete.is_some());
}

#[test]
fn databases_are_matched_as_liquibase_does() {
    for (wanted, runs) in [
        ("postgresql", true), ("PostgreSQL, h2", true), ("h2", false), ("!h2", true), ("!postgresql", false),
        ("all", true), ("none", false), ("", true), ("!h2,oracle", false), ("none,all", true), ("postgres", false),
    ] {
        assert_eq!(is_for(wanted, Engine::Postgres), runs, "{wanted}");
    }
}

#[test]
fn a_name_that_is_no_database_never_runs_and_another_database_is_skipped() {
    let said = |dbms: &str| {
        let text = format!("--liquibase formatted sql\n--changeset a:1 {dbms}\nSELECT 1;\n");
        let found = found(&[("a.sql", &text)]);
        let set = &found.sets[0];
        assert_eq!(set.migrations.len() + set.skipped.len(), 1, "{dbms}");
        set.findings.first().map(|finding| {
            assert_eq!(found.files[0].slice(finding.primary.span), format!("--changeset a:1 {dbms}"));
            (finding.level, finding.message.clone(), finding.help.clone().unwrap())
        })
    };
    for dbms in [
        "", "dbms:postgresql", "dbms:oracle,h2", "dbms:!postgres", "dbms:none", "dbms:all", "dbms:${db}",
        "dbms:edb", "dbms:Redshift", "dbms: postgresql", "dbms:postgres,postgresql", "dbms:cockroachdb",
    ] {
        assert_eq!(said(dbms), None, "{dbms}");
    }
    let never = |level, name: &str, help: &str| {
        let message = format!("this part of `a.sql` never runs: Liquibase knows no database `{name}`");
        Some((level, message, help.to_owned()))
    };
    let postgres = "Write `dbms:postgresql`, without quotes.";
    for (dbms, name) in [
        ("dbms:postgres", "postgres"),
        ("dbms:h2,pgsql", "pgsql"),
        ("dbms:postgressql", "postgressql"),
        ("dbms:\"postgresql\"", "\"postgresql"),
    ] {
        assert_eq!(said(dbms), never(Level::Error, name, postgres), "{dbms}");
    }
    let mssql = "Write `dbms:mssql`, without quotes.";
    assert_eq!(said("dbms:sqlserver"), never(Level::Warning, "sqlserver", mssql));
    let unknown = "Write a short name that Liquibase knows; PostgreSQL's is `postgresql`.";
    assert_eq!(said("dbms:wonderbase"), never(Level::Warning, "wonderbase", unknown));
}
