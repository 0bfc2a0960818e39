//! A line of shell: what is set in front of its programs is `exec ` alone, and a second time nothing is.
#![no_main]

use cupaas::parts::resolve::command::in_shell;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(line) = std::str::from_utf8(data) else { return };
    let made = in_shell(line);
    assert_eq!(in_shell(&made), made, "it goes on");
    let line = line.trim();
    let mut rest = line;
    let mut put = made.as_str();
    while !put.is_empty() {
        // Where both go on alike, `exec ` is the line's own; either reading may be the right one.
        let same = rest.chars().next().filter(|c| put.starts_with(*c));
        match same {
            Some(c) if !(put.starts_with("exec ") && !rest.starts_with("exec ")) => {
                rest = &rest[c.len_utf8()..];
                put = &put[c.len_utf8()..];
            }
            _ => put = put.strip_prefix("exec ").expect("something else was put in"),
        }
    }
    assert!(rest.is_empty(), "something was left out");
});
