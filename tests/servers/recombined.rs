//! The proof that effects are right where nobody measured them before: forms of statements, put
//! together at random, are run on the server, and what it locked, wrote, read and built is compared
//! with what lockgate says.

mod draw;
mod measure;
pub mod parts;

use crate::cluster::Cluster;
use crate::forms::Form;
use crate::said::{Difference, differences, said};
use draw::{Dice, Urn};
use measure::{Outcome, measure};
use std::collections::BTreeMap;

/// How many are drawn, and from which seed.
pub struct Draw {
    pub seed: u64,
    /// The forms that have to have run.
    pub forms: usize,
}

/// How often forms are drawn anew for those that the server refused.
const ROUNDS_MAX: usize = 40;

/// What came of it.
#[derive(Default)]
struct Tally {
    ran: usize,
    not_in_block: usize,
    /// How many the server refused, by SQLSTATE.
    refused: BTreeMap<String, usize>,
    unknown: usize,
    known: usize,
    differ: usize,
}

/// Draws, runs and compares; gives how many forms differ for no known reason.
pub fn prove(cluster: &Cluster, draw: &Draw) -> Result<usize, String> {
    let (urn, mut dice) = (Urn::new(), Dice::new(draw.seed));
    measure::prepare(cluster)?;
    let known = known()?;
    let mut tally = Tally::default();
    for _ in 0..ROUNDS_MAX {
        let wanted = draw.forms - tally.ran - tally.not_in_block;
        if wanted == 0 {
            break;
        }
        let forms: Vec<Form> =
            (0..(wanted * 9 / 5).clamp(20, 1000)).map(|_| urn.draw(&mut dice)).collect();
        for (form, outcome) in forms.iter().zip(measure(cluster, &forms)?) {
            if tally.ran + tally.not_in_block == draw.forms {
                break;
            }
            one(cluster.major, form, &outcome, &known, &mut tally);
        }
    }
    if tally.ran + tally.not_in_block < draw.forms {
        return Err(format!("the server refused too many forms: {:?}", tally.refused));
    }
    let Tally { ran, not_in_block, refused, unknown, known, differ } = tally;
    println!(
        "recombined forms on PostgreSQL {}, seed {}: {ran} ran, {not_in_block} are not for a block, \
         {} more were refused {refused:?}; {unknown} said to be unknown, {known} differ for a known \
         reason, {differ} differ",
        cluster.major,
        draw.seed,
        refused.values().sum::<usize>()
    );
    Ok(differ)
}

fn one(major: u16, form: &Form, outcome: &Outcome, known: &[Known], tally: &mut Tally) {
    let seen = match outcome {
        Outcome::Refused(state) => {
            *tally.refused.entry(state.clone()).or_default() += 1;
            return;
        }
        Outcome::NotInBlock => None,
        Outcome::Ran(seen) => Some(seen),
    };
    let said = said(form, major);
    let mut found = Vec::new();
    match seen {
        None => tally.not_in_block += 1,
        Some(seen) => {
            tally.ran += 1;
            if !said.unknown.is_empty() {
                tally.unknown += 1;
            }
            found = differences(seen, &said, &form.sql);
        }
    }
    if said.refused != seen.is_none() {
        let text = if said.refused { "refused in a block" } else { "taken in a block" };
        found.push(Difference { text: text.to_owned(), weaker: !said.refused });
    }
    // What is said to be unknown may do less than is said.
    found.retain(|it| it.weaker || said.unknown.is_empty());
    if found.is_empty() {
        return;
    }
    let explains = |it: &Difference| known.iter().any(|known| known.explains(form, it));
    if found.iter().all(explains) {
        tally.known += 1;
        return;
    }
    tally.differ += 1;
    println!("  {}\n    {}\n    {}", form.id, form.setup, form.sql);
    for difference in &found {
        println!("      {}", difference.text);
    }
}

/// A difference with its reason: a line of `known.txt`.
struct Known {
    /// A part of the form's id, or of its statement.
    of: String,
    /// A part of the difference's text.
    text: String,
}

impl Known {
    fn explains(&self, form: &Form, difference: &Difference) -> bool {
        (form.id.contains(&self.of) || form.sql.contains(&self.of))
            && difference.text.contains(&self.text)
    }
}

fn known() -> Result<Vec<Known>, String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/recombined/known.txt");
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let lines = text.split('\n').map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (of, text) = line.split_once(" | ").ok_or(format!("{path}: {line}"))?;
            Ok(Known { of: of.to_owned(), text: text.to_owned() })
        })
        .collect()
}
