//! What two judges say of many objects: how often they agree, and each disagreement with its place.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use crate::known::{self, Known};
use crate::mutant::Mutant;

/// The count so far.
#[derive(Default)]
pub(crate) struct Tally {
    tried: usize,
    refused: usize,
    explained: BTreeMap<&'static str, usize>,
    found: BTreeMap<String, Vec<String>>,
}

impl Tally {
    /// One more object was tried; the server took it or not.
    pub(crate) fn tried(&mut self, taken: bool) {
        self.tried += 1;
        self.refused += usize::from(!taken);
    }

    /// The judges disagree on `mutant`: one of them says `message`, which may be among the `known` differences.
    pub(crate) fn disagree(&mut self, known: &'static [Known], message: &str, side: &str, mutant: &Mutant) {
        if let Some(why) = known::reason(known, message, mutant) {
            *self.explained.entry(why).or_insert(0) += 1;
            return;
        }
        let kind = mutant.object["kind"].as_str().unwrap_or_default();
        let place: String =
            mutant.pointer.chars().map(|c| if c.is_ascii_digit() { '*' } else { c }).collect();
        let all = self.found.entry(format!("{kind} {place}")).or_default();
        all.push(format!("{}: {side}{message}", mutant.change));
    }

    /// Prints the count.
    ///
    /// Errors: a disagreement that nothing explains, or too little to compare.
    pub(crate) fn verdict(self) -> Result<()> {
        let Self { tried, refused, explained, found } = self;
        println!("{tried} tried, {refused} refused by the server, {} new disagreements", found.len());
        explained.iter().for_each(|(why, times)| println!("known, {times} times: {why}"));
        let lines = found.iter().map(|(place, all)| format!("{place} ({} times) {}", all.len(), all[0]));
        ensure!(found.is_empty(), "{}", lines.collect::<Vec<_>>().join("\n"));
        ensure!(tried > 100 && refused > 10, "too little to compare");
        Ok(())
    }
}
