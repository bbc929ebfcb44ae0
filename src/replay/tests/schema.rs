//! What the catalog holds, and what changed in it.

use super::{describe, differences, end, run, ups};

/// Replays `sql` and compares every relation.
fn expect(sql: &str, relations: &[&str]) {
    assert_eq!(describe(&end(sql)), relations, "{sql}");
}

/// Replays `given`, then `sql`, and compares what `sql` changes.
fn expect_differences(given: &str, sql: &str, expected: &[&str]) {
    let migrations = ups(&[given, sql]);
    let replay = run(&migrations, true);
    assert_eq!(replay.missing, None, "{sql}");
    assert_eq!(differences(&replay, 1), expected, "{sql}");
}

#[test]
fn tables_have_the_names_that_postgres_makes() {
    expect(
        "create table t (id serial primary key, a int unique, b text check (b <> ''), \
         c int references t, unique (a, b), check (a > 0 and b <> 'x'));",
        &[
            "public.t (id integer not null default nextval('public.t_id_seq'::regclass), \
             a integer, b text, c integer, t_b_check check (b <> ''), \
             t_check check (a > 0 and b <> 'x'), t_pkey primary key (id), t_a_key unique (a), \
             t_a_b_key unique (a, b), t_c_fkey foreign key (c) to public.t (id))",
            "unique index public.t_a_b_key on public.t (a, b)",
            "unique index public.t_a_key on public.t (a)",
            "sequence public.t_id_seq of public.t.id",
            "unique index public.t_pkey on public.t (id)",
        ],
    );
    expect(
        "create table t (a int, b int); create index on t (a); create index on t (a); \
         create index on t (lower(a), b);",
        &[
            "public.t (a integer, b integer)",
            "index public.t_a_idx on public.t (a)",
            "index public.t_a_idx1 on public.t (a)",
            "index public.t_lower_b_idx on public.t (lower(a), b)",
        ],
    );
}

#[test]
fn a_key_that_is_written_twice_is_one() {
    expect(
        "create table t (a int primary key unique, b int unique, constraint k unique (b));",
        &[
            "unique index public.k on public.t (b)",
            "public.t (a integer not null, b integer, t_pkey primary key (a), k unique (b))",
            "unique index public.t_pkey on public.t (a)",
        ],
    );
}

#[test]
fn a_condition_guards_what_it_holds() {
    let given = "create table t (a int primary key, b int); create type e as enum ('x');";
    let guarded = "do $$ begin if x then alter table t add primary key (a); \
                   alter table t add column b int; create type e as enum ('y'); \
                   create table t (z int); drop table u; alter table t drop c; end if; end $$;";
    expect_differences(given, guarded, &[]);
}

#[test]
fn columns_come_from_other_tables() {
    let source = "create table s (id int primary key, a text not null default 'x' check (a > ''));\
                  create index s_a on s (a);";
    expect(
        &format!("{source} create table t (like s including all, b int); drop table s;"),
        &[
            "public.t (id integer not null, a text not null default 'x', b integer, \
             s_a_check check (a > ''), t_pkey primary key (id))",
            "index public.t_a_idx on public.t (a)",
            "unique index public.t_pkey on public.t (id)",
        ],
    );
    expect(
        &format!("{source} create table t (b int) inherits (s); alter table s drop column a;"),
        &[
            "public.s (id integer not null, s_pkey primary key (id))",
            "unique index public.s_pkey on public.s (id)",
            "public.t (id integer not null, b integer)",
        ],
    );
    expect(
        "create table p (id int, at date, primary key (id, at)) partition by range (at);\
         create table p1 partition of p for values from ('2020-01-01') to ('2021-01-01');\
         create index on p (at);",
        &[
            "public.p (id integer not null, at date not null, p_pkey primary key (id, at))",
            "public.p1 (id integer not null, at date not null, p1_pkey primary key (id, at))",
            "index public.p1_at_idx on public.p1 (at)",
            "unique index public.p1_pkey on public.p1 (id, at)",
            "index public.p_at_idx on public.p (at)",
            "unique index public.p_pkey on public.p (id, at)",
        ],
    );
    expect("create table t as select 1 as a;", &["public.t (, ...)"]);
}

#[test]
fn children_keep_what_is_their_own() {
    expect(
        "create table p (a int, b int); create table c (b int, d int) inherits (p);\
         alter table p add column d int; alter table p add column e int;\
         alter table p drop column b, drop column d, drop column e;",
        &["public.c (a integer, b integer, d integer)", "public.p (a integer)"],
    );
    expect(
        "create table p (a int) partition by list (a);\
         create table p1 partition of p for values in (1); create index i on p (a);\
         alter table p detach partition p1; drop index i; drop table p;",
        &["public.p1 (a integer)", "index public.p1_a_idx on public.p1 (a)"],
    );
}

#[test]
fn renames_reach_everything_that_refers() {
    expect(
        "create table a (id serial primary key, x int);\
         create table b (a_id int references a);\
         create view v as select x from a;\
         create index i on a (x) where x > 0;\
         alter table a rename to c; alter table c rename column x to y;\
         alter table c rename constraint c_pkey to k; alter table c rename constraint a_pkey to k;\
         alter index i rename to j; alter table c rename column id to key;",
        &[
            "sequence public.a_id_seq of public.c.key",
            "public.b (a_id integer, b_a_id_fkey foreign key (a_id) to public.c (key))",
            "public.c (key integer not null default nextval('public.a_id_seq'::regclass), \
             y integer, k primary key (key))",
            "index public.j on public.c (y)",
            "unique index public.k on public.c (key)",
            "view public.v of public.c",
        ],
    );
    expect(
        "create schema s; create table t (id serial primary key); alter table t set schema s;\
         alter schema s rename to r;",
        &[
            "r.t (id integer not null default nextval('r.t_id_seq'::regclass), \
             t_pkey primary key (id))",
            "sequence r.t_id_seq of r.t.id",
            "unique index r.t_pkey on r.t (id)",
        ],
    );
}

#[test]
fn drops_take_along_what_depends() {
    let given = "create table a (id serial primary key, x int, y int unique);\
                 create table b (a_id int references a, y int references a (y));\
                 create view v as select x from a; create view w as select * from v;\
                 create index i on a (x);";
    expect(&format!("{given} drop table a cascade;"), &["public.b (a_id integer, y integer)"]);
    expect_differences(
        given,
        "drop table a cascade;",
        &[
            "table public.a: dropped",
            "table public.b: - constraint b_a_id_fkey",
            "table public.b: - constraint b_y_fkey",
            "view public.v: dropped",
            "view public.w: dropped",
        ],
    );
    expect(
        &format!("{given} alter table a drop column x cascade, drop column y cascade;"),
        &[
            "public.a (id integer not null default nextval('public.a_id_seq'::regclass), \
             a_pkey primary key (id))",
            "sequence public.a_id_seq of public.a.id",
            "unique index public.a_pkey on public.a (id)",
            "public.b (a_id integer, y integer, \
             b_a_id_fkey foreign key (a_id) to public.a (id))",
        ],
    );
    expect(&format!("{given} drop schema public cascade;"), &[]);
    expect(
        "create type e as enum ('a'); create table t (a e, b int); drop type e cascade;",
        &["public.t (b integer)"],
    );
}

#[test]
fn names_are_sought_on_the_search_path() {
    expect(
        "create schema s; create table t (a int); set search_path to s, public;\
         create table u (a int); alter table t add b int; create temp table t (c int);\
         alter table t add d int; create index t_i on t (c);",
        &["public.t (a integer, b integer)", "s.u (a integer)"],
    );
    expect(
        "begin; set local search_path to s; create table t (a int); commit;\
         create table u (a int); select set_config('search_path', 's', false);\
         create table v (a int);",
        &["public.u (a integer)", "s.t (a integer)", "s.v (a integer)"],
    );
}

#[test]
fn both_spellings_of_a_constraint_differ_alike() {
    let given = "create table p (id int primary key); create table t (a int);";
    let both = [
        "table public.t: + column b",
        "table public.t: + constraint t_b_fkey",
        "table public.t: + constraint t_b_key",
    ];
    expect_differences(given, "alter table t add b int references p unique;", &both);
    expect_differences(
        given,
        "alter table t add b int, add foreign key (b) references p, add unique (b);",
        &both,
    );
    expect_differences(
        given,
        "alter table t add primary key (a);",
        &["table public.t: + constraint t_pkey", "table public.t: column a not null"],
    );
}

#[test]
fn what_changes_nothing_gives_no_difference() {
    expect_differences(
        "create table t (a int not null default 1, primary key (a)); create index i on t (a);",
        "create table if not exists t (b int); create index if not exists i on t (a);\
         alter table t add column if not exists a int; alter table t alter a set not null;\
         alter table t alter a set default 1;\
         alter table if exists u add b int; drop table if exists u; drop index if exists j;\
         alter table t drop column if exists z; alter table t drop constraint if exists c;\
         drop type if exists e; drop function if exists f(int); drop view if exists v;",
        &[],
    );
}

#[test]
fn column_changes_say_from_what() {
    expect_differences(
        "create table t (a varchar(10), b text not null, c int);",
        "alter table t alter a type varchar(20), alter b drop not null, alter c set not null;\
         alter table t alter a set default 'x'; alter table t rename c to d;",
        &[
            "table public.t: column a from character varying(10) to character varying(20)",
            "table public.t: column b null",
            "table public.t: column c not null",
            "table public.t: column a default",
            "table public.t: column c renamed d",
        ],
    );
}

#[test]
fn a_type_change_is_told_whatever_is_known() {
    // PostgreSQL builds expression and partial indexes anew for an equal type too.
    expect_differences(
        "create table t (a int);",
        "alter table t alter a type integer;",
        &["table public.t: column a from integer to integer"],
    );
    let change = "alter table w alter column c type bigint;";
    let of_old = "table public.w: column c from ? to bigint";
    let cases: [(String, &[&str]); 6] = [
        (change.to_owned(), &[of_old]),
        (format!("do $$ begin if a then {change} end if; end $$;"), &[of_old]),
        (format!("do $$ begin loop {change} end loop; end $$;"), &[of_old]),
        (format!("do $$ begin {change} exception when others then null; end $$;"), &[of_old]),
        // Whether the first branch ran is not known.
        (format!("do $$ begin if a then {change} else {change} end if; end $$;"), &[of_old; 2]),
        (format!("do $$ begin if a then {change} end if; end $$; {change}"), &[of_old; 2]),
    ];
    for (sql, expected) in cases {
        let migrations = ups(&[&sql]);
        assert_eq!(differences(&run(&migrations, false), 0), expected, "{sql}");
    }
}

#[test]
fn changes_of_an_unknown_table_are_told_under_a_condition_too() {
    let changes = "alter table w drop column c; alter table w alter d set not null;\
        alter table w alter e drop not null; alter table w alter f set default 1;\
        alter table w add g int; alter table w drop constraint h;\
        alter table w validate constraint i; alter table w rename j to k;\
        alter table w add constraint l check (m > 0); create index n on w (o); drop index p;\
        drop table y; alter table z rename to zz; drop view v; drop type ty;";
    let told = |sql: &str| differences(&run(&ups(&[sql]), false), 0);
    let certain = told(changes);
    assert_eq!(certain.len(), 15, "{certain:?}");
    assert_eq!(told(&format!("do $$ begin if a then {changes} end if; end $$;")), certain);
    assert_eq!(told(&format!("do $$ begin loop {changes} end loop; end $$;")), certain);
}

#[test]
fn constraints_are_validated_and_indexes_taken_over() {
    expect_differences(
        "create table t (a int); create unique index i on t (a);",
        "alter table t add constraint c check (a > 0) not valid;\
         alter table t validate constraint c; alter table t validate constraint c;\
         alter table t add constraint k primary key using index i;",
        &[
            "table public.t: + constraint c",
            "table public.t: constraint c validated",
            "table public.t: + constraint k",
            "table public.t: column a not null",
        ],
    );
    expect(
        "create table t (a int); create unique index i on t (a);\
         alter table t add constraint k unique using index i; alter table t drop constraint k;",
        &["public.t (a integer)"],
    );
}

#[test]
fn objects_are_created_changed_and_dropped() {
    expect_differences(
        "create table t (a int); create function f(int) returns int language sql as 'select 1';",
        "create or replace function f(int) returns int language sql as 'select 2';\
         create type e as enum ('a'); alter type e add value 'b';\
         alter type e add value if not exists 'b'; alter type e rename to e2;\
         create view v as select a from t; create or replace view v as select a + 1 as a from t;\
         create sequence s; drop sequence s; drop function f(int); comment on table t is 'x';\
         grant select on t to app;",
        &[
            "function public.f(integer): changed",
            "type public.e: created",
            "type public.e: changed",
            "type public.e: renamed public.e2",
            "view public.v: created",
            "view public.v: changed",
            "sequence public.s: created",
            "sequence public.s: dropped",
            "function public.f(integer): dropped",
            "table public.t: changed",
            "table public.t: changed",
        ],
    );
}

#[test]
fn an_index_on_only_a_partitioned_table_is_valid_once_all_is_attached() {
    let given = "create table p (a int) partition by list (a);\
                 create table p1 partition of p for values in (1); create index i on only p (a);\
                 create index i1 on p1 (a);";
    let of_index = |sql: &str| describe(&end(sql)).first().cloned();
    assert_eq!(of_index(given).as_deref(), Some("index public.i on public.p (a) invalid"));
    let attached = format!("{given} alter index i attach partition i1;");
    assert_eq!(of_index(&attached).as_deref(), Some("index public.i on public.p (a)"));
}

#[test]
fn tables_at_the_end_point_at_their_birth() {
    let migrations = ups(&["create table a (x int); create table b (x int);", "drop table a;"]);
    let replay = run(&migrations, true);
    let tables = replay.tables();
    let names: Vec<String> = tables.iter().map(|table| table.name.to_string()).collect();
    assert_eq!(names, ["public.b"]);
    assert_eq!(tables[0].span.start, 24);
}

#[test]
fn tables_at_the_end_point_at_where_a_later_migration_took_their_key() {
    let dialect = crate::dialect::Dialect::new(super::POSTGRES);
    let dump = ups(&["create table t (a int primary key); create table old (a int);"]);
    let drop = "alter table t drop constraint t_pkey;";
    let found = |texts: &[&str]| {
        let migrations = ups(texts);
        let replay = super::replay(&migrations, dialect, super::Base::schema(&dump, dialect));
        let tables = replay.tables();
        let place = |it: &super::super::TableEnd<'_>| {
            let version = it.migration.migration.version.text.clone();
            (it.name.to_string(), version, it.span.start, it.key_dropped.map(|it| it.key.clone()))
        };
        tables.iter().map(place).collect::<Vec<_>>()
    };
    let dropped = ("public.t".to_owned(), "2".to_owned(), 14, Some("t_pkey".to_owned()));
    assert_eq!(found(&["select 1;", drop]), [dropped]);
    assert_eq!(found(&[drop, "alter table t add primary key (a);"]), []);
    assert_eq!(found(&[drop, "drop table t;"]), []);
    assert_eq!(found(&["begin; alter table t drop constraint t_pkey; rollback;"]), []);
}
