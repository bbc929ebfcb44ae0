use super::*;
use crate::migration::Migration;
use crate::tree::{Memory, file_name};

fn found(files: &[(&str, &str)]) -> Discovery {
    discover(&Memory::new(files.iter().copied()), &Settings::default())
}

/// What is found in files, a line each: sets, their migrations with file, version, direction and
/// runner, findings, and errors.
pub(super) fn rows(files: &[(&str, &str)]) -> Vec<String> {
    rows_with(files, &Settings::default())
}

/// The same, where the user told something.
pub(super) fn rows_with(files: &[(&str, &str)], settings: &Settings) -> Vec<String> {
    let found = discover(&Memory::new(files.iter().copied()), settings);
    let path = |file: FileId| &found.files[file.0 as usize].path;
    let mut rows = Vec::new();
    for set in &found.sets {
        let engine = set.engine.map_or("?", |engine| engine.name());
        rows.push(format!("{} {} {engine}: {}", set.framework, set.root, set.why));
        rows.extend(set.migrations.iter().map(|migration| {
            let Migration { file, version, direction, runner, .. } = migration;
            let direction = direction.name();
            let run = format!("{:?} {:?}", runner.wraps, runner.sends);
            format!("{} {version} {direction} {run}", path(*file))
        }));
        rows.extend(set.findings.iter().map(|it| format!("{}: {}", it.level.name(), it.message)));
        rows.extend(set.incomplete.clone());
    }
    rows.extend(found.errors.iter().map(|it| format!("error {}: {}", it.path, it.message)));
    rows
}

/// The slices of their files that the parts of each migration stand at, and what is sent where it
/// differs.
pub(super) fn pieces(files: &[(&str, &str)]) -> Vec<String> {
    let found = found(files);
    let piece = |migration: &Migration, part: &crate::migration::Part| {
        let crate::migration::Part::Sql(sql) = part else { panic!() };
        let span = sql.map.span(0..sql.text.len());
        let source = found.files[migration.file.0 as usize].slice(span);
        assert!(sql.text.is_empty() || migration.span.contains(span), "{:?}", migration.span);
        if source == &*sql.text { source.to_owned() } else { format!("{source} => {}", sql.text) }
    };
    let migrations = found.sets.iter().flat_map(|set| &set.migrations);
    migrations
        .flat_map(|it| it.body.iter().map(|part| piece(it, part)).collect::<Vec<_>>())
        .collect()
}

/// Each set: framework, root, and its migrations' paths with their direction.
fn sets(found: &Discovery) -> Vec<(&'static str, &str, Vec<String>)> {
    let path = |file: FileId| &found.files[file.0 as usize].path;
    let row =
        |migration: &Migration| format!("{} {}", path(migration.file), migration.direction.name());
    let set = |set: &MigrationSet| set.migrations.iter().map(row).collect();
    found.sets.iter().map(|s| (s.framework, &*s.root, set(s))).collect()
}

#[test]
fn a_monorepo_holds_several_sets() {
    let found = found(&[
        ("a/db/migration/V1__x.sql", ""),
        ("a/db/migration/V2__y.sql", ""),
        ("b/db/migration/V1__x.sql", ""),
        ("c/1_x.up.sql", ""),
        ("d/x.sql", "--liquibase formatted sql\n--changeset a:1\nSELECT 1;"),
        ("seed.sql", ""),
        ("README.md", ""),
    ]);
    assert_eq!((&found.errors, &found.empty), (&vec![], &vec![]));
    let row = |path: &str| format!("{path} up");
    assert_eq!(
        sets(&found),
        [
            ("plain", ".", vec![row("seed.sql")]),
            (
                "flyway",
                "a/db/migration",
                vec![row("a/db/migration/V1__x.sql"), row("a/db/migration/V2__y.sql")]
            ),
            ("flyway", "b/db/migration", vec![row("b/db/migration/V1__x.sql")]),
            ("golang-migrate", "c", vec![row("c/1_x.up.sql")]),
            ("liquibase", "d", vec![row("d/x.sql")]),
        ]
    );
}

#[test]
fn a_framework_that_was_named_takes_every_file() {
    let tree = Memory::new([("m/V1__x.sql", ""), ("m/2_x.up.sql", ""), ("x.sql", "")]);
    for (name, runs, never) in
        [("flyway", 1, 2), ("golang-migrate", 1, 2), ("liquibase", 3, 0), ("plain", 3, 0)]
    {
        let settings = Settings { framework: Some(name.to_owned()), ..Settings::default() };
        let found = discover(&tree, &settings);
        assert!(found.sets.iter().all(|set| set.framework == name));
        let count = |of: fn(&MigrationSet) -> usize| found.sets.iter().map(of).sum::<usize>();
        assert_eq!(
            (count(|s| s.migrations.len()), count(|s| s.skipped.len())),
            (runs, never),
            "{name}"
        );
    }
    let settings = Settings { framework: Some("rails".to_owned()), ..Settings::default() };
    let message = &discover(&tree, &settings).errors[0].message;
    assert!(message.starts_with("no framework `rails`; there are "), "{message}");
}

#[test]
fn bad_files_are_errors_and_the_others_are_loaded() {
    let tree = Memory::new([
        ("m/1_a.up.sql", b"ab\0".to_vec()),
        ("m/2_b.up.sql", b"-- \xe9".to_vec()),
        ("m/3_c.up.sql", Vec::new()),
    ]);
    let found = discover(&tree, &Settings::default());
    let message = "not text: a NUL byte at offset 2 (a binary file, or UTF-16)".to_owned();
    assert_eq!(found.errors, [LoadError { path: "m/1_a.up.sql".to_owned(), message }]);
    assert_eq!(found.sets[0].migrations.len(), 2);
}

#[test]
fn a_path_without_migrations_is_named() {
    let tree = Memory::new([("a/x.txt", ""), ("b/x.sql", "")]).given(&["a", "b"]);
    assert_eq!(discover(&tree, &Settings::default()).empty, ["a"]);
}

#[test]
fn files_given_by_name_belong_to_the_set_of_their_folder() {
    let tree = Memory::new([("m/1_a.up.sql", ""), ("m/2_b.up.sql", ""), ("n/1_a.up.sql", "")])
        .given(&["m/2_b.up.sql", "n/1_a.up.sql"]);
    let found = discover(&tree, &Settings::default());
    let rows: Vec<_> =
        sets(&found).into_iter().map(|(_, root, files)| (root.to_owned(), files)).collect();
    assert_eq!(
        rows,
        [
            ("m".to_owned(), vec!["m/2_b.up.sql up".to_owned()]),
            ("n".to_owned(), vec!["n/1_a.up.sql up".to_owned()])
        ]
    );
}

#[test]
fn values_that_the_user_told_win() {
    let tree = Memory::new([
        (
            "flyway.conf",
            "flyway.locations=filesystem:m\nflyway.placeholders.t=old\nflyway.placeholders.u=u",
        ),
        ("m/V1__x.sql", "SELECT ${t}, ${u};"),
    ]);
    let placeholders = BTreeMap::from([("t".to_owned(), "new".to_owned())]);
    let found = discover(&tree, &Settings { placeholders, ..Settings::default() });
    let crate::migration::Part::Sql(sql) = &found.sets[0].migrations[0].body[0] else { panic!() };
    assert_eq!(&*sql.text, "SELECT new, u;");
}

#[test]
fn a_project_is_the_same_from_wherever_it_is_seen() {
    for (name, inside) in [
        ("liquibase-sql-accounts", "fixtures/liquibase-sql-accounts/changelog"),
        ("flyway-shop", "fixtures/flyway-shop/sql"),
    ] {
        let outside = fixture(name);
        for path in [".".to_owned(), "..".to_owned(), format!("../../{name}")] {
            assert_eq!(seen_from(inside, &path), outside, "{path}");
        }
    }
}

/// The migrations of a shipped fixture, in order, and its findings.
fn fixture(name: &str) -> (Vec<String>, Vec<String>) {
    seen_from(".", &format!("fixtures/{name}"))
}

fn seen_from(current: &str, given: &str) -> (Vec<String>, Vec<String>) {
    let current = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(current);
    let tree = crate::tree::WorkTree::seen_from(&current, &[given.into()]);
    let found = discover(&tree, &Settings::default());
    assert_eq!((&found.errors, &found.empty, found.sets.len()), (&vec![], &vec![], 1));
    let row = |migration: &Migration| {
        let path = file_name(&found.files[migration.file.0 as usize].path);
        format!("{path} {} {}", migration.version, migration.direction.name())
    };
    let set = &found.sets[0];
    let findings = set.findings.iter().map(|finding| finding.message.clone()).collect();
    (set.migrations.iter().map(row).collect(), findings)
}

#[test]
fn the_fixtures_run_in_order() {
    let (rows, findings) = fixture("flyway-shop");
    assert_eq!(
        rows.first().map(String::as_str),
        Some("V1__create_customers_and_products.sql V1 up")
    );
    assert_eq!(
        rows.last().map(String::as_str),
        Some("R__order_totals.sql R__order_totals repeatable")
    );
    assert_eq!(
        findings,
        ["`V8_add_order_note.sql` never runs: after `V8` the second underscore is missing"]
    );
    let (rows, findings) = fixture("golang-migrate-tasks");
    assert_eq!(rows[9], "000010_task_priority.down.sql 000010 down");
    assert_eq!(
        findings,
        [
            "`000011_task_labels.sql` never runs: its name has no `.up.` or `.down.` before the extension"
        ]
    );
    let (rows, findings) = fixture("liquibase-sql-accounts");
    assert_eq!((rows.len(), rows[7].as_str()), (11, "015-currencies.sql jonas:currencies up"));
    assert_eq!(
        findings,
        [
            "this part of `020-transfers.sql` never runs: SQL before the first `--changeset` is dropped by Liquibase"
        ]
    );
    let (rows, findings) = fixture("plain-upgrades");
    assert_eq!(
        rows,
        [
            "upgrade_2.sql  up",
            "upgrade_9.sql  up",
            "upgrade_10.sql  up",
            "upgrade_10_rollback.sql  down"
        ]
    );
    assert_eq!(findings, Vec::<String>::new());
}

/// A small project of each framework whose files say or show how they are run.
const PROJECTS: &[(&str, &[(&str, &str)])] = &[
    ("atlas", &[("m/atlas.sum", ""), ("m/1.sql", "SELECT 1;")]),
    ("dbmate", &[("m/1.sql", "-- migrate:up\n-- migrate:down\n")]),
    ("diesel", &[("diesel.toml", ""), ("m/1_a/up.sql", "SELECT 1;")]),
    (
        "drizzle",
        &[("m/meta/_journal.json", r#"{"entries":[{"tag":"0","when":1}]}"#), ("m/0.sql", "")],
    ),
    ("flyway", &[("m/V1__a.sql", "SELECT 1;")]),
    ("golang-migrate", &[("m/1_a.up.sql", "SELECT 1;")]),
    ("goose", &[("m/1_a.sql", "-- +goose Up\n")]),
    ("liquibase", &[("m/a.sql", "--liquibase formatted sql\n--changeset a:1\nSELECT 1;")]),
    ("node-pg-migrate", &[("m/1_a.sql", "-- Up Migration\n")]),
    ("plain", &[("m/a.sql", "SELECT 1;")]),
    ("play-evolutions", &[("m/1.sql", "# --- !Ups\n")]),
    ("prisma", &[("m/1_a/migration.sql", "SELECT 1;")]),
    ("rambler", &[("m/1.sql", "-- rambler up\n")]),
    ("refinery", &[("refinery.toml", ""), ("m/V1__a.sql", "SELECT 1;")]),
    ("sql-migrate", &[("m/1.sql", "-- +migrate Up\n")]),
    ("sqitch", &[("sqitch.plan", "a 2024\n"), ("deploy/a.sql", "SELECT 1;")]),
    ("sqlx", &[("sqlx.toml", ""), ("m/1_a.sql", "SELECT 1;")]),
    ("supabase", &[("supabase/migrations/1_a.sql", "SELECT 1;")]),
    ("tern", &[("tern.conf", ""), ("m/1_a.sql", "SELECT 1;")]),
];

#[test]
fn every_framework_is_known_by_a_project_of_its_own() {
    let own = PROJECTS.iter().map(|(framework, _)| *framework).chain(["dry-run", "dump", "own"]);
    let projects: BTreeSet<&str> = own.collect();
    let adapters: BTreeSet<&str> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
    assert_eq!(projects, adapters);
}

const NAMES: &[&str] = &[
    "1_a.sql",
    "2_b.up.sql",
    "2_b.down.sql",
    "V1__a.sql",
    "U2__b.sql",
    "1.sql",
    "3.sql",
    "é.sql",
    "4_c/up.sql",
    "4_c/down.sql",
    "5_d/migration.sql",
    "deploy/a.sql",
    "revert/a.sql",
    "x/y.sql",
];

const PIECES: &[&str] = &[
    "-- +goose Up",
    "-- +goose Down",
    "-- +goose StatementBegin",
    " -- +goose é",
    "-- +migrate Up",
    "-- +migrate Down notransaction",
    "-- migrate:up",
    "-- migrate:down x",
    "-- rambler up",
    "-- rambler é",
    "---- create above / drop below ----",
    "---- tern: disable-tx ----",
    "é",
    ";;",
    "-- Up Migration",
    "-- Down Migration",
    "# --- !Ups",
    "# !Downs é",
    "--> statement-breakpoint",
    "-- atlas:delimiter \\n",
    "-- atlas:txmode é",
    "-- no-transaction",
    "SELECT 1;",
    "BEGIN;",
    "\n",
    "-- Running upgrade a -> b",
    "-- Changeset é::1::a",
    "-- Flyway Dry Run (",
    "\r",
    "\r\n",
    "${é}",
    "--liquibase formatted sql",
    "--changeset a:1",
    "COMMIT;",
    "-- Source: V1__x.sql",
    "\u{feff}",
];

const MARKERS: &[(&str, &str)] = &[
    ("atlas.sum", ""),
    ("diesel.toml", ""),
    ("meta/_journal.json", r#"{"entries":[{"tag":"1_a","when":1},{"tag":"3","when":0}]}"#),
    ("migration_lock.toml", "provider = 1"),
    ("refinery.toml", ""),
    ("sqitch.plan", "a\n@é\na [x]\n"),
    ("sqlx.toml", ""),
    ("tern.conf", ""),
    ("Cargo.toml", "sqlx refinery diesel"),
];

proptest::proptest! {
    /// I2: whatever stands in the files, and whoever takes them, each is in a migration, in what is
    /// skipped, or in an error, and every place lies inside its file.
    #[test]
    fn every_file_is_accounted_for(
        files in proptest::collection::btree_map(
            proptest::sample::select(NAMES),
            proptest::collection::vec(proptest::sample::select(PIECES), 0..8),
            1..6,
        ),
        marker in proptest::option::of(proptest::sample::select(MARKERS)),
        told in proptest::option::of(0..ADAPTERS.len()),
    ) {
        let mut files: Vec<(&str, String)> =
            files.into_iter().map(|(name, pieces)| (name, pieces.join("\n"))).collect();
        files.extend(marker.map(|(name, text)| (name, text.to_owned())));
        let tree = Memory::new(files.iter().map(|(name, text)| (*name, text.clone())));
        let framework = told.map(|index| ADAPTERS[index].name.to_owned());
        let found = discover(&tree, &Settings { framework, ..Settings::default() });
        let mut seen: BTreeSet<&str> = found.errors.iter().map(|it| it.path.as_str()).collect();
        let all_failed = seen.iter().any(|path| *path == "." || path.ends_with("sqitch.plan"));
        for set in &found.sets {
            let migrations = set.migrations.iter().map(|it| (it.file, it.span));
            let skipped = set.skipped.iter().map(|it| (it.file, it.span));
            let findings = set.findings.iter().map(|it| (it.primary.file, it.primary.span));
            for (file, span) in migrations.chain(skipped).chain(findings) {
                let file = &found.files[file.0 as usize];
                proptest::prop_assert!(file.text.get(span.start as usize..span.end as usize).is_some());
                seen.insert(&file.path);
            }
        }
        let sql = files.iter().filter(|(name, _)| paths::is_sql(name));
        for (name, _) in sql {
            proptest::prop_assert!(all_failed || seen.contains(name), "{name} {:?}", found.sets);
        }
    }
}
