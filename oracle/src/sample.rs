//! A seeded sample of statements with both readings, for reading by eye.

use crate::fact::Fact;
use std::io::{self, Write};

/// One compared statement.
pub struct Case {
    /// `file:line`.
    pub place: String,
    /// Its text.
    pub text: String,
    /// PostgreSQL's reading.
    pub pg: Vec<Fact>,
    /// Ours.
    pub ours: Vec<Fact>,
    /// Whether they agree.
    pub agrees: bool,
}

/// Keeps each case that it is shown with the same chance (reservoir sampling, Vitter's R).
pub struct Sample {
    state: u64,
    size: usize,
    shown: u64,
    cases: Vec<Case>,
}

impl Sample {
    /// A sample of `size` cases; the same seed over the same files gives the same cases.
    pub fn new(seed: u64, size: usize) -> Self {
        Self { state: seed, size, shown: 0, cases: Vec::new() }
    }

    /// Shows the sample one more case.
    pub fn offer(&mut self, case: Case) {
        self.shown += 1;
        if self.cases.len() < self.size {
            self.cases.push(case);
            return;
        }
        let index = usize::try_from(self.random() % self.shown).unwrap_or(usize::MAX);
        if let Some(place) = self.cases.get_mut(index) {
            *place = case;
        }
    }

    /// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Prints the cases.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for (index, case) in self.cases.iter().enumerate() {
            let verdict = if case.agrees { "agrees" } else { "DIFFERS" };
            writeln!(out, "\n--- {} of {}: {} {verdict}", index + 1, self.cases.len(), case.place)?;
            writeln!(out, "{}", case.text)?;
            for fact in &case.pg {
                writeln!(out, "    pg    {fact}")?;
            }
            for fact in &case.ours {
                writeln!(out, "    ours  {fact}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(seed: u64) -> Vec<String> {
        let mut sample = Sample::new(seed, 3);
        for index in 0..100 {
            sample.offer(Case {
                place: index.to_string(),
                text: String::new(),
                pg: Vec::new(),
                ours: Vec::new(),
                agrees: true,
            });
        }
        sample.cases.into_iter().map(|case| case.place).collect()
    }

    #[test]
    fn a_seed_gives_one_sample() {
        assert_eq!(places(1), places(1));
        assert_ne!(places(1), places(2));
        assert_eq!(places(1).len(), 3);
    }
}
