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
            if read.reading == Reading::Understood {
                add(&mut tally.over_accepted, "refused", &why, place, &start);
            }
            return;
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
