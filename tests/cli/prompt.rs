//! The prompt of `secret set` on a terminal: whatever ends or suspends it, the terminal shows what is typed again.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::sandbox::Sandbox;

const APP: &str = "name: shop\nruntime: image\nprocesses: {web: {command: serve}}\nsecrets: [API_KEY]\n";

/// A command that waits at the prompt.
struct Prompt {
    _sandbox: Sandbox,
    child: Child,
    terminal: OwnedFd,
    ours: File,
}

impl Prompt {
    fn begin() -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("app", &[(".cupaas", APP)]);
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let terminal: OwnedFd = File::options().read(true).write(true).open(name).unwrap().into();
        let mut command = sandbox.cupaas(&["secret", "set", "API_KEY", "app"]);
        command.stdin(Stdio::from(terminal.try_clone().unwrap()));
        command.stdout(Stdio::null()).stderr(Stdio::from(terminal.try_clone().unwrap()));
        let child = command.spawn().unwrap();
        let prompt = Self { _sandbox: sandbox, child, terminal, ours: File::from(ours) };
        prompt.until("the prompt", |prompt| !prompt.shows());
        prompt
    }

    fn shows(&self) -> bool {
        tcgetattr(self.terminal.as_fd()).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    fn until(&self, what: &str, is: impl Fn(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !is(self) {
            assert!(Instant::now() < end, "{what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

#[test]
fn a_signal_leaves_a_terminal_that_shows_what_is_typed() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let mut prompt = Prompt::begin();
        prompt.send(signal);
        assert_eq!(prompt.child.wait().unwrap().code(), Some(code));
        assert!(prompt.shows(), "no echo after {signal:?}");
    }
}

#[test]
fn a_suspended_prompt_gives_the_terminal_back_and_takes_it_again() {
    let mut prompt = Prompt::begin();
    prompt.send(Signal::TSTP);
    let (_, status) = waitpid(Some(Pid::from_child(&prompt.child)), WaitOptions::UNTRACED).unwrap().unwrap();
    assert!(status.stopped(), "{status:?}");
    assert!(prompt.shows(), "whoever has the terminal meanwhile sees what is typed");
    prompt.send(Signal::CONT);
    prompt.until("silent again", |prompt| !prompt.shows());
    prompt.ours.write_all(b"v4lue-of-the-secret\n").unwrap();
    // Whoever waits has to read: a terminal holds little.
    let mut reader = prompt.ours.try_clone().unwrap();
    let seen = std::thread::spawn(move || {
        let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            seen.extend(&buffer[..count]);
        }
        String::from_utf8_lossy(&seen).into_owned()
    });
    assert_eq!(prompt.child.wait().unwrap().code(), Some(0));
    assert!(prompt.shows());
    let Prompt { terminal, .. } = prompt;
    drop(terminal);
    let seen = seen.join().unwrap();
    assert!(seen.contains("Value of API_KEY") && !seen.contains("v4lue"), "{seen}");
}
