//! A file of an app → as much of its text as rules can find something in. Of most files that is the beginning; of one
//! that a rule looks at to its end it is, beyond the beginning, the lines in which the rule finds something. The others
//! stay as empty lines, so that every place keeps its number. No more of a file than one line is held beside that.

use std::io::{BufRead, BufReader, Read};

use regex_lite::Regex;

/// The most bytes that are kept of a file whatever stands in them.
pub(crate) const BEGINNING: u64 = 1 << 20;
/// The most bytes that are looked at of a file that is looked at to its end: what package managers write comes nowhere
/// near it.
pub(crate) const LONGEST: u64 = 128 << 20;
/// The most bytes that are taken for one line. Of a longer one each piece of so many is a line.
const LINE: u64 = 64 << 10;

/// What was kept of a file.
pub(super) struct Kept {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether there was nothing behind what was looked at.
    pub is_whole: bool,
    /// Whether anything stood behind the beginning.
    pub is_long: bool,
}

/// Reads a file: its beginning, and with `lines` the lines behind it in which one of these finds something. Ends once
/// more than `room` bytes are kept.
///
/// # Errors
/// What the system says.
pub(super) fn read(file: impl Read, lines: &[Regex], room: usize) -> std::io::Result<Kept> {
    let mut file = BufReader::new(file);
    let mut bytes = Vec::new();
    (&mut file).take(BEGINNING).read_to_end(&mut bytes)?;
    let is_long = !file.fill_buf()?.is_empty();
    if !is_long || lines.is_empty() {
        return Ok(Kept { bytes, is_whole: !is_long, is_long });
    }
    let mut left = LONGEST - BEGINNING;
    // The line that the beginning ends in belongs to it.
    left -= (&mut file).take(LINE).read_until(b'\n', &mut bytes)? as u64;
    let mut line = Vec::new();
    while bytes.len() <= room {
        line.clear();
        let read = (&mut file).take(LINE.min(left)).read_until(b'\n', &mut line)?;
        left -= read as u64;
        if read == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        if lines.iter().any(|pattern| pattern.is_match(&text)) {
            bytes.extend_from_slice(&line);
        } else if line.ends_with(b"\n") {
            bytes.push(b'\n');
        }
    }
    let is_whole = file.fill_buf()?.is_empty();
    Ok(Kept { bytes, is_whole, is_long })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Vec<Regex> {
        vec![Regex::new(text).unwrap()]
    }

    /// A lock file of `packages` packages.
    fn lock(packages: usize) -> String {
        (0..packages).map(|n| format!("[[package]]\nname = \"package-{n}\"\n\n")).collect()
    }

    #[test]
    fn the_end_of_a_long_file_is_found_and_the_rest_not_held() {
        let text = format!("{}name = \"last\"\n", lock(1_000_000));
        let kept = read(text.as_bytes(), &pattern(r#"^name = "(last)""#), usize::MAX).unwrap();
        assert!(kept.is_whole && kept.is_long);
        assert!(kept.bytes.len() < text.len() / 8, "{} of {}", kept.bytes.len(), text.len());
        let kept = String::from_utf8(kept.bytes).unwrap();
        assert_eq!(kept.lines().count(), text.lines().count());
        assert_eq!(kept.lines().last(), Some("name = \"last\""));
        assert!(text.starts_with(&kept[..1 << 20]));
    }

    #[test]
    fn without_a_rule_it_is_the_beginning() {
        let text = lock(100_000);
        let kept = read(text.as_bytes(), &[], usize::MAX).unwrap();
        assert_eq!((kept.bytes.len(), kept.is_whole, kept.is_long), (1 << 20, false, true));
        let kept = read(&text.as_bytes()[..1 << 20], &pattern("x"), usize::MAX).unwrap();
        assert_eq!((kept.bytes.len(), kept.is_whole, kept.is_long), (1 << 20, true, false));
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let text = lock(300_000);
        let kept = read(text.as_bytes(), &pattern("name"), 2 << 20).unwrap();
        assert!(!kept.is_whole && kept.bytes.len() < (2 << 20) + (64 << 10), "{}", kept.bytes.len());
    }

    #[test]
    fn a_line_without_end_is_looked_at_in_pieces() {
        let text = format!("{}needle", " ".repeat(5 << 20));
        let kept = read(text.as_bytes(), &pattern("needle"), usize::MAX).unwrap();
        assert!(kept.is_whole && kept.bytes.ends_with(b"needle"));
        assert!(kept.bytes.len() < (1 << 20) + (130 << 10), "{}", kept.bytes.len());
    }
}
