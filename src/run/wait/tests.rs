//! Every way in which a rollout was seen to go, with a clock of its own.

use std::time::Duration;

use super::follow::{Ended, Pace, Sight, follow};
use super::judge::{Half, Said};
use crate::diagnostic::{Code, Failure, Kind};
use crate::forge::commit_status::{CommitStatus, StatusState};

const GOOD: &str = "reconciliation succeeded";
const LIMIT: u64 = 1_020;

/// A clock that runs only where it is waited for.
#[derive(Default)]
struct Clock(Duration);

impl Pace for &std::cell::RefCell<Clock> {
    fn elapsed(&self) -> Duration {
        self.borrow().0
    }

    fn pause(&mut self, time: Duration) {
        assert!(!time.is_zero(), "a wait that does not wait");
        self.borrow_mut().0 += time;
    }
}

/// A status that was set at a second of the wait.
fn set(state: StatusState, description: &str, at: u64, now: u64) -> Option<CommitStatus> {
    let time = i64::try_from(at).unwrap();
    let age = i64::try_from(now).unwrap() - time;
    (age >= 0).then(|| CommitStatus {
        state,
        description: description.to_owned(),
        time: Some(time),
        age: Some(age),
    })
}

fn good(at: u64, now: u64) -> Option<CommitStatus> {
    set(StatusState::Success, GOOD, at, now)
}

fn bad(words: &str, at: u64, now: u64) -> Option<CommitStatus> {
    set(StatusState::Failure, words, at, now)
}

/// How a wait ends, and at which second, where each look finds this.
fn ended(
    mut look: impl FnMut(u64) -> Result<Sight<&'static str>, Failure>,
) -> (Result<Ended<&'static str>, Failure>, u64) {
    let clock = std::cell::RefCell::new(Clock::default());
    let mut pace = &clock;
    let ended = follow(|| look(clock.borrow().0.as_secs()), &mut pace, Duration::from_secs(LIMIT));
    let took = clock.borrow().0.as_secs();
    (ended, took)
}

/// The same, of one release.
fn of(look: impl Fn(u64) -> Said) -> (Ended<&'static str>, u64) {
    let (ended, took) = ended(|now| Ok(Sight::Stands("ours", Said { since: Some(0), ..look(now) })));
    (ended.unwrap(), took)
}

fn failed(ended: &Ended<&'static str>) -> (&'static str, Half, String, bool) {
    match ended {
        Ended::Failed(release, cause) => (*release, cause.half, cause.reason.clone(), cause.unbuilt),
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_halves_must_be_healthy() {
    let (end, took) = of(|now| Said { base: good(6, now), app: good(36, now), ..Said::default() });
    assert_eq!(end, Ended::Healthy("ours"));
    assert!((36..=41).contains(&took), "{took}");
    let (end, took) = of(|now| Said { base: good(6, now), ..Said::default() });
    assert!(matches!(end, Ended::Silent("ours", _)));
    assert_eq!(took, LIMIT);
}

#[test]
fn no_other_success_counts() {
    for words in ["dependency not ready", "health check canceled", "Reconciliation succeeded!", ""] {
        let said = |now| Said {
            base: good(1, now),
            app: set(StatusState::Success, words, 2, now),
            ..Said::default()
        };
        assert!(matches!(of(said).0, Ended::Silent(..)), "{words}");
    }
    let pending =
        |now| Said { base: good(1, now), app: set(StatusState::Pending, GOOD, 2, now), ..Said::default() };
    assert!(matches!(of(pending).0, Ended::Silent(..)));
}

#[test]
fn a_failure_counts_once_it_has_stood() {
    let (end, took) =
        of(|now| Said { base: good(2, now), app: bad("health check failed", 61, now), ..Said::default() });
    assert_eq!(failed(&end), ("ours", Half::App, "health check failed".to_owned(), false));
    assert!((91..=96).contains(&took), "{took}");
}

#[test]
fn a_failure_that_is_taken_back_is_none() {
    // A controller that starts again while a slow image comes up.
    let (end, _) = of(|now| Said {
        base: good(1, now),
        app: good(25, now).or_else(|| bad("health check failed", 8, now)),
        ..Said::default()
    });
    assert_eq!(end, Ended::Healthy("ours"));
}

#[test]
fn a_controller_that_ends_says_nothing_of_what_it_was_at() {
    // As its Provider has it: a status that it sets when it ends would stand until a slow image is there.
    let (end, took) = of(|now| Said { base: good(1, now), app: good(150, now), ..Said::default() });
    assert_eq!(end, Ended::Healthy("ours"));
    assert!((150..=160).contains(&took), "{took}");
    let set = |now| good(150, now).or_else(|| bad("health check failed", 22, now));
    let (end, _) = of(|now| Said { base: good(1, now), app: set(now), ..Said::default() });
    assert_eq!(failed(&end).1, Half::App, "why there must be none");
    let provider = include_str!("../../../templates/shared/flux-provider.yaml.j2");
    let none = "event.message.contains('context canceled') ? string(event.metadata.interrupted)";
    assert!(provider.contains(none), "{provider}");
}

#[test]
fn a_failure_at_the_last_moment_may_be_taken_back_too() {
    let said = |back: Option<u64>| {
        of(move |now| Said {
            base: good(1, now),
            app: back.and_then(|at| good(at, now)).or_else(|| bad("health check failed", LIMIT - 3, now)),
            ..Said::default()
        })
    };
    assert_eq!(said(Some(LIMIT + 14)).0, Ended::Healthy("ours"));
    let (end, took) = said(None);
    assert_eq!(failed(&end).1, Half::App);
    assert!(took <= LIMIT + 30, "{took}");
}

#[test]
fn what_cannot_be_built_is_said_of_the_release_before() {
    let (end, took) = of(|now| Said { before: bad("build failed", 3, now), ..Said::default() });
    assert_eq!(failed(&end), ("ours", Half::Base, "build failed".to_owned(), true));
    assert!((33..=38).contains(&took), "{took}");
    // What was said of it before this release is about that one.
    let (end, _) = ended(|now| {
        let old = bad("health check failed", 0, now);
        Ok(Sight::Stands("ours", Said { since: Some(60), before: old, ..Said::default() }))
    });
    assert!(matches!(end.unwrap(), Ended::Silent(..)));
    // And once this one has been applied, it is the one that counts.
    let (end, _) = of(|now| Said {
        before: bad("build failed", 3, now),
        base: good(20, now),
        app: good(21, now),
        ..Said::default()
    });
    assert_eq!(end, Ended::Healthy("ours"));
}

#[test]
fn a_later_release_is_followed() {
    // Ours is skipped, or broken and overtaken: nobody ever says anything of its processes.
    let (end, took) = ended(|now| {
        Ok(if now < 40 {
            Sight::Stands("ours", Said { base: good(2, now), ..Said::default() })
        } else {
            Sight::Stands("later", Said { base: good(41, now), app: good(46, now), ..Said::default() })
        })
    });
    assert_eq!(end.unwrap(), Ended::Healthy("later"));
    assert!((46..=51).contains(&took), "{took}");
}

#[test]
fn a_release_that_is_taken_back_is_not_waited_for() {
    let (end, took) = ended(|now| {
        Ok(match now {
            0..20 => Sight::Stands("ours", Said::default()),
            _ => Sight::Replaced("why".to_owned()),
        })
    });
    assert_eq!((end.unwrap(), took), (Ended::Replaced("why".to_owned()), 20));
}

fn away() -> Failure {
    Failure::new(Code::ForgeUnavailable, "away")
}

#[test]
fn a_forge_that_is_away_for_a_minute_is_asked_again() {
    let (end, _) = ended(|now| match now {
        10..70 => Err(away()),
        _ => Ok(Sight::Stands("ours", Said { base: good(5, now), app: good(30, now), ..Said::default() })),
    });
    assert_eq!(end.unwrap(), Ended::Healthy("ours"));
    let (end, took) = ended(|_| Err(away()));
    assert_eq!((end.unwrap_err().kind(), took), (Kind::Unavailable, LIMIT));
}

#[test]
fn a_token_without_rights_ends_it_at_once() {
    let (end, took) = ended(|_| Err(Failure::new(Code::ForgeAccessDenied, "no")));
    assert_eq!((end.unwrap_err().kind(), took), (Kind::Forbidden, 0));
}
