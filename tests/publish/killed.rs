//! Deploys that are killed at any moment: the repository stays whole and the next one works.

use std::process::Child;
use std::time::{Duration, Instant};

use super::child::deploy;
use super::support::{Remote, git};

/// Deploys that are killed.
const KILLED: usize = 50;

/// Kills fifty of the deploys that `start` begins, each at a moment of its own. `whole` is how long one takes; `start` gets
/// a number that no other gets.
pub(crate) fn kill_many(mut whole: Duration, mut start: impl FnMut(usize) -> Child) {
    let (mut seed, mut killed, mut number) = (4711_u64, 0, 0);
    while killed < KILLED {
        number += 1;
        assert!(number < KILLED * 10, "only {killed} of {number} were killed in the middle");
        let mut child = start(number);
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let began = Instant::now();
        let moment = began + whole.mul_f64((seed >> 40) as f64 / f64::from(1 << 24));
        while Instant::now() < moment && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        match child.try_wait().unwrap() {
            None => killed += 1,
            // It was quicker than those before: a busy machine has become an idle one.
            Some(_) => whole = whole.min(began.elapsed()),
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// Without the program's watchdog: nobody ends what a killed deploy has begun.
#[test]
fn fifty_killed_deploys_leave_a_whole_repository() {
    let remote = Remote::with(&[("cupaas.yaml", "x\n")]);
    let temporary = crate::scratch::scratch();
    let url = format!("file://{}", remote.path().display());
    let run = |text: &str| {
        let mut command = deploy(&url, "deploy/p/a", text, None);
        command.env("TMPDIR", temporary.path());
        command
    };
    let start = Instant::now();
    assert!(run("first").status().unwrap().success());
    kill_many(start.elapsed(), |number| run(&number.to_string()).spawn().unwrap());
    let start = Instant::now();
    // git programs of killed deploys may still be at work; the last word is ours all the same.
    while !run("last").status().unwrap().success() {
        assert!(start.elapsed() < Duration::from_secs(60), "the next run does not work");
    }
    let last = git(&remote.path(), &["show", "main:deploy/p/a/a"]);
    assert_eq!(last, "last");
    remote.check();
}
