//! A pseudoterminal: the program prints to it as it does for a person.

use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Everything that a program prints which must end well.
pub(super) fn run(program: &mut Command, columns: u16) -> String {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let name = ptsname(&screen, Vec::new()).unwrap();
    let terminal =
        open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
    tcsetwinsize(&terminal, Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    program.env("TERM", "xterm-256color");
    program.stdout(terminal.try_clone().unwrap()).stderr(terminal);
    let mut child = program.spawn().unwrap();
    // As long as this process holds the terminal too, reading would not end.
    program.stdout(Stdio::null()).stderr(Stdio::null());

    let (mut screen, mut printed, mut bytes) = (File::from(screen), Vec::new(), [0; 4096]);
    // Linux ends it with an error, others with nothing to read.
    while let Ok(read @ 1..) = screen.read(&mut bytes) {
        printed.extend_from_slice(&bytes[..read]);
    }
    let printed = String::from_utf8(printed).unwrap();
    assert!(child.wait().unwrap().success(), "{printed}");
    printed.replace("\r\n", "\n")
}
