//! Both readings of every statement of a file, side by side.

use crate::fact::{Fact, differences};
use crate::sample::{Case, Sample};
use crate::{ours, pg};
use lockgate::dialect::Engine;
use lockgate::migration::{Reading, SqlText, Statement};
use lockgate::source::SourceFile;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How often something happened, and where first.
#[derive(Default)]
pub struct Class {
    /// How many statements.
    pub count: usize,
    /// `file:line` of the first.
    pub place: String,
    /// What it looked like there.
    pub example: String,
}

/// A class of disagreement: PostgreSQL's node, and what differs.
pub type Classes = BTreeMap<(String, String), Class>;

/// What was counted over all files.
#[derive(Default)]
pub struct Tally {
    /// Files read.
    pub files: usize,
    /// Files that PostgreSQL accepts as a whole, so that the number of statements can be compared.
    pub whole_files: usize,
    /// Our statements.
    pub statements: usize,
    /// Those that PostgreSQL's parser accepts.
    pub accepted: usize,
    /// Of the accepted ones: understood, opaque, unread.
    pub understood: usize,
    /// See [`Tally::understood`].
    pub opaque: usize,
    /// See [`Tally::understood`].
    pub unread: usize,
    /// Of the understood ones: those whose readings agree.
    pub agreed: usize,
    /// Of the understood ones that do not agree: what differs.
    pub disagreements: Classes,
    /// Files whose number of statements differs.
    pub split: Classes,
    /// Statements that PostgreSQL refuses and we call understood.
    pub over_accepted: Classes,
    /// Statements that PostgreSQL refuses and we do not call understood either.
    pub refused: Classes,
    /// Accepted statements that we call opaque or unread.
    pub not_understood: Classes,
    /// Files that could not be read, and panics of our reader.
    pub failures: Classes,
}

fn add(classes: &mut Classes, node: &str, what: &str, place: &str, example: &str) {
    let class = classes.entry((node.to_owned(), what.to_owned())).or_default();
    if class.count == 0 {
        class.place = place.to_owned();
        class.example = example.to_owned();
    }
    class.count += 1;
}

/// Compares one file's statements.
pub fn file(path: &str, bytes: &[u8], tally: &mut Tally, sample: &mut Sample) {
    tally.files += 1;
    let source = match SourceFile::decode(path, bytes) {
        Ok(source) => source,
        Err(why) => return add(&mut tally.failures, "file", &format!("{why:?}"), path, ""),
    };
    let text = SqlText::verbatim(source.text.clone(), 0);
    let read = catch_unwind(AssertUnwindSafe(|| lockgate::sql::read(&text, Engine::Postgres)));
    let Ok(read) = read else {
        return add(&mut tally.failures, "reader", "panicked", path, "");
    };
    if let Some(count) = pg::count(&source.text) {
        tally.whole_files += 1;
        let ours = read.statements.len();
        if count != ours {
            let counts = format!("pg: {count} statements  ours: {ours}");
            add(&mut tally.split, "split", "number of statements", path, &counts);
        }
    }
    for read in &read.statements {
        let place = format!("{path}:{}", source.place(read.span.start).line);
        statement(read, &place, tally, sample);
    }
}

fn statement(read: &Statement, place: &str, tally: &mut Tally, sample: &mut Sample) {
    tally.statements += 1;
    let start = first_line(&read.text);
    let pg = match pg::read(&read.text) {
        Ok(pg) => pg,
        Err(why) => {
            let classes = match read.reading {
                Reading::Understood => &mut tally.over_accepted,
                _ => &mut tally.refused,
            };
            return add(classes, "refused", &why, place, &start);
        }
    };
    tally.accepted += 1;
    match &read.reading {
        Reading::Understood => {}
        Reading::Opaque { why } => {
            tally.opaque += 1;
            return add(
                &mut tally.not_understood,
                &pg.node,
                &format!("opaque: {why}"),
                place,
                &start,
            );
        }
        Reading::Unread { why, .. } => {
            tally.unread += 1;
            return add(
                &mut tally.not_understood,
                &pg.node,
                &format!("unread: {why}"),
                place,
                &start,
            );
        }
    }
    tally.understood += 1;
    let ours = ours::facts(read);
    let agrees = compare(&pg.node, &pg.facts, &ours, place, tally);
    tally.agreed += usize::from(agrees);
    sample.offer(Case {
        place: place.to_owned(),
        text: read.text.clone(),
        pg: pg.facts,
        ours,
        agrees,
    });
}

fn compare(node: &str, pg: &[Fact], ours: &[Fact], place: &str, tally: &mut Tally) -> bool {
    let differences = differences(pg, ours);
    for (what, values) in &differences {
        add(&mut tally.disagreements, node, what, place, values);
    }
    differences.is_empty()
}

/// The start of a statement, on one line.
fn first_line(text: &str) -> String {
    const SHOWN_CHARS: usize = 160;
    let words: Vec<&str> = text.split_whitespace().take(40).collect();
    words.join(" ").chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(sql: &str) -> Tally {
        let mut tally = Tally::default();
        file("a.sql", sql.as_bytes(), &mut tally, &mut Sample::new(1, 0));
        tally
    }

    fn shown(classes: &Classes) -> Vec<String> {
        classes
            .iter()
            .map(|((node, what), class)| format!("{node}: {what} {}", class.place))
            .collect()
    }

    /// One statement of each kind whose readings are put together from different fields.
    #[test]
    fn both_readings_come_to_the_same_words() {
        let sql = "
            CREATE TABLE s.t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                a varchar(20) COLLATE \"C\" NOT NULL DEFAULT 'x', b timestamptz(3)[],
                c int CONSTRAINT named NOT NULL REFERENCES o (k) ON DELETE SET NULL DEFERRABLE,
                d \"Mood\", e char, f interval hour to minute, CHECK (c > 0) NO INHERIT,
                EXCLUDE USING gist (c WITH =) WHERE (c > 1));
            ALTER TABLE IF EXISTS ONLY t ADD COLUMN IF NOT EXISTS x int UNIQUE,
                ALTER COLUMN y TYPE numeric(10, 2) USING y::numeric, DROP CONSTRAINT z CASCADE;
            CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t USING gin (a, lower(b))
                INCLUDE (c) WHERE a IS NULL;
            DROP FUNCTION IF EXISTS s.f(a int, OUT b text, VARIADIC numeric[]), g CASCADE;
            DROP TRIGGER r ON s.t;
            COMMENT ON COLUMN s.t.a IS 'it''s';
            GRANT SELECT (a, b), UPDATE ON TABLE s.t, u TO PUBLIC, r WITH GRANT OPTION;
            ALTER SEQUENCE q OWNED BY s.t.id;
            CREATE SEQUENCE q AS int INCREMENT BY -2 NO MAXVALUE START WITH 5 CYCLE;
            WITH w AS (SELECT * FROM v) UPDATE t SET a = f(w.a) FROM w WHERE true;
            CREATE VIEW v AS SELECT * FROM a JOIN s.b USING (id) WHERE EXISTS (SELECT 1 FROM c);
            CREATE OR REPLACE FUNCTION f(a int = 1, b text DEFAULT 'x') RETURNS SETOF t
                LANGUAGE SQL STABLE SECURITY DEFINER SET search_path = a, b AS $$SELECT 1$$;
            SET LOCAL search_path TO a, \"B\";
            ALTER TYPE e ADD VALUE IF NOT EXISTS 'b' BEFORE 'c';
            DO $$BEGIN DROP TABLE t; END$$;";
        let tally = tally(sql);
        assert_eq!(shown(&tally.disagreements), Vec::<String>::new());
        assert_eq!(shown(&tally.not_understood), Vec::<String>::new());
        assert_eq!((tally.accepted, tally.agreed), (15, 15));
    }

    #[test]
    fn what_pg_refuses_is_counted_apart() {
        let tally = tally("SELECT 1;\nDROP INDEX CONCURRENTLY a RENAME;\n");
        assert_eq!((tally.statements, tally.accepted), (2, 1));
    }
}
