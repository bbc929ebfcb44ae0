//! Two schemas compared: what each kind of object has that can differ, what that breaks, and what
//! means the same.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

use lockgate::dialect::{Dialect, Engine};
use lockgate::read;
use lockgate::replay::Base;
use lockgate::schema::catalog::Catalog;
use lockgate::schema::diff::{Difference, Options, SchemaDiff, Verb, diff};
use lockgate::source::{FileId, SourceFile};

fn catalog(sql: &str, engine: Engine) -> Catalog {
    let source = SourceFile::new("a.sql", sql);
    let read = read::file(&source, FileId(0), engine).unwrap();
    Base::schema(&[read], Dialect::new(engine)).catalog
}

fn compare(engine: Engine, from: &str, to: &str, options: Options) -> SchemaDiff {
    diff(&catalog(from, engine), &catalog(to, engine), options)
}

/// A difference in one line: `~ column t.a: type a > b | breaks | used by | like`.
fn line(difference: &Difference) -> String {
    let Difference { of, group, verb, said, .. } = difference;
    let mark = match verb {
        Verb::Added => "+",
        Verb::Removed => "-",
        Verb::Changed => "~",
    };
    let name = match difference.is_whole() {
        true => of.name.clone(),
        false => format!("{}.{}", group.name, of.name),
    };
    let said: Vec<String> = match verb {
        Verb::Changed => said
            .iter()
            .map(|it| {
                let show = |value: &Option<String>| value.clone().unwrap_or("none".to_owned());
                format!("{} {} > {}", it.name, show(&it.before), show(&it.after))
            })
            .collect(),
        _ => {
            said.iter().map(|it| format!("{} {}", it.lead, it.value()).trim().to_owned()).collect()
        }
    };
    let breaks: Vec<&str> = difference.breaks.iter().map(|it| it.name()).collect();
    let used: Vec<&str> = difference.dependents.iter().map(|it| it.name.as_str()).collect();
    let parts = [said.join(" "), breaks.join(" "), used.join(" "), difference.like.join(" ")];
    format!("{mark} {} {name}: {}", of.kind, parts.join(" | "))
}

fn lines(from: &str, to: &str) -> Vec<String> {
    let found = compare(Engine::Postgres, from, to, Options::default());
    assert_eq!(found.unknown, []);
    found.differences.iter().map(line).collect()
}

#[test]
fn columns() {
    let from = "create table t (a int, b varchar(9) default 'x', c text not null, d int, e int, \
                f numeric(9,2), g date);";
    let to = "create table t (a bigint, b varchar(20), c text, d int not null, e int default 1, \
              f numeric(9,2), g date generated always as (current_date) stored, h int not null, \
              i int not null default 0);";
    assert_eq!(
        lines(from, to),
        [
            "~ column public.t.a: type integer > bigint | readers rollback |  | ",
            "~ column public.t.b: type character varying(9) > character varying(20) \
             default 'x' > none | writers rollback |  | ",
            "~ column public.t.c: not_null  > none | rollback |  | ",
            "~ column public.t.d: not_null none >  | writers |  | ",
            "~ column public.t.e: default none > 1 |  |  | ",
            "~ column public.t.g: generated_stored none > current_date | writers |  | ",
            "+ column public.t.h: integer NOT NULL | writers rollback |  | ",
            "+ column public.t.i: integer DEFAULT 0 NOT NULL |  |  | ",
        ]
    );
    assert_eq!(
        lines("create table t (a numeric(9,2));", "create table t (a integer);"),
        ["~ column public.t.a: type numeric(9,2) > integer | data readers writers rollback |  | "]
    );
}

#[test]
fn tables_and_what_goes_with_them() {
    let from = "create table t (id int primary key); create table u (a int references t);
                create view v as select id from t;";
    assert_eq!(
        lines(from, "create table u (a int); create unlogged table w (x text);"),
        [
            "- table public.t:  | data readers writers rollback | public.v public.u.u_a_fkey | ",
            "- column public.t.id: integer NOT NULL |  |  | ",
            "- primary key public.t.t_pkey: PRIMARY KEY (id) |  |  | ",
            "- foreign key public.u.u_a_fkey: FOREIGN KEY (a) REFERENCES public.t (id) \
             | rollback |  | ",
            "+ table public.w: UNLOGGED |  |  | ",
            "+ column public.w.x: text |  |  | ",
            "- view public.v: AS select id from t | readers writers rollback |  | ",
        ]
    );
}

#[test]
fn constraints_and_indexes() {
    let from = "create table t (a int, b int check (b > 0), unique (a)); create index i on t (b);";
    let to = "create table t (a int, b int check (b > 1), primary key (a)); 
              create unique index i on t (b) where a > 0;";
    assert_eq!(
        lines(from, to),
        [
            "~ column public.t.a: not_null none >  | writers |  | ",
            "- unique constraint public.t.t_a_key: UNIQUE (a) | rollback |  | ",
            "~ check constraint public.t.t_b_check: check (b > 0) > (b > 1) | writers |  | ",
            "+ primary key public.t.t_pkey: PRIMARY KEY (a) | writers |  | ",
            "~ index public.t.i: unique none >  predicate none > a > 0 | writers |  | ",
        ]
    );
}

#[test]
fn names_of_constraints_and_indexes_may_count_for_nothing() {
    let from = "create table t (a int, constraint one unique (a)); create index i on t (a);";
    let to = "create table t (a int unique); create index j on t (a);";
    let all = compare(Engine::Postgres, from, to, Options::default());
    let shown: Vec<String> = all.differences.iter().map(line).collect();
    assert_eq!(
        shown,
        [
            "- unique constraint public.t.one: UNIQUE (a) | rollback |  | t_a_key",
            "+ unique constraint public.t.t_a_key: UNIQUE (a) | writers |  | one",
            "- index public.t.i: ON (a) |  |  | j",
            "+ index public.t.j: ON (a) |  |  | i",
        ]
    );
    let options = Options { ignore_names: true, ..Options::default() };
    assert!(compare(Engine::Postgres, from, to, options).is_empty());
    let twice = format!("{to} create index k on t (a);");
    assert_eq!(compare(Engine::Postgres, from, &twice, options).differences.len(), 1);
}

#[test]
fn a_rename_is_said_and_not_decided() {
    let from = "create table t (a int, b text, c text);";
    assert_eq!(
        lines(from, "create table t (a int, d text, c text);"),
        [
            "- column public.t.b: text | data readers writers rollback |  | d",
            "+ column public.t.d: text |  |  | b",
        ]
    );
    let renamed = lines(from, "create table u (a int, b text, c text);");
    assert_eq!(renamed[0], "- table public.t:  | data readers writers rollback |  | public.u");
    assert_eq!(renamed[4], "+ table public.u:  |  |  | public.t");
    let other = lines(from, "create table u (a int, b text);");
    assert_eq!(other[0], "- table public.t:  | data readers writers rollback |  | ");
}

#[test]
fn types_views_routines_and_the_rest() {
    let from = "create type mood as enum ('a', 'b'); create domain d as int;
                create sequence s; create extension citext;
                create table t (m mood, x int);
                create view v as select x from t;
                create function f(a int) returns int language sql as 'select 1';
                create function g() returns trigger language plpgsql as $$ begin return new; end $$;
                create function h() returns trigger language plpgsql as
                  $$ begin raise exception 'no'; end $$;
                create policy p on t using (x > 0); alter table t enable row level security;
                grant select on t to bob; comment on table t is 'old';";
    let to = "create type mood as enum ('a', 'c'); create domain d as int check (value > 0);
              create sequence s increment 2; create extension citext with schema public;
              create table t (m mood, x int);
              create view v as select x, m from t;
              create function f(a int) returns int language sql as 'select 2';
              create function g() returns trigger language plpgsql as $$ begin return new; end $$;
              create function h() returns trigger language plpgsql as
                $$ begin raise exception 'no'; end $$;
              create trigger quiet before insert on t for each row execute function g();
              create trigger loud before insert on t for each row execute function h();
              create policy p on t using (x > 1); alter table t enable row level security;
              comment on table t is 'new';";
    assert_eq!(
        lines(from, to),
        [
            "~ domain public.d: check none > value > 0 | writers |  | ",
            "~ type public.mood: labels ('a', 'b') > ('a', 'c') | readers writers rollback \
             | public.t.m | ",
            "~ sequence public.s: options none > INCREMENT 2 |  |  | ",
            "~ table public.t: comment 'old' > 'new' |  |  | ",
            "+ trigger public.t.loud: before insert on public.t for each row execute function \
             h() | writers |  | ",
            "+ trigger public.t.quiet: before insert on public.t for each row execute function \
             g() |  |  | ",
            "~ policy public.t.p: definition on public.t using(x > 0) > on public.t using(x > 1) \
             | readers writers |  | ",
            "- privilege public.t.SELECT TO bob:  | readers |  | ",
            "~ view public.v: query select x from t > select x, m from t | readers rollback |  | ",
            "~ function public.f(integer): body select 1 > select 2 |  |  | ",
        ]
    );
}

#[test]
fn a_column_is_used_by_what_names_it() {
    let from = "create table t (id int primary key, a int, b int);
                create table u (t int references t (id));
                create view all_of as select * from t;
                create view one as select a from t;
                create function sums() returns int language sql as 'select sum(a) from t';
                create function other() returns int language sql as 'select 1 as a';";
    let to =
        "create table t (id bigint primary key, b int); create table u (t int references t (id));
              create view all_of as select * from t; create view one as select a from t;
              create function sums() returns int language sql as 'select sum(a) from t';
              create function other() returns int language sql as 'select 1 as a';";
    assert_eq!(
        lines(from, to),
        [
            "~ column public.t.id: type integer > bigint | readers rollback \
             | public.all_of public.u.u_t_fkey | ",
            "- column public.t.a: integer | data readers writers rollback \
             | public.all_of public.one public.sums | ",
        ]
    );
}

#[test]
fn spellings_that_mean_the_same_are_equal() {
    let pairs = [
        ("create table t (a int4);", "CREATE TABLE public.\"t\" (A integer);"),
        (
            "create table t (a timestamptz default now());",
            "create table t (a timestamp with time zone default CURRENT_TIMESTAMP);",
        ),
        (
            "create table t (id serial primary key);",
            "create table t (id integer not null); create sequence t_id_seq as integer start with \
             1 increment by 1 no minvalue no maxvalue cache 1; alter sequence t_id_seq owned by \
             t.id; alter table only t alter column id set default nextval('t_id_seq'::regclass); \
             alter table only t add constraint t_pkey primary key (id);",
        ),
        (
            "create table t (id int generated always as identity);",
            "create table t (id int not null); alter table t alter column id add generated always \
             as identity (sequence name t_id_seq start with 1 increment by 1 no minvalue no \
             maxvalue cache 1);",
        ),
        (
            "create table t (a text default null, b text default 'x');",
            "create table t (a text, b text default 'x'::text);",
        ),
        (
            "create table t (a int); create index on t (a asc nulls last);",
            "create table t (a int); create index t_a_idx on t using btree (a);",
        ),
        (
            "create table t (a int primary key, b int references t);",
            "create table t (a int primary key, b int references public.t (a) match simple on \
             delete no action);",
        ),
        (
            "create function f(a int4) returns timestamptz language sql as 'x';",
            "create function public.f(a integer) returns timestamp with time zone language sql \
             cost 100 as $_$x$_$;",
        ),
        ("create schema s; create table s.t (a int);", "create table s.t (a int);"),
        ("create table t (a int); alter table t owner to bob;", "create table t (a int);"),
    ];
    for (one, other) in pairs {
        assert_eq!(lines(one, other), [""; 0], "{one}");
        assert_eq!(lines(other, one), [""; 0], "{other}");
    }
    let mysql = "create table t (a int(11), b tinyint(1), key k (a)) auto_increment = 7;";
    let same = "create table t (a int, b bool, index k (a));";
    assert!(compare(Engine::Mysql, mysql, same, Options::default()).is_empty());
}

#[test]
fn what_was_not_read_is_not_absent() {
    let from = "create table t (a int); create table u (b int);";
    let to = "create table u (b int); frobnicate everything;";
    let found = compare(Engine::Postgres, from, to, Options::default());
    assert_eq!(found.differences, []);
    let unknown: Vec<String> = found
        .unknown
        .iter()
        .map(|it| format!("{} {} {}", it.side.name(), it.of.kind, it.of.name))
        .collect();
    assert_eq!(unknown, ["to table public.t"]);
}

/// Tables that refer to each other, with views, and one column changed in each hundredth.
fn large(tables: usize, changed: bool) -> String {
    let mut sql = String::new();
    for number in 0..tables {
        let before = number.saturating_sub(1);
        let ty = if changed && number % 100 == 0 { "bigint" } else { "int" };
        sql.push_str(&format!(
            "create table t{number} (id bigint primary key, a {ty} not null default 0, \
             b varchar(20) check (b in ('x', 'y')), c timestamptz default now(), \
             d bigint references t{before} (id));\n\
             create index on t{number} (a, lower(b)) where c is not null;\n"
        ));
        if number % 10 == 0 {
            sql.push_str(&format!("create view v{number} as select a, b from t{number};\n"));
        }
    }
    sql
}

/// Prints how the time grows with the number of tables:
/// `cargo test --release --test diff -- --ignored --nocapture growth`.
#[test]
#[ignore = "takes minutes; run it in release"]
#[allow(clippy::print_stdout)]
fn growth() {
    let mut last: Option<(usize, f64)> = None;
    for tables in [500, 5_000, 50_000] {
        let [from, to] =
            [false, true].map(|changed| catalog(&large(tables, changed), Engine::Postgres));
        let begin = std::time::Instant::now();
        let found = diff(&from, &to, Options::default());
        let seconds = begin.elapsed().as_secs_f64();
        assert_eq!(found.differences.len(), tables / 100);
        let ratio = last.map(|(fewer, before)| (seconds / before) / (tables as f64 / fewer as f64));
        println!(
            "{tables} tables: {seconds:.3} s, {:.1} us a table, {:.2} times linear",
            seconds * 1e6 / tables as f64,
            ratio.unwrap_or(1.0)
        );
        assert!(ratio.is_none_or(|ratio| ratio < 3.0), "the cost does not grow linearly");
        last = Some((tables, seconds));
    }
}
