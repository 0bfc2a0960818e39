//! What each part of a release says of itself in the cluster → what became of it. Pure.

use crate::run::wait::judge::{Half, Judge, STANDS, Verdict};

/// What is said of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) parts: Vec<Part>,
}

/// One object that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Which half of the app it is in.
    pub(super) half: Half,
    /// Its kind and name.
    pub(super) what: String,
    pub(super) state: State,
}

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing that counts yet, and what.
    Open(String),
    Healthy,
    /// It has failed.
    Failed {
        /// In the engine's own words.
        message: String,
        /// For how many seconds.
        age: Option<i64>,
        /// Whether it cannot be taken back.
        last: bool,
    },
}

/// What has failed, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) half: Half,
    pub(super) what: String,
    pub(super) message: String,
}

impl Heard {
    /// With what has failed of another account of the same release. A Kustomization says so for a moment alone where
    /// others commit often: with each commit it begins again.
    pub(super) fn with_failed_of(mut self, other: Self) -> Self {
        let failed = |part: &Part| matches!(part.state, State::Failed { .. });
        self.parts.extend(other.parts.into_iter().filter(failed));
        self
    }
}

impl Judge<Broken> for Heard {
    fn judge(&self) -> Verdict<Broken> {
        let mut failing = None;
        for Part { half, what, state } in &self.parts {
            if let State::Failed { message, age, last } = state {
                let broken = Broken { half: *half, what: what.clone(), message: message.clone() };
                if *last || age.is_some_and(|age| age >= STANDS) {
                    return Verdict::Failed(broken);
                }
                failing.get_or_insert(broken);
            }
        }
        if let Some(broken) = failing {
            return Verdict::Failing(broken);
        }
        match !self.parts.is_empty() && self.parts.iter().all(|part| part.state == State::Healthy) {
            true => Verdict::Healthy,
            false => Verdict::Open,
        }
    }
}
