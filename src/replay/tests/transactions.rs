//! Transactions: who opened them, and what a rollback undoes.

use super::{describe, end, run, runner, ups};
use crate::dialect::Dialect;
use crate::migration::{Sends, Wraps};
use crate::replay::{Automatic, Transaction, automatic};

/// The transaction of each statement, as a word.
fn states(sql: &str, wraps: Wraps, sends: Sends) -> Vec<&'static str> {
    let mut migrations = ups(&[sql]);
    migrations[0].migration.runner = runner(wraps, sends);
    let replay = run(&migrations, true);
    let steps = replay.steps(0);
    let words = steps.iter().map(|step| match step.transaction {
        Transaction::Author(_) => "author",
        Transaction::Runner => "runner",
        Transaction::Message => "message",
        Transaction::None => "none",
        Transaction::Unknown => "unknown",
    });
    words.collect()
}

#[test]
fn every_statement_knows_its_transaction() {
    use Sends::{Statements, WholeFile};
    let two = "select 1; select 2;";
    let own = "select 1; begin; select 2; commit; select 3;";
    let commit = "select 1; commit; select 2;";
    let cases: &[(&str, Wraps, Sends, &[&str])] = &[
        (two, Wraps::EachFile, Statements, &["runner", "runner"]),
        (two, Wraps::Nothing, Statements, &["none", "none"]),
        (two, Wraps::Nothing, WholeFile, &["message", "message"]),
        ("select 1;", Wraps::Nothing, WholeFile, &["none"]),
        (two, Wraps::Nothing, Sends::Unknown, &["unknown", "unknown"]),
        (two, Wraps::Unknown, Sends::Unknown, &["unknown", "unknown"]),
        (own, Wraps::Nothing, Statements, &["none", "none", "author", "author", "none"]),
        (own, Wraps::Nothing, WholeFile, &["message", "message", "author", "author", "message"]),
        (own, Wraps::EachFile, Statements, &["runner", "runner", "runner", "runner", "none"]),
        (
            own,
            Wraps::Unknown,
            Sends::Unknown,
            &["unknown", "unknown", "author", "author", "unknown"],
        ),
        (commit, Wraps::Nothing, WholeFile, &["message", "message", "message"]),
        (commit, Wraps::EachFile, WholeFile, &["runner", "runner", "message"]),
        (
            "begin; commit and chain; select 1;",
            Wraps::Nothing,
            Statements,
            &["none", "author", "author"],
        ),
    ];
    for (sql, wraps, sends, expected) in cases {
        assert_eq!(states(sql, *wraps, *sends), *expected, "{sql} {wraps:?} {sends:?}");
    }
}

#[test]
fn the_author_of_a_transaction_is_named() {
    let mut migrations = ups(&["select 1; begin; select 2;"]);
    migrations[0].migration.runner = runner(Wraps::Nothing, Sends::Statements);
    let replay = run(&migrations, true);
    let steps = replay.steps(0);
    let Transaction::Author(span) = steps[2].transaction else { panic!("not the author's") };
    assert_eq!((span.start, span.end), (10, 15));
}

#[test]
fn rollbacks_undo_the_catalog() {
    let cases: &[(&str, &[&str])] = &[
        ("create table a (x int); rollback; create table b (x int);", &["public.b (x integer)"]),
        (
            "create table a (x int); savepoint s; create table b (x int); rollback to s; \
             create table c (x int);",
            &["public.a (x integer)", "public.c (x integer)"],
        ),
        ("create table a (x int); savepoint s; drop table a; release s; rollback to s;", &[]),
        (
            "create temp table a (x int) on commit drop; commit; create table a (x int);",
            &["public.a (x integer)"],
        ),
        ("set search_path to s; rollback; create table a (x int);", &["public.a (x integer)"]),
    ];
    for (sql, expected) in cases {
        assert_eq!(describe(&end(sql)), *expected, "{sql}");
    }
}

#[test]
fn what_a_session_sets_ends_with_its_migration() {
    let migrations =
        ups(&["set search_path to s; create temp table x (a int);", "create table t (a int);"]);
    assert_eq!(describe(&run(&migrations, true).end), ["public.t (a integer)"]);
}

#[test]
fn flyway_sees_what_may_not_run_in_a_transaction() {
    let cases = [
        ("create index concurrently i on t (a); vacuum t;", Automatic::Alone),
        ("create index concurrently i on t (a); select 1;", Automatic::Mixed),
        ("reindex table concurrently t; select 1;", Automatic::Transaction),
    ];
    for (sql, expected) in cases {
        let dialect = Dialect::new(super::POSTGRES);
        assert_eq!(automatic(&ups(&[sql])[0], dialect), expected, "{sql}");
    }
}

/// The texts of the statements that run in the transaction of the first one.
fn later(texts: &[&str], wraps: Wraps, sends: Sends) -> Vec<String> {
    let mut migrations = ups(texts);
    migrations.iter_mut().for_each(|it| it.migration.runner = runner(wraps, sends));
    let replay = run(&migrations, true);
    let steps = replay.steps(0);
    steps[0].later_in_transaction().map(|step| step.statement.text.clone()).collect()
}

#[test]
fn statements_that_share_a_transaction_are_found() {
    use Sends::{Statements, WholeFile};
    let two = &["select 1; select 2", "select 3"][..];
    let own = &["begin; select 1; commit; select 2"][..];
    let late = &["select 1; begin; select 2; commit; select 3"][..];
    let ended = &["select 1; commit; select 2", "select 3"][..];
    let cases: &[(&[&str], Wraps, Sends, &[&str])] = &[
        (two, Wraps::EachFile, Statements, &["select 2"]),
        (two, Wraps::AllPending, Statements, &["select 2", "select 3"]),
        (two, Wraps::Nothing, Statements, &[]),
        (two, Wraps::Nothing, WholeFile, &["select 2"]),
        (two, Wraps::Unknown, Sends::Unknown, &["select 2"]),
        (own, Wraps::Nothing, WholeFile, &["select 1", "commit"]),
        (late, Wraps::Nothing, WholeFile, &["begin", "select 2", "commit"]),
        (late, Wraps::Nothing, Statements, &[]),
        (ended, Wraps::AllPending, Statements, &["commit"]),
    ];
    for (texts, wraps, sends, expected) in cases {
        assert_eq!(later(texts, *wraps, *sends), *expected, "{texts:?} {wraps:?} {sends:?}");
    }
}

/// The units of migrations: the texts of each, those of the migration before it in brackets.
fn cut(texts: &[&str], wraps: Wraps, sends: Sends) -> Vec<String> {
    let mut migrations = ups(texts);
    migrations.iter_mut().for_each(|it| it.migration.runner = runner(wraps, sends));
    let replay = run(&migrations, true);
    let steps = replay.all_steps();
    let text = |steps: &[crate::replay::Step<'_>]| {
        steps.iter().map(|step| step.statement.text.clone()).collect::<Vec<_>>().join("; ")
    };
    let units = crate::replay::units(&replay, &steps);
    let units = units.iter().map(|unit| match unit.pending {
        [] => text(unit.steps),
        pending => format!("({}) {}", text(pending), text(unit.steps)),
    });
    units.collect()
}

#[test]
fn units_are_cut_where_a_transaction_ends() {
    use Sends::{Statements, WholeFile};
    let two = &["select 1; select 2", "select 3"][..];
    let own = &["begin; select 1; commit; select 2; select 3"][..];
    let ended = &["select 1; commit", "select 2"][..];
    let cases: &[(&[&str], Wraps, Sends, &[&str])] = &[
        (two, Wraps::EachFile, Statements, &["select 1; select 2", "select 3"]),
        (
            two,
            Wraps::AllPending,
            Statements,
            &["select 1; select 2", "(select 1; select 2) select 3"],
        ),
        (two, Wraps::Nothing, Statements, &["select 1", "select 2", "select 3"]),
        (two, Wraps::Nothing, WholeFile, &["select 1; select 2", "select 3"]),
        (own, Wraps::Nothing, WholeFile, &["begin; select 1; commit", "select 2; select 3"]),
        (own, Wraps::Nothing, Statements, &["begin", "select 1; commit", "select 2", "select 3"]),
        (ended, Wraps::AllPending, Statements, &["select 1; commit", "select 2"]),
    ];
    for (texts, wraps, sends, expected) in cases {
        assert_eq!(cut(texts, *wraps, *sends), *expected, "{texts:?} {wraps:?} {sends:?}");
    }
}

#[test]
fn what_the_role_sets_stands_behind_what_the_session_sets() {
    let sql = "set lock_timeout = 0; reset lock_timeout; begin; set local lock_timeout = '1s'; commit; select 1";
    let mut migrations = ups(&[sql]);
    migrations[0].migration.runner = runner(Wraps::Nothing, Sends::Statements);
    let dialect = Dialect::new(super::POSTGRES);
    let mut base = crate::replay::Base::empty(dialect, true);
    base.catalog.defaults.insert("lock_timeout".to_owned(), vec!["5s".to_owned()]);
    let replay = crate::replay::replay(&migrations, dialect, base);
    let after =
        |step: &crate::replay::Step<'_>| step.after.setting("lock_timeout").unwrap()[0].clone();
    let values: Vec<String> = replay.steps(0).iter().map(after).collect();
    assert_eq!(values, ["0", "5s", "5s", "1s", "5s", "5s"]);
}
