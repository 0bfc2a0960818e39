//! What the runs said, and whether it is what became of them.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::kind::Kind;

/// How one `wait` ended.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The exit code that it must have, and the code of its failure.
    pub(crate) wanted: (i32, &'static str),
    /// Whether the cluster was asked, and not the forge.
    pub(crate) via_cluster: bool,
    /// What it said.
    pub(crate) got: (i32, String),
    /// Whether the processes are up as they were asked for, by what the cluster says itself.
    pub(crate) up: bool,
    /// From healthy to the end of the wait, where it waited for that.
    pub(crate) late: Option<Duration>,
    /// How long it took.
    pub(crate) took: Duration,
    /// All that was said.
    pub(crate) said: String,
}

impl Answer {
    /// An exit code that is another, or that the cluster itself contradicts.
    fn is_wrong(&self) -> bool {
        (self.got.0, self.got.1.as_str()) != self.wanted
            || (self.got.0 == 0) && !self.up
            || (self.got.0 == 8) && self.up
    }
}

/// One run.
pub(crate) struct Run {
    pub(crate) kind: Kind,
    pub(crate) lane: String,
    /// What it said; or why it could not be made to happen.
    pub(crate) answers: Result<Vec<Answer>, String>,
}

/// All of them.
pub(crate) struct Tally {
    began: Instant,
    all: u64,
    runs: Vec<Run>,
}

impl Tally {
    pub(crate) fn new(all: u64) -> Self {
        Self { began: Instant::now(), all, runs: Vec::new() }
    }

    /// Notes a run, and says it.
    pub(crate) fn add(&mut self, run: Run) {
        let words = match &run.answers {
            Err(why) => format!("BROKE OFF: {why}"),
            Ok(answers) => answers.iter().map(describe).collect::<Vec<_>>().join("; "),
        };
        self.runs.push(run);
        let (run, number) = (&self.runs[self.runs.len() - 1], self.runs.len());
        let at = self.began.elapsed().as_secs();
        println!("{number:>4} of {} +{at} s {}: {}: {words}", self.all, run.lane, run.kind);
    }

    /// Errors where an answer is wrong, or a run could not be made to happen.
    pub(crate) fn verdict(&self) -> Result<()> {
        let wrong = self.answers().filter(|(_, answer)| answer.is_wrong()).count();
        let broken = self.runs.iter().filter(|run| run.answers.is_err()).count();
        ensure!(wrong == 0, "{wrong} answers are wrong");
        ensure!(broken == 0, "{broken} runs broke off");
        Ok(())
    }

    fn answers(&self) -> impl Iterator<Item = (Kind, &Answer)> {
        self.runs.iter().flat_map(|run| run.answers.iter().flatten().map(|answer| (run.kind, answer)))
    }
}

fn describe(answer: &Answer) -> String {
    let late =
        answer.late.map_or(String::new(), |late| format!(", {:.1} s after it was up", late.as_secs_f64()));
    let asked = if answer.via_cluster { "cluster: " } else { "" };
    let words = format!("{asked}{} {} in {} s{late}", answer.got.0, answer.got.1, answer.took.as_secs());
    match answer.is_wrong() {
        false => words,
        true => format!("WRONG: {words}, not {:?}; up: {}: {}", answer.wanted, answer.up, answer.said),
    }
}

/// The median and the 95th percentile.
fn spread(mut times: Vec<Duration>) -> Option<(f64, f64)> {
    times.sort();
    let at = |percent: usize| {
        Some(times.get((times.len() * percent / 100).min(times.len().checked_sub(1)?))?.as_secs_f64())
    };
    Some((at(50)?, at(95)?))
}

fn cell(spread: Option<(f64, f64)>) -> String {
    spread.map_or("–".to_owned(), |(median, late)| format!("{median:.1} / {late:.1} s"))
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds: BTreeMap<(Kind, bool), Vec<&Answer>> = BTreeMap::new();
        for (kind, answer) in self.answers() {
            kinds.entry((kind, answer.via_cluster)).or_default().push(answer);
        }
        writeln!(
            f,
            "| what | runs | answers | must be | wrong | from healthy to the exit code: median / p95 |"
        )?;
        writeln!(f, "| --- | --- | --- | --- | --- | --- |")?;
        for ((kind, via_cluster), answers) in &kinds {
            let asked = if *via_cluster { ", `--via cluster`" } else { "" };
            let runs = self.runs.iter().filter(|run| run.kind == *kind && run.answers.is_ok()).count();
            let mut wanted: Vec<String> = answers.iter().map(|answer| answer.wanted.0.to_string()).collect();
            wanted.sort();
            wanted.dedup();
            let wrong = answers.iter().filter(|answer| answer.is_wrong()).count();
            let late = cell(spread(answers.iter().filter_map(|answer| answer.late).collect()));
            writeln!(
                f,
                "| {kind}{asked} | {runs} | {} | {} | {wrong} | {late} |",
                answers.len(),
                wanted.join(", ")
            )?;
        }
        let wrong = self.answers().filter(|(_, answer)| answer.is_wrong()).count();
        let broken = self.runs.iter().filter(|run| run.answers.is_err()).count();
        let late = cell(spread(self.answers().filter_map(|(_, answer)| answer.late).collect()));
        let (runs, all) = (self.runs.len(), self.answers().count());
        writeln!(f, "| all | {runs} | {all} | | {wrong} | {late} |")?;
        write!(f, "{broken} broke off; {} s", self.began.elapsed().as_secs())
    }
}
