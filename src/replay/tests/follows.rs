//! What follows an object to its new name, goes with it, or keeps what it was.

use super::end;
use crate::schema::canonical;
use crate::schema::catalog::Catalog;

/// The lines of canonical SQL that hold a word.
fn lines(catalog: &Catalog, word: &str) -> Vec<String> {
    let sql = canonical::sql(catalog);
    sql.split('\n').filter(|line| line.contains(word)).map(|it| it.trim().to_owned()).collect()
}

#[test]
fn defaults_follow_their_sequence() {
    let catalog = end("CREATE TABLE \"T\" (id serial, other int);
         CREATE SEQUENCE s;
         CREATE TABLE u (id int DEFAULT nextval('s'));
         ALTER SEQUENCE s RENAME TO \"S\";
         CREATE SCHEMA r;
         ALTER TABLE \"T\" SET SCHEMA r;");
    let expected = [
        "id integer DEFAULT nextval('public.\"S\"')",
        "id integer DEFAULT nextval('r.\"T_id_seq\"'::regclass) NOT NULL,",
    ];
    assert_eq!(lines(&catalog, "nextval"), expected);
}

#[test]
fn defaults_go_with_their_sequence() {
    let catalog = end("CREATE TABLE a (id serial);
         CREATE TABLE b (LIKE a INCLUDING ALL);
         DROP TABLE a CASCADE;");
    assert_eq!(lines(&catalog, "id "), ["id integer NOT NULL"]);
}

#[test]
fn like_copies_comments_where_it_says_so() {
    let catalog = end("CREATE TABLE a (mail text);
         COMMENT ON COLUMN a.mail IS '[pii]';
         CREATE TABLE b (LIKE a INCLUDING COMMENTS);
         CREATE TABLE c (LIKE a INCLUDING ALL EXCLUDING COMMENTS);");
    let expected = [
        "COMMENT ON COLUMN public.a.mail IS '[pii]';",
        "COMMENT ON COLUMN public.b.mail IS '[pii]';",
    ];
    assert_eq!(lines(&catalog, "COMMENT"), expected);
}

#[test]
fn an_identity_keeps_the_name_of_its_sequence() {
    let catalog = end("CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY);
         ALTER TABLE a ALTER id TYPE bigint, ALTER id SET INCREMENT BY 5;
         ALTER TABLE a RENAME TO b;
         CREATE TABLE c (id int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME \"Odd\"));");
    let expected = [
        "id bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.a_id_seq INCREMENT 5)",
        "id integer GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.\"Odd\")",
    ];
    assert_eq!(lines(&catalog, "IDENTITY"), expected);
}

/// The server casts the value that stands there, not the text.
#[test]
fn a_default_keeps_the_type_of_its_column() {
    let catalog = end("CREATE TABLE t (
             at timestamp DEFAULT '1970-01-01', n int DEFAULT 0, none varchar(9) DEFAULT NULL
         );
         ALTER TABLE t ALTER at TYPE timestamptz, ALTER n TYPE bigint, ALTER none TYPE text;");
    let expected = [
        "at timestamp with time zone DEFAULT '1970-01-01'::timestamp without time zone,",
        "n bigint DEFAULT 0,",
        "none text DEFAULT null::character varying",
    ];
    assert_eq!(lines(&catalog, "DEFAULT"), expected);
}

#[test]
fn a_copy_of_all_columns_has_their_types_and_nothing_else() {
    let catalog = end("CREATE TABLE a (id serial PRIMARY KEY, note text NOT NULL);
         CREATE TABLE b AS SELECT * FROM a WHERE false;
         CREATE TABLE c AS SELECT id + 1 AS n FROM a;
         ALTER TABLE c ADD m int;");
    let sql = canonical::sql(&catalog);
    let expected = "CREATE TABLE public.b (\n    id integer,\n    note text\n);\n\n\
                    CREATE TABLE public.c AS\nselect id + 1 as n from a\nWITH NO DATA;\n\
                    ALTER TABLE public.c ADD COLUMN m integer;\n";
    assert!(sql.ends_with(expected), "{sql}");
}

#[test]
fn states_move_with_triggers_and_uses_with_indexes() {
    let catalog = end("CREATE TABLE t (a int NOT NULL, b int);
         CREATE UNIQUE INDEX i ON t (a);
         ALTER TABLE t REPLICA IDENTITY USING INDEX i, CLUSTER ON i;
         ALTER INDEX i RENAME TO \"I\";
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS '';
         CREATE TRIGGER old AFTER UPDATE OF b ON t FOR EACH ROW EXECUTE FUNCTION f();
         CREATE TRIGGER gone AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
         ALTER TABLE t DISABLE TRIGGER ALL;
         CREATE TRIGGER later AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
         ALTER TRIGGER old ON t RENAME TO new;
         DROP TRIGGER gone ON t;
         ALTER TABLE t RENAME COLUMN b TO \"B\";
         ALTER TABLE t RENAME TO u;");
    let expected = [
        "ALTER TABLE public.u REPLICA IDENTITY USING INDEX \"I\";",
        "ALTER TABLE public.u CLUSTER ON \"I\";",
        "ALTER TABLE public.u DISABLE TRIGGER new;",
    ];
    assert_eq!(lines(&catalog, "ALTER"), expected);
    let expected = [
        "CREATE TRIGGER later after insert on public.u for each row execute function f();",
        "CREATE TRIGGER new after update of \"B\" on public.u for each row execute function f();",
    ];
    assert_eq!(lines(&catalog, "CREATE TRIGGER"), expected);
}

#[test]
fn privileges_end_as_the_last_word_on_each() {
    let catalog = end("CREATE SCHEMA s;
         CREATE TABLE s.a (id int);
         CREATE VIEW s.v AS SELECT 1;
         GRANT SELECT ON ALL TABLES IN SCHEMA s TO r;
         CREATE TABLE s.late (id int);
         GRANT ALL PRIVILEGES ON s.a TO q;
         REVOKE DELETE ON s.a FROM q;
         GRANT UPDATE (id) ON s.a TO r WITH GRANT OPTION;
         REVOKE ALL ON s.v FROM r;
         CREATE FUNCTION s.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
         REVOKE ALL ON FUNCTION s.f FROM PUBLIC;");
    let mut privileges = lines(&catalog, "GRANT");
    privileges.extend(lines(&catalog, "REVOKE"));
    let expected = [
        "GRANT ALL ON TABLE s.a TO q;",
        "GRANT SELECT ON TABLE s.a TO r;",
        "GRANT UPDATE (id) ON TABLE s.a TO r WITH GRANT OPTION;",
        "REVOKE ALL ON FUNCTION s.f(integer) FROM PUBLIC;",
        "REVOKE DELETE ON TABLE s.a FROM q;",
    ];
    assert_eq!(privileges, expected);
}

#[test]
fn a_comment_on_a_routine_without_arguments_goes_with_it() {
    let create = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
         COMMENT ON FUNCTION f IS 'one';";
    let shown = "COMMENT ON FUNCTION public.f(integer) IS 'one';";
    assert_eq!(lines(&end(create), "COMMENT"), [shown]);
    assert!(lines(&end(&format!("{create} DROP FUNCTION f(int);")), "COMMENT").is_empty());
}

#[test]
fn what_a_column_or_view_sets_is_kept_one_by_one() {
    let catalog = end("CREATE TABLE t (a int, b text);
         ALTER TABLE t ALTER a SET (n_distinct = 5, n_distinct_inherited = 6),
             ALTER a RESET (n_distinct), ALTER b SET STORAGE EXTERNAL;
         CREATE VIEW v AS SELECT a FROM t;
         ALTER VIEW v ALTER a SET DEFAULT 3;
         ALTER VIEW v RENAME COLUMN a TO x;");
    let expected = [
        "ALTER TABLE public.t ALTER COLUMN a SET (n_distinct_inherited = 6);",
        "ALTER TABLE public.t ALTER COLUMN b SET STORAGE EXTERNAL;",
        "ALTER VIEW public.v RENAME COLUMN a TO x;",
        "ALTER VIEW public.v ALTER COLUMN x SET DEFAULT 3;",
    ];
    assert_eq!(lines(&catalog, "ALTER"), expected);
}

/// A view is bound to tables and columns, and shows its own columns under the names that they had.
#[test]
fn views_follow_renames() {
    let cases = [
        (
            "SELECT id, t.n FROM t WHERE n > 0",
            "select id, u.\"N\" as n from public.u where \"N\" > 0",
        ),
        ("SELECT x.n + 1 AS n FROM public.t x", "select x.\"N\" + 1 as n from public.u x"),
        (
            "SELECT o.n, sum(t.n) FROM o, t AS t JOIN o n ON n.n = t.n GROUP BY o.n",
            "select o.n, sum(t.\"N\") from o, public.u as t join o n on n.n = t.\"N\" group by o.n",
        ),
        (
            "SELECT s.n FROM (SELECT n FROM t) s WHERE s.n = 't' AND f(n)",
            "select s.n from (select \"N\" as n from public.u) s where s.n = 't' and f(n)",
        ),
    ];
    for (query, expected) in cases {
        let catalog = end(&format!(
            "CREATE TABLE t (id int, n int); CREATE TABLE o (n int); CREATE VIEW v AS {query};
             ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN n TO \"N\";"
        ));
        assert_eq!(lines(&catalog, "select"), [format!("{expected};")], "{query}");
    }
}
