//! Deploys that are killed at any moment: the repository stays whole and the next one works.

use std::time::{Duration, Instant};

use super::child::deploy;
use super::support::{Remote, git};

#[test]
fn fifty_killed_deploys_leave_a_whole_repository() {
    let remote = Remote::with(&[("cupaas.yaml", "x\n")]);
    let temporary = tempfile::tempdir().unwrap();
    let url = format!("file://{}", remote.path().display());
    let mut seed = 99_u64;
    let run = |text: &str| {
        let mut command = deploy(&url, "deploy/p/a", text, None);
        command.env("TMPDIR", temporary.path());
        command
    };
    let start = Instant::now();
    assert!(run("first").status().unwrap().success());
    let whole = start.elapsed();
    let mut killed = 0;
    for number in 0..50 {
        let mut child = run(&number.to_string()).spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let moment = Instant::now() + whole.mul_f64((seed >> 40) as f64 / (1 << 24) as f64);
        while Instant::now() < moment && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(killed >= 25, "only {killed} were killed in the middle");
    let start = Instant::now();
    // git programs of killed deploys may still be at work; the last word is ours all the same.
    while !run("last").status().unwrap().success() {
        assert!(start.elapsed() < Duration::from_secs(60), "the next run does not work");
    }
    let last = git(&remote.path(), &["show", "main:deploy/p/a/a"]);
    assert_eq!(last, "last");
    remote.check();
}
