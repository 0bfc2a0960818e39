//! What may happen to a release.

use std::fmt;

use cupaas_cluster_tests::random::Random;

/// One kind of run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// It comes up.
    Good,
    /// It comes up, and whoever waits may only read.
    ReadOnly,
    /// It comes up after a release command.
    Command,
    /// Its image is nowhere.
    NoImage,
    /// It ends by itself after it has started.
    Crashes,
    /// Its release command fails.
    CommandFails,
    /// Two jobs of one app deploy at the same time.
    Race,
    /// Flux never sees it: a newer one has come.
    Skipped,
    /// The same, and the newer one does not come up.
    SkippedForWorse,
    /// A controller ends while it comes up.
    Killed,
    /// A controller ends while it does not come up.
    KilledBad,
    /// The forge is away while it comes up.
    Away,
    /// The forge takes nothing that the cluster says, until it does again.
    Unheard,
    /// The token may not read what was said.
    Forbidden,
    /// Somebody deploys the one before while it comes up.
    TakenBack,
}

/// All kinds, and how often each is drawn.
const ALL: [(Kind, usize); 15] = [
    (Kind::Good, 4),
    (Kind::ReadOnly, 2),
    (Kind::Command, 2),
    (Kind::NoImage, 3),
    (Kind::Crashes, 3),
    (Kind::CommandFails, 3),
    (Kind::Race, 3),
    (Kind::Skipped, 2),
    (Kind::SkippedForWorse, 1),
    (Kind::Killed, 3),
    (Kind::KilledBad, 1),
    (Kind::Away, 3),
    (Kind::Unheard, 2),
    (Kind::Forbidden, 2),
    (Kind::TakenBack, 2),
];

/// So many runs: each kind once, as far as they go, and then what chance says. The order is chance's too.
pub(crate) fn deck(runs: u64, random: &mut Random) -> Vec<Kind> {
    let mut once: Vec<Kind> = shuffled(ALL.iter().map(|(kind, _)| *kind).collect(), random);
    let all: Vec<Kind> = ALL.iter().flat_map(|(kind, times)| std::iter::repeat_n(*kind, *times)).collect();
    let runs = usize::try_from(runs).unwrap_or(usize::MAX);
    while once.len() < runs {
        once.push(*random.pick(&all));
    }
    once.truncate(runs);
    shuffled(once, random)
}

fn shuffled(mut kinds: Vec<Kind>, random: &mut Random) -> Vec<Kind> {
    for at in (1..kinds.len()).rev() {
        kinds.swap(at, random.below(at + 1));
    }
    kinds
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Good => "comes up",
            Self::ReadOnly => "comes up, token may only read",
            Self::Command => "comes up after a release command",
            Self::NoImage => "image cannot be pulled",
            Self::Crashes => "crashes after its start",
            Self::CommandFails => "release command fails",
            Self::Race => "two deploys race",
            Self::Skipped => "skipped for a newer one",
            Self::SkippedForWorse => "skipped for a newer one that fails",
            Self::Killed => "comes up, a controller is killed",
            Self::KilledBad => "fails, a controller is killed",
            Self::Away => "comes up, forge away meanwhile",
            Self::Unheard => "forge hears nothing, then again",
            Self::Forbidden => "token without rights",
            Self::TakenBack => "taken back while it comes up",
        })
    }
}
