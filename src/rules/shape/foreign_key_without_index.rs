//! Foreign keys whose columns no index begins with.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::migration::Advice;
use crate::replay::{NewConstraint, Step};
use crate::rules::lock::{SQL, advise_at};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{ConstraintKind, ForeignKey};
use crate::schema::expr::Expr;
use crate::schema::knowledge::Knowledge;
use crate::schema::name::Name;
use crate::schema::table::Index;

const PARENT: &str = "CREATE TABLE o (id bigint PRIMARY KEY, b bigint, UNIQUE (id, b)); CREATE TABLE t (id bigint PRIMARY KEY, a bigint);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "foreign-key-without-index",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "new foreign key whose columns no index begins with",
    why: "PostgreSQL makes an index for the key that is referred to, none for the columns that \
          refer to it. Each DELETE of a row in the referenced table, and each update of its key, \
          looks for rows that refer to it: without an index it reads the whole table, once for \
          every deleted row, and holds its locks meanwhile. A DELETE of a thousand rows then \
          reads the table a thousand times. Joins along the foreign key read it whole too.",
    instead: "Build an index that begins with the columns of the foreign key, concurrently where \
              the table is in use. Where nobody ever deletes from the referenced table, nor \
              changes its keys, allow this finding and say so.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Since a DELETE of a row from the referenced table or an UPDATE of a referenced \
                   column will require a scan of the referencing table for rows matching the old \
                   value, it is often a good idea to index the referencing columns too; the \
                   declaration of a foreign key does not create one.",
            source: "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK",
        },
    ],
    same_as: &[
        ("eugene", "E15"),
        ("pg-migration-lint", "PGM501"),
        ("pgfence", "fk-missing-index"),
        ("splinter", "unindexed_foreign_keys"),
        ("migrationpilot", "MP016"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY, o_id bigint NOT NULL REFERENCES o);", "REFERENCES o"),
        bad("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY, \"oId\" bigint, CONSTRAINT f FOREIGN KEY (\"oId\") REFERENCES public.O (id));", "CONSTRAINT f FOREIGN KEY (\"oId\") REFERENCES public.O (id)"),
        bad("postgres", PARENT, "ALTER TABLE t ADD COLUMN o_id bigint REFERENCES o;", "REFERENCES o"),
        bad("postgres", PARENT, "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o ON DELETE CASCADE NOT VALID;", "ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o ON DELETE CASCADE NOT VALID"),
        bad("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY, o_id bigint REFERENCES o, gone boolean); CREATE INDEX ON u (o_id) WHERE NOT gone;", "REFERENCES o"),
        bad("postgres", PARENT, "CREATE TABLE u (id bigint, o_id bigint REFERENCES o, PRIMARY KEY (id, o_id)); CREATE INDEX ON u ((o_id + 1));", "REFERENCES o"),
        bad("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY, o_id bigint REFERENCES o); CREATE INDEX i ON u (o_id); DROP INDEX i;", "REFERENCES o"),
        bad("postgres", PARENT, "DO $$ BEGIN ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o; EXCEPTION WHEN duplicate_object THEN NULL; END $$;", "ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o"),
        bad("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY, x bigint, y bigint, FOREIGN KEY (x, y) REFERENCES o (id, b)); CREATE INDEX ON u (y);", "FOREIGN KEY (x, y) REFERENCES o (id, b)")
            .at_level(Level::Note),
        bad("postgres", "", "ALTER TABLE old ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o (id) NOT VALID;", "ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o (id) NOT VALID")
            .incomplete()
            .at_level(Level::Note),
        bad("postgres", "", "ALTER TABLE old ADD COLUMN b bigint REFERENCES o (id);", "REFERENCES o (id)").incomplete(),
        good("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY, o_id bigint REFERENCES o); CREATE INDEX ON u (o_id, id);"),
        good("postgres", PARENT, "CREATE INDEX CONCURRENTLY i ON t USING hash (a); ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o;"),
        good("postgres", PARENT, "CREATE TABLE u (o_id bigint PRIMARY KEY REFERENCES o, b bigint UNIQUE REFERENCES o);"),
        good("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY, o_id bigint REFERENCES o); CREATE INDEX ON u (o_id) WHERE (o_id IS NOT NULL);"),
        good("postgres", PARENT, "CREATE TABLE u (x bigint, y bigint, FOREIGN KEY (x, y) REFERENCES o (id, b), PRIMARY KEY (y, x));"),
        good("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY, o_id bigint REFERENCES o); ALTER TABLE u DROP COLUMN o_id;"),
        good("postgres", PARENT, "CREATE TEMP TABLE u (id bigint PRIMARY KEY, o_id bigint REFERENCES o);"),
        good("postgres", "CREATE TABLE o (id bigint PRIMARY KEY); CREATE TABLE t (id bigint PRIMARY KEY, a bigint, CONSTRAINT f FOREIGN KEY (a) REFERENCES o);", "ALTER TABLE t DROP CONSTRAINT f, ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o ON DELETE CASCADE;"),
        good("postgres", PARENT, "COMMENT ON TABLE t IS 'a bigint REFERENCES o';"),
        good("mysql", PARENT, "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o (id);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for (new, _) in step.new_foreign_keys() {
        let Some((table, found)) = step.history_end().seen_table(new.table) else { continue };
        let Some(constraint) = found.constraint(new.name).filter(|it| it.enforced) else { continue };
        let ConstraintKind::ForeignKey(key) = &constraint.kind else { continue };
        let fits: Vec<Fit> =
            step.history_end().indexes_of(table).map(|(_, index)| fit(index, &key.columns)).collect();
        if !fits.contains(&Fit::Whole) {
            report(step, &new, key, fits.contains(&Fit::Begin), sink);
        }
    }
}

/// How far an index leads to the rows that refer to a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// To them and no others.
    Whole,
    /// It begins with one of the columns.
    Begin,
    No,
}

fn fit(index: &Index, columns: &[String]) -> Fit {
    // The others do not find single rows by equality, or only those of some types.
    let finds = matches!(index.method.as_deref(), None | Some("btree" | "hash" | "gist" | "spgist"));
    let partial = index.predicate.as_ref().is_some_and(|it| !follows(it, columns));
    if !finds || partial {
        return Fit::No;
    }
    let led: Vec<&String> = index
        .keys
        .iter()
        .map_while(|key| key.column.as_ref().filter(|it| columns.contains(it)))
        .collect();
    match columns.iter().all(|column| led.contains(&column)) {
        true => Fit::Whole,
        false if led.is_empty() => Fit::No,
        false => Fit::Begin,
    }
}

/// Whether a predicate holds for every row that refers to something: its columns are not null.
fn follows(predicate: &Expr, columns: &[String]) -> bool {
    let parts = crate::schema::expr::unwrapped(&predicate.text).split(" and ");
    let mut parts = parts.map(|part| crate::schema::expr::unwrapped(part).trim_end());
    predicate.columns.iter().all(|it| columns.contains(it))
        && parts.all(|part| part.ends_with(" is not null"))
}

fn report(
    step: &Step<'_>,
    new: &NewConstraint<'_>,
    key: &ForeignKey,
    begun: bool,
    sink: &mut Sink,
) {
    let (table, other) = (new.table, &key.references);
    let shape = step.history_end().shape(table);
    let born = |column: &String| step.is_column_born(table, column);
    // Nobody can have built an index on a column before it was there.
    let seen = matches!(shape, Knowledge::Known(_)) || key.columns.iter().any(born);
    let columns = list(&key.columns);
    let level = if seen && !begun { sink.rule().level } else { Level::Note };
    let index = match (seen, begun) {
        (false, _) => "no index that lockgate can see begins with",
        (true, true) => "no index begins with all of",
        (true, false) => "no index begins with",
    };
    let then = match key.on_delete.as_str() {
        "CASCADE" => " to delete",
        "SET NULL" | "SET DEFAULT" => " to change",
        _ => "",
    };
    let statement = |concurrently: &str| {
        let quoted: Vec<String> = key.columns.iter().map(|it| SQL.ident(it)).collect();
        format!("CREATE INDEX {concurrently}ON {} ({})", SQL.name(table), quoted.join(", "))
    };
    let partitioned =
        step.after.seen_table(table).is_some_and(|(_, it)| it.partition_by.is_some());
    let located = step.statement.changes.get(new.change);
    let help = match located.filter(|_| !step.is_born(table) && !partitioned) {
        Some(located) => advise_at(step, located, &Advice::RunAlone(statement("CONCURRENTLY "))),
        None => format!("`{}`", statement("")),
    };
    sink.report(step, new.span, subject(table, new.name))
        .level(level)
        .message(format!(
            "{index} {columns} of `{table}`: each DELETE in `{other}`, and each update of its key, \
             reads all of `{table}` for rows{then} that refer to it"
        ))
        .help(help)
        .push();
}

fn subject(table: &Name, name: &str) -> Subject {
    Subject::Object("constraint", format!("{table}.{name}"))
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}
