//! This test binary, started again as a deploy of its own: with an environment that a test chooses, and so that
//! it can be killed.

use std::process::{Command, Stdio};
use std::time::Duration;

use cupaas::parts::git::{Pushed, Snapshot};
use cupaas::parts::token::Secret;

use super::support::{address, folder};

const WHAT: &str = "CUPAAS_TEST_CHILD";

/// A command that deploys the folder `at` with the text `text`, and succeeds where it landed or was there.
pub(crate) fn deploy(url: &str, at: &str, text: &str, token: Option<&str>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "publish::child::is_started_again", "--nocapture", "--test-threads=1"]);
    command.env(WHAT, [url, at, text, token.unwrap_or_default()].join("\n"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    command
}

#[test]
fn is_started_again() {
    let Ok(what) = std::env::var(WHAT) else { return };
    let [url, at, text, token] = what.split('\n').collect::<Vec<_>>().try_into().unwrap();
    let token = Secret::new(token);
    let mut snapshot =
        Snapshot::open_within(&address(url), None, Some(&token), Duration::from_secs(60)).unwrap();
    for number in 0..50 {
        let long = format!("{text}\n").repeat(2_000);
        let change = folder(at, &[("a", text), ("b/c", text), ("long", &long)]);
        let Some(commit) = snapshot.commit(&change).unwrap() else { return };
        if let Pushed::Landed { .. } = snapshot.push(&commit).unwrap() {
            return;
        }
        std::thread::sleep(Duration::from_millis(number * 7 % 50));
        snapshot.refresh().unwrap();
    }
    panic!("never landed");
}
