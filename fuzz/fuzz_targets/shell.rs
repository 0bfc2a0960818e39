//! A line of shell: all that is set in front of its programs is `exec`, or what says it where the line may have a function
//! of that name. Where it is `exec` alone, nothing is set there a second time.
#![no_main]

use cupaas::parts::resolve::command::in_shell;

/// What is there where only the shell can tell a program from a function.
const ASKED: (&str, &str) = ("$(case $(command -v ", " in (/*) echo exec;; esac) ");

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(line) = std::str::from_utf8(data) else { return };
    let made = in_shell(line);
    if !made.contains(ASKED.0) {
        assert_eq!(in_shell(&made), made, "it goes on");
    }
    let mut rest = line.trim();
    let mut put = made.as_str();
    while !put.is_empty() {
        let set = set_in(put).filter(|set| !rest.starts_with(set));
        // Where both go on alike, it is the line's own; either reading may be the right one.
        match rest.chars().next().filter(|c| set.is_none() && put.starts_with(*c)) {
            Some(c) => {
                rest = &rest[c.len_utf8()..];
                put = &put[c.len_utf8()..];
            }
            None => put = &put[set.expect("something else was put in").len()..],
        }
    }
    assert!(rest.is_empty(), "something was left out");
});

/// What begins with something that is set in front of a program.
fn set_in(put: &str) -> Option<&str> {
    if put.starts_with("exec ") {
        return Some("exec ");
    }
    let end = put.strip_prefix(ASKED.0)?.find(ASKED.1)?;
    Some(&put[..ASKED.0.len() + end + ASKED.1.len()])
}
