//! The value of a secret, from where a person gives it: standard input, a file, or a terminal that does not show it.
//! Never an argument, and every buffer is wiped.
#![allow(clippy::disallowed_methods)] // This is where a secret's file is read.

use crate::diagnostic::Code;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::diagnostic::Failure;
use crate::seal;
use crate::stop::Silent;

/// The most bytes that a Secret holds (Kubernetes API, `MaxSecretSize`).
pub(crate) const MOST_BYTES: usize = 1024 * 1024;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueFrom {
    /// Standard input, without one line end behind it; a prompt where that is a terminal.
    Input,
    /// A file, every byte; `-` is standard input.
    File(PathBuf),
    /// The system's random numbers.
    Random,
}

/// Reads the value of the secret `name`.
///
/// # Errors
/// When the value cannot be read or is larger than a Secret may be (kind `Usage`). No error shows a byte of it.
pub(crate) fn read(from: &ValueFrom, name: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    match from {
        ValueFrom::Random => {
            let made = seal::make_password()
                .map_err(|error| Failure::new(Code::InternalError, error.to_string()))?;
            Ok(Zeroizing::new(made.as_bytes().to_vec()))
        }
        ValueFrom::File(path) if path != Path::new("-") => {
            let called = called(path);
            bounded(File::open(path).map_err(|error| unread(&called, &error))?, &called)
        }
        ValueFrom::File(_) => bounded(io::stdin().lock(), "standard input"),
        ValueFrom::Input if io::stdin().is_terminal() => prompt(name).map(without_line_end),
        ValueFrom::Input => bounded(io::stdin().lock(), "standard input").map(without_line_end),
    }
}

/// What a file is called in a message. A name of nothing may be the value itself, which somebody has typed in its place.
fn called(path: &Path) -> String {
    match path.symlink_metadata() {
        Ok(_) => path.display().to_string(),
        Err(_) => "the file that --file names".to_owned(),
    }
}

fn unread(place: &str, error: &io::Error) -> Failure {
    Failure::new(Code::UnreadableInput, format!("cannot read {place}: {error}"))
}

/// All bytes, as long as a Secret can hold them. The buffer never grows: growing would leave copies behind.
fn bounded(from: impl Read, place: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let most = MOST_BYTES + 3;
    let mut bytes = Zeroizing::new(Vec::with_capacity(most));
    from.take(most as u64).read_to_end(&mut bytes).map_err(|error| unread(place, &error))?;
    if bytes.len() > MOST_BYTES + 2 {
        let message = format!("{place} is larger than 1 MiB, the most that a Kubernetes Secret holds");
        return Err(
            Failure::new(Code::SecretTooLarge, message).hint("keep it in a volume or an object store")
        );
    }
    Ok(bytes)
}

fn without_line_end(mut value: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    if value.last() == Some(&b'\n') {
        value.pop();
        if value.last() == Some(&b'\r') {
            value.pop();
        }
    }
    value
}

/// One line from the terminal, which does not show it meanwhile.
fn prompt(name: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let broken = |error: io::Error| unread("the terminal", &error);
    // Silent before it is asked for: who types at once is not shown either.
    let silent = Silent::begin().map_err(broken)?;
    let _ = write!(io::stderr(), "Value of {name} (not shown): ");
    let _ = io::stderr().flush();
    let mut line = Zeroizing::new(Vec::with_capacity(4096));
    let mut byte = Zeroizing::new([0_u8; 1]);
    let mut input = io::stdin().lock();
    // Not through a buffer of the standard library's, which would be too late to wipe; a terminal's line has 4095 bytes.
    while line.len() < line.capacity() && input.read(byte.as_mut_slice()).map_err(broken)? == 1 {
        line.push(byte[0]);
        if byte[0] == b'\n' {
            break;
        }
    }
    drop(silent);
    let _ = writeln!(io::stderr());
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_not_part_of_a_value() {
        for (given, value) in
            [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("\n", ""), ("a\r", "a\r")]
        {
            let read = without_line_end(Zeroizing::new(given.as_bytes().to_vec()));
            assert_eq!(read.as_slice(), value.as_bytes(), "{given:?}");
        }
    }

    #[test]
    fn more_than_a_secret_holds_is_refused_before_it_is_read_whole() {
        assert_eq!(bounded(io::repeat(b'x').take(MOST_BYTES as u64), "it").unwrap().len(), MOST_BYTES);
        let refused = bounded(io::repeat(b'x'), "it").unwrap_err();
        assert!(refused.message.to_string().contains("1 MiB"), "{}", refused.message);
    }
}
