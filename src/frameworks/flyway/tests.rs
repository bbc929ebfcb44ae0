use super::*;
use crate::frameworks::{Discovery, Settings, discover};
use crate::tree::Memory;

fn found(files: &[(&str, &str)]) -> Discovery {
    discover(&Memory::new(files.iter().copied()), &Settings::default())
}

fn names(found: &Discovery, set: usize) -> Vec<&str> {
    let path = |migration: &Migration| file_name(&found.files[migration.file.0 as usize].path);
    found.sets[set].migrations.iter().map(path).collect()
}

#[test]
fn files_run_in_flyways_order() {
    let files = [
        "V10__x.sql", "V9__x.sql", "V9.1__x.sql", "U9__x.sql", "B9__x.sql", "R__b.sql", "R__A.sql",
        "afterMigrate.sql", "beforeMigrate__y.sql", "beforeMigrate__a.sql", "afterVersioned.sql",
        "beforeClean.sql",
    ];
    let paths: Vec<String> = files.iter().map(|file| format!("m/{file}")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
    let found = found(&files);
    assert_eq!(
        names(&found, 0),
        [
            "beforeMigrate__a.sql", "beforeMigrate__y.sql", "V9__x.sql", "U9__x.sql", "B9__x.sql",
            "V9.1__x.sql", "V10__x.sql", "afterVersioned.sql", "R__A.sql", "R__b.sql",
            "afterMigrate.sql",
        ]
    );
    let set = &found.sets[0];
    assert_eq!(set.skipped[0].why, "`beforeClean` is no part of a migration that succeeds");
    assert_eq!(set.why, "7 of 12 names are V<version>__<title>.sql or the like");
}

#[test]
fn equal_versions_and_descriptions_have_equal_keys() {
    let found = found(&[("m/V1__a.sql", ""), ("m/V1_0__b.sql", ""), ("m/R__c_d.sql", ""), ("m/x/R__c d.sql", "")]);
    let keys: Vec<_> = found.sets[0].migrations.iter().map(|m| (m.version.text.as_str(), m.version.key.join("."))).collect();
    assert_eq!(
        keys,
        [("V1_0", "1".to_owned()), ("V1", "1".to_owned()), ("R__c_d", "c d".to_owned()), ("R__c_d", "c d".to_owned())]
    );
}

#[test]
fn the_configuration_names_locations_and_how_files_run() {
    let toml = "[flyway]\nlocations = [\"filesystem:sql\"]\ngroup = true\nmixed = true\n\
                sqlMigrationPrefix = \"M\"\n[environments.default]\nurl = \"jdbc:postgresql://h/d\"\n";
    let found = found(&[
        ("app/flyway.toml", toml),
        ("app/sql/a/M1__x.sql", "SELECT '${x}';"),
        ("app/sql/b/M1__y.sql", ""),
        ("app/sql/b/M1__y.sql.conf", "executeInTransaction=false\nplaceholderReplacement=false"),
        ("app/sql/b/M2__n.sql", ""),
        ("app/sql/b/M2__n.sql.conf", "shouldExecute=false"),
        ("app/sql/V2__z.sql", ""),
    ]);
    assert_eq!(found.sets.len(), 1);
    let set = &found.sets[0];
    assert_eq!(set.why, "`app/flyway.toml` names `filesystem:sql`");
    assert_eq!((set.root.as_str(), set.engine), ("app/sql", Some(crate::dialect::Engine::Postgres)));
    assert_eq!(names(&found, 0), ["M1__x.sql", "M1__y.sql"]);
    let runners: Vec<_> = set.migrations.iter().map(|m| (m.runner.wraps, m.runner.refuses_mixed, m.runner.alone.clone())).collect();
    assert_eq!(
        runners,
        [
            (Wraps::AllPending, false, OptOut::Automatic),
            (Wraps::Nothing, false, OptOut::Sidecar { suffix: ".conf", text: "executeInTransaction=false" }),
        ]
    );
    let Part::Sql(sql) = &set.migrations[0].body[0] else { panic!() };
    assert_eq!(&*sql.text, "SELECT '__x_';");
    assert_eq!(set.findings[0].level, Level::Note);
    assert_eq!(set.skipped.iter().map(|s| s.why.as_str()).collect::<Vec<_>>()[1], "its .conf file says shouldExecute=false");
}

#[test]
fn a_configuration_above_the_given_folder_is_found() {
    let tree = Memory::new([
        ("flyway.conf", "flyway.locations=filesystem:db/m\nflyway.placeholders.s=app"),
        ("db/m/V1__x.sql", "SELECT 1 FROM ${s}.t;"),
    ]);
    let found = discover(&tree.given(&["db/m"]), &Settings::default());
    let Part::Sql(sql) = &found.sets[0].migrations[0].body[0] else { panic!() };
    assert_eq!(&*sql.text, "SELECT 1 FROM app.t;");
    assert_eq!(found.sets[0].why, "`flyway.conf` names `filesystem:db/m`");
}

#[test]
fn broken_configurations_are_errors_and_the_files_are_read() {
    let found = found(&[("flyway.toml", "[flyway"), ("m/V1__x.sql", "")]);
    assert_eq!(found.errors.len(), 1);
    assert_eq!(found.errors[0].path, "flyway.toml");
    assert_eq!(names(&found, 0), ["V1__x.sql"]);
}

#[test]
fn misnamed_files_never_run() {
    let found = found(&[("m/V1__x.sql", ""), ("m/V2_y.sql", "SELECT 1;"), ("m/notes.sql", "")]);
    let findings: Vec<_> = found.sets[0].findings.iter().map(|f| (f.level, f.message.as_str(), f.help.as_deref(), f.subject.to_string())).collect();
    assert_eq!(
        findings,
        [
            (
                Level::Error,
                "`V2_y.sql` never runs: after `V2` the second underscore is missing",
                Some("name it `V2__y.sql`"),
                "file:m/V2_y.sql".to_owned(),
            ),
            (
                Level::Note,
                "`notes.sql` never runs: Flyway passes over names without one of the prefixes V, R, U and B",
                None,
                "file:m/notes.sql".to_owned(),
            ),
        ]
    );
}

#[test]
fn a_lone_misnamed_file_in_the_default_location_is_known() {
    let tree = Memory::new([("src/main/resources/db/migration/v7_y.sql", "")]);
    let found = discover(&tree, &Settings::default());
    assert_eq!(found.sets[0].findings[0].help.as_deref(), Some("name it `V7__y.sql`"));
}

#[test]
fn java_migrations_make_the_catalog_incomplete() {
    let found = found(&[
        ("src/main/resources/db/migration/V1__x.sql", ""),
        ("src/main/java/db/migration/V2__Fill.java", ""),
        ("src/main/java/db/Other.java", ""),
    ]);
    assert_eq!(found.sets[0].incomplete.as_deref(), Some("`V2__Fill.java` is a migration that is not SQL"));
}
