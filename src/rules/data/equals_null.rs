//! Comparisons with NULL by `=`.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, ConstraintKind, TableAction};
use crate::source::Span;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "equals-null",
    category: Category::Data,
    level: Level::Warning,
    since: "0.1",
    summary: "condition that compares with NULL by = or <>, and is never true",
    why: "Nothing equals NULL and nothing differs from it: the comparison is unknown for every row. \
          A WHERE finds none, so the UPDATE or DELETE does nothing and says nothing; a CHECK \
          forbids nothing; a partial index is empty.",
    instead: "Write IS NULL, IS NOT NULL, or IS DISTINCT FROM.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Do not write expression = NULL because NULL is not \"equal to\" NULL.",
            source: "https://www.postgresql.org/docs/current/functions-comparison.html",
        },
        Fact {
            engine: Engine::Sqlite,
            says: "= and != give NULL where an operand is NULL; IS and IS NOT do not.",
            source: "https://www.sqlite.org/lang_expr.html",
        },
    ],
    same_as: &[("bytebase", "STATEMENT_WHERE_NO_EQUAL_NULL")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "UPDATE t SET a = NULL WHERE a = NULL;", "UPDATE t SET a = NULL WHERE a = NULL"),
        bad("postgres", OLD, "delete from only public.\"t\" where id > 3 and a <> null;", "delete from only public.\"t\" where id > 3 and a <> null"),
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a != NULL) NOT VALID;", "ADD CONSTRAINT c CHECK (a != NULL) NOT VALID"),
        bad("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int CHECK (a = NULL));", "CREATE TABLE n"),
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a) WHERE a = NULL;", "CREATE INDEX CONCURRENTLY i ON t"),
        bad("postgres", OLD, "CREATE VIEW v AS SELECT id FROM t WHERE a = NULL;", "CREATE VIEW v"),
        bad("postgres", OLD, "DO $$ BEGIN UPDATE t SET a = 1 WHERE a = NULL; END $$;", "UPDATE t SET a = 1 WHERE a = NULL"),
        bad("sqlite", OLD, "UPDATE t SET a = 1 WHERE a = NULL;", "UPDATE t SET a = 1 WHERE a = NULL"),
        good("sqlite", OLD, "UPDATE t SET a = NULL WHERE a IS NULL;"),
        good("postgres", OLD, "UPDATE t SET a = NULL, id = 4 WHERE id = 3; UPDATE t SET (a, id) = (NULL, 3) WHERE id = 4;"),
        good("postgres", OLD, "UPDATE t SET id = CASE WHEN a > 1 THEN 2 END, a = NULL WHERE a IS NOT NULL;"),
        good("postgres", OLD, "UPDATE t SET id = (SELECT max(u.id) FROM t AS u WHERE u.a = t.a), a = NULL WHERE a > 0;"),
        good("postgres", OLD, "INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET a = NULL;"),
        good("postgres", OLD, "CREATE FUNCTION f(x int = NULL) RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON TABLE t IS 'a = NULL';"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN b int DEFAULT NULL, ADD CHECK (a IS DISTINCT FROM NULL) NOT VALID;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let change = &located.change.value;
        let what = match change {
            Change::Data(data) if data.compares_null => "finds no row by it",
            Change::CreateView(view) if view.query.compares_null => "finds no row by it",
            Change::CreateIndex(index) if is_empty(index.predicate.as_ref()) => "is empty",
            Change::CreateTable(table)
                if table.constraints.iter().any(|it| forbids_nothing(&it.value.kind)) =>
            {
                "forbids nothing by it"
            }
            Change::AlterTable { action: TableAction::AddConstraint { constraint }, .. }
                if forbids_nothing(&constraint.kind) =>
            {
                "forbids nothing by it"
            }
            Change::AlterTable { action: TableAction::AddColumn { constraints, .. }, .. }
                if constraints.iter().any(|it| forbids_nothing(&it.value.kind)) =>
            {
                "forbids nothing by it"
            }
            _ => continue,
        };
        report(step, index, located.change.span, what, sink);
    }
}

fn report(step: &Step<'_>, index: usize, span: Span, what: &str, sink: &mut Sink) {
    let change = step.statement.changes.get(index);
    let object = change.and_then(|located| located.change.value.object());
    let subject = match object {
        Some(object) => Subject::Table(step.before.resolve(&object.name)),
        None => step.subject(),
    };
    let maybe = step.maybe(index);
    sink.report(step, span, subject)
        .message(format!("{maybe}a comparison with NULL by = or <> is never true: the statement {what}"))
        .help("write IS NULL, IS NOT NULL, or IS DISTINCT FROM")
        .push();
}

fn is_empty(predicate: Option<&crate::schema::expr::Expr>) -> bool {
    predicate.is_some_and(|it| it.compares_null)
}

fn forbids_nothing(kind: &ConstraintKind) -> bool {
    matches!(kind, ConstraintKind::Check(expr) if expr.compares_null)
}
