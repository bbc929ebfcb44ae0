//! The comparison as text.

use crate::compare::{Class, Classes, Tally};
use std::io::{self, Write};

/// Prints counts, then each class with its first example.
pub fn write(out: &mut impl Write, tally: &Tally) -> io::Result<()> {
    let refused = tally.statements - tally.accepted;
    let over = count(&tally.over_accepted);
    writeln!(out, "files        {}", tally.files)?;
    writeln!(out, "statements   {}", tally.statements)?;
    writeln!(out, "pg accepts   {}", tally.accepted)?;
    writeln!(out, "pg refuses   {refused}, {over} of them understood by us")?;
    writeln!(
        out,
        "of accepted  {} understood, {} opaque, {} unread ({} understood)",
        tally.understood,
        tally.opaque,
        tally.unread,
        share(tally.understood, tally.accepted)
    )?;
    writeln!(
        out,
        "agreement    {} of {} understood ({})",
        tally.agreed,
        tally.understood,
        share(tally.agreed, tally.understood)
    )?;
    let split = tally.whole_files - count(&tally.split);
    writeln!(out, "split        {split} of {} whole files agree", tally.whole_files)?;
    classes(out, "disagreements", &tally.disagreements)?;
    classes(out, "split differently", &tally.split)?;
    classes(out, "refused by pg, understood by us", &tally.over_accepted)?;
    classes(out, "accepted by pg, not understood by us", &tally.not_understood)?;
    classes(out, "refused by pg, not understood by us either", &tally.refused)?;
    classes(out, "failures", &tally.failures)
}

fn count(classes: &Classes) -> usize {
    classes.values().map(|class| class.count).sum()
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "none".to_owned();
    }
    // Cut, not rounded: 99.999 % must not read as all of them.
    let hundredths = part as u128 * 10_000 / whole as u128;
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn classes(out: &mut impl Write, title: &str, classes: &Classes) -> io::Result<()> {
    if classes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}: {}", count(classes))?;
    let mut sorted: Vec<(&(String, String), &Class)> = classes.iter().collect();
    sorted.sort_by_key(|(name, class)| (std::cmp::Reverse(class.count), *name));
    for ((node, what), class) in sorted {
        writeln!(out, "{:6}  {node}: {what}", class.count)?;
        writeln!(out, "        {}", class.place)?;
        if !class.example.is_empty() {
            writeln!(out, "        {}", class.example)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_cut_not_rounded() {
        assert_eq!(share(99_999, 100_000), "99.99 %");
        assert_eq!(share(1, 1), "100.00 %");
        assert_eq!(share(0, 0), "none");
    }

    #[test]
    fn classes_come_most_frequent_first() {
        let mut tally = Tally { files: 1, statements: 2, accepted: 2, ..Tally::default() };
        let class =
            |count, place: &str| Class { count, place: place.to_owned(), example: "x".to_owned() };
        tally.disagreements.insert(("A".into(), "rare".into()), class(1, "a.sql:1"));
        tally.disagreements.insert(("B".into(), "often".into()), class(5, "b.sql:2"));
        let mut out = Vec::new();
        write(&mut out, &tally).unwrap();
        let text = String::from_utf8(out).unwrap();
        let shown = text.split("\n\n").nth(1).unwrap();
        assert_eq!(
            shown,
            "disagreements: 6\n     5  B: often\n        b.sql:2\n        x\n     1  A: rare\n        \
             a.sql:1\n        x\n"
        );
    }
}
