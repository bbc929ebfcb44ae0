//! What is known, what is not, and what is born.

use super::{Base, describe, migration, name, replay, run, runner, standing, ups};
use crate::dialect::{Dialect, Engine};
use crate::migration::{Direction, Sends, Wraps};

#[test]
fn lookups_answer_with_what_is_known() {
    let made = "create table t (a int primary key);";
    let unread = "do $$ begin execute 'drop table ' || x; end $$;";
    let maybe = "do $$ begin if x then alter table t add b int; end if; end $$;";
    let cases: &[(&str, bool, [&str; 4])] = &[
        // table t, column t.a, column t.b, table u
        (made, true, ["known", "known", "absent", "absent"]),
        (made, false, ["known", "known", "absent", "assumed"]),
        ("create table u (x int);", false, ["assumed", "assumed", "assumed", "known"]),
        ("alter table t add b int;", false, ["assumed", "assumed", "known", "assumed"]),
        ("alter table t drop b; drop table u;", false, ["assumed", "assumed", "absent", "absent"]),
        ("alter table t rename to u;", false, ["absent", "absent", "absent", "assumed"]),
        ("create table t as select 1 as a;", true, ["known", "assumed", "assumed", "absent"]),
        (
            &format!("{made} {unread}"),
            true,
            ["clouded, seen", "clouded, seen", "clouded", "clouded"],
        ),
        (
            &format!("{made} {unread} alter table t add b int;"),
            true,
            ["known", "clouded, seen", "known", "clouded"],
        ),
        (&format!("{made} {maybe}"), true, ["known", "known", "clouded, seen", "absent"]),
        (
            "do $$ begin if x then create table t (a int); end if; end $$;",
            true,
            ["clouded, seen", "clouded, seen", "clouded", "absent"],
        ),
        (
            &format!("{made} do $$ begin if x then drop table t; end if; end $$;"),
            true,
            ["clouded", "clouded", "clouded", "absent"],
        ),
        (
            "create table if not exists t (a int);",
            false,
            ["assumed", "known", "assumed", "assumed"],
        ),
        ("create table if not exists t (a int);", true, ["known", "known", "absent", "absent"]),
    ];
    for (sql, complete, expected) in cases {
        let migrations = ups(&[sql]);
        let catalog = run(&migrations, *complete).end;
        let (t, u) = (name("t"), name("public.u"));
        let found = [
            standing(&catalog.table(&t)),
            standing(&catalog.column(&t, "a")),
            standing(&catalog.column(&t, "b")),
            standing(&catalog.table(&u)),
        ];
        assert_eq!(found, *expected, "{sql} complete: {complete}");
    }
}

#[test]
fn a_set_that_needs_what_it_never_made_is_incomplete() {
    let cases = [
        ("alter table t add a int;", Some("public.t")),
        ("create table t (a int); alter table t drop b;", Some("public.t.b")),
        ("create table t (a int references u);", Some("public.u")),
        ("create index i on t (a);", Some("public.t")),
        ("drop index i;", Some("public.i")),
        ("alter type e add value 'x';", Some("public.e")),
        ("insert into t values (1);", Some("public.t")),
        ("drop table if exists t; alter table if exists t add a int;", None),
        ("do $$ begin if x then alter table t add a int; end if; end $$;", Some("public.t")),
        ("create table u (); do $$ begin if x then alter table t add a int; end if; end $$;", None),
        ("create table t (a int); select a from t; create index on t (a);", None),
    ];
    for (sql, expected) in cases {
        let migrations = ups(&[sql]);
        let replay = run(&migrations, true);
        let missing = replay.missing.as_ref().map(|missing| missing.object.to_string());
        assert_eq!(missing.as_deref(), expected, "{sql}");
        assert_eq!(replay.end.complete, expected.is_none(), "{sql}");
    }
}

/// Whether `t` is born at the last statement of the last migration.
fn is_born(texts: &[&str], complete: bool) -> bool {
    let migrations = ups(texts);
    let replay = run(&migrations, complete);
    replay.steps(texts.len() - 1).last().unwrap().is_born(&name("t"))
}

#[test]
fn a_table_is_born_where_nobody_can_be_using_it() {
    let create = "create table t (a int);";
    let cases: &[(&[&str], bool, bool)] = &[
        (&["create table t (a int); create index on t (a);"], true, true),
        (&["create table t (a int); create index on t (a);"], false, true),
        (&[create, "create index on t (a);"], true, false),
        (&["create table if not exists t (a int); create index on t (a);"], true, true),
        (&["create table if not exists t (a int); create index on t (a);"], false, false),
        (&[create, "drop table t; create table t (b int); create index on t (b);"], true, true),
        (&["drop table t; create table t (b int); create index on t (b);"], false, true),
        (&["drop table if exists t; create table t (b int); select 1;"], false, true),
        (&[create, "drop table t; create table t as select 1; select 1;"], true, false),
        (
            &[
                "create table n as select 1 a; create index on n (a); alter table n rename to t; select 1;",
            ],
            true,
            true,
        ),
        (&["drop table if exists t; create table t (b int); select 1;"], true, true),
        (
            &[
                create,
                "create table n (a int); alter table t rename to o; \
                       alter table n rename to t; create index on t (a);",
            ],
            true,
            false,
        ),
        (&["create table n (a int); alter table n rename to t; select 1;"], true, true),
        (&["create table n (a int); alter table n rename to t; select 1;"], false, true),
        (&[create, "alter table t rename to o; create table t (a int); select 1;"], true, true),
        (&[create, "create temp table t (a int); create index on t (a);"], true, true),
        (&["do $$ begin if x then create table t (a int); end if; end $$; select 1;"], true, false),
        (&["do $$ begin create table t (a int); end $$; select 1;"], true, true),
        (&["alter table t add a int; create index on t (a);"], false, false),
        (&["create table t (a int); drop table t; create table t (b int); select 1;"], true, true),
    ];
    for (texts, complete, expected) in cases {
        assert_eq!(is_born(texts, *complete), *expected, "{texts:?} complete: {complete}");
    }
}

#[test]
fn a_column_is_born_likewise() {
    let create = "create table t (a int);";
    let cases: &[(&[&str], bool, bool)] = &[
        (&[create, "alter table t add b int; alter table t alter b set not null;"], true, true),
        (&["alter table t add b int; alter table t alter b set not null;"], false, true),
        (
            &["alter table t add if not exists b int; alter table t alter b set not null;"],
            false,
            false,
        ),
        (
            &[create, "alter table t rename a to b; alter table t alter b set not null;"],
            true,
            false,
        ),
        (
            &[
                "create table t (b int);",
                "alter table t drop b; alter table t add b text; select 1;",
            ],
            true,
            false,
        ),
        (&["alter table t drop b; alter table t add b text; select 1;"], false, false),
        // A table that takes the place of another one: the release reads the other one's column.
        (
            &[
                "create table t (a int, b int);",
                "create table n (a int, b int); drop table t; alter table n rename to t;\
                 alter table t drop column b;",
            ],
            true,
            false,
        ),
        (
            &[
                create,
                "create table n (a int, b int); drop table t; alter table n rename to t;\
                 alter table t drop column b;",
            ],
            true,
            true,
        ),
        (
            &[
                "create table t (a int, b int); do $$ begin execute x; end $$;",
                "create table n (a int, b int); drop table t; alter table n rename to t;\
                 alter table t drop column b;",
            ],
            true,
            false,
        ),
        (
            &[
                "create table t (a int, b int);",
                "alter table t drop b; alter table t add c int; alter table t rename c to b;\
                 alter table t drop b;",
            ],
            true,
            false,
        ),
        (
            &["create table t (b int);", "create temp table t (b int); alter table t drop b;"],
            true,
            true,
        ),
    ];
    for (texts, complete, expected) in cases {
        let migrations = ups(texts);
        let replay = run(&migrations, *complete);
        let steps = replay.steps(texts.len() - 1);
        let born = steps.last().unwrap().is_column_born(&name("t"), "b");
        assert_eq!(born, *expected, "{texts:?} complete: {complete}");
    }
}

#[test]
fn downs_and_baselines_do_not_continue_the_history() {
    let migrations = [
        migration("1", Direction::Up, "create table a (x int);"),
        migration("1", Direction::Down, "drop table a;"),
        migration("2", Direction::Up, "create table b (x int);"),
        migration("2", Direction::Down, "drop table b; drop table nothing;"),
        migration("2", Direction::Baseline, "create table a (x int); create table b (x int);"),
    ];
    let replay = run(&migrations, true);
    assert_eq!(replay.missing, None);
    assert_eq!(describe(&replay.end), ["public.a (x integer)", "public.b (x integer)"]);
    let before = |index: usize| describe(replay.steps(index)[0].before);
    assert_eq!(before(1), ["public.a (x integer)"]);
    assert_eq!(before(3), ["public.a (x integer)", "public.b (x integer)"]);
    assert_eq!(before(4), Vec::<String>::new());

    let squashed = [
        migration("2", Direction::Baseline, "create table a (x int);"),
        migration("3", Direction::Up, "alter table a add y int;"),
    ];
    let replay = run(&squashed, true);
    assert_eq!(replay.missing, None);
    assert_eq!(describe(&replay.end), ["public.a (x integer, y integer)"]);
}

#[test]
fn a_base_schema_is_old_and_complete() {
    let dialect = Dialect::new(Engine::Postgres);
    let mut dump = ups(&["set search_path to ''; create table public.t (a int);"]);
    dump[0].migration.runner = runner(Wraps::Nothing, Sends::Statements);
    let migrations = ups(&["alter table t add b int; create index on t (b);"]);
    let replay = replay(&migrations, dialect, Base::schema(&dump, dialect));
    assert_eq!(replay.missing, None);
    assert!(!replay.steps(0)[1].is_born(&name("t")));
    assert!(replay.tables().is_empty());
}

#[test]
fn calls_cloud_what_their_functions_may_touch() {
    let made = "create table t (a int); create table u (a int);";
    let reads = "create function f() returns int language sql as 'select a from t';";
    let drops = "create function f() returns void language sql as 'drop table t';";
    let cases = [
        (format!("{made} select now();"), ["known", "known"]),
        (format!("{made} select unheard_of();"), ["clouded, seen", "clouded, seen"]),
        (format!("{made} {reads} select f();"), ["known", "known"]),
        (format!("{made} {drops} select f();"), ["clouded, seen", "known"]),
    ];
    for (sql, expected) in cases {
        let migrations = ups(&[&sql]);
        let catalog = run(&migrations, true).end;
        let found = ["t", "u"].map(|table| standing(&catalog.table(&name(table))));
        assert_eq!(found, expected, "{sql}");
    }
}
