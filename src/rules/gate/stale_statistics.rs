//! `stale-statistics`: sizes that are too old to count.

use crate::date::Date;
use crate::finding::{Level, Subject};
use crate::rules::{Category, Check, Rule, Sink};
use crate::source::FileId;
use crate::statistics::{DAYS_MAX, Statistics};

/// The rule.
pub static RULE: Rule = Rule {
    id: "stale-statistics",
    category: Category::Gate,
    level: Level::Warning,
    since: "0.1",
    summary: "statistics that are too old, or of a day to come, and are not used",
    why: "A table that was small in spring may be large by now. What statistics say counts for 30 \
          days; after that every table counts as large, as it does where there are none.",
    instead: "Make them anew, best every night by a job that may read the catalogs of the database: \
              `lockgate stats` prints the query.",
    facts: &[],
    same_as: &[],
    breaks: &[],
    checks_down: true,
    examples: &[],
    check: Check::Elsewhere,
};

/// Reports statistics that are not fresh; `file` is the number of theirs.
pub fn report(statistics: &Statistics, today: Date, file: FileId, sink: &mut Sink) {
    let (source, place) = &statistics.file;
    let age = match statistics.age(today) {
        days if days < 0 => format!("of a day to come (today is {today})"),
        days => format!("{days} days old, and count for {DAYS_MAX}"),
    };
    let as_of = statistics.as_of;
    sink.report_at(file, *place, Subject::File(source.path.clone()))
        .message(format!("the statistics of {as_of} are {age}: they are not used"))
        .help("make them anew: `lockgate stats` prints the query")
        .push();
}
