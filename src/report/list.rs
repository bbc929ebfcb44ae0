//! The list of migrations, for people.

use crate::report::terminal::excerpt::printable;
use crate::report::terminal::left_out;
use crate::report::{Counts, Report, count, count_of};
use std::io::{self, Write};

/// Writes one table for each set of migrations, in the order in which they run.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for (index, set) in report.sets.iter().enumerate() {
        let lines: Vec<_> = report.migrations.iter().filter(|line| line.set == index).collect();
        let statements: Counts = lines.iter().map(|line| line.statements).sum();
        writeln!(
            out,
            "{} in {}: {}, {} of {} understood",
            set.framework,
            printable(&set.root),
            count_of(&lines),
            statements.understood,
            count(statements.total(), "statement"),
        )?;
        writeln!(out, "because {}", printable(&set.why))?;
        if let Some(dialect) = set.dialect {
            writeln!(out, "read as {dialect} because {}", set.dialect_why)?;
        }
        writeln!(out)?;
        let header = ["", "version", "direction", "transaction", "read", "file"].map(str::to_owned);
        let mut rows = vec![header];
        for (order, line) in lines.iter().enumerate() {
            rows.push([
                (order + 1).to_string(),
                printable(&line.version),
                line.direction.name().to_owned(),
                line.transaction.to_owned(),
                format!("{}/{}", line.statements.understood, line.statements.total()),
                printable(&line.file),
            ]);
        }
        table(out, &rows)?;
        writeln!(out)?;
    }
    for line in left_out(report) {
        writeln!(out, "{line}")?;
    }
    for dump in &report.dumps {
        writeln!(out, "{} is a dump because {}", printable(&dump.path), printable(&dump.why))?;
    }
    Ok(())
}

/// Writes rows with columns as wide as their widest cell.
///
/// # Errors
/// What the writer gives.
pub fn table<const N: usize>(out: &mut dyn Write, rows: &[[String; N]]) -> io::Result<()> {
    let widths: Vec<usize> = (0..N)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
