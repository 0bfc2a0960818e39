//! A command as a person writes it → the words that the kubelet gets, so that the words arrive byte for byte.

use crate::load::scalars::Command;
use crate::resolve::shell::{Stays, is_built_in, started};
use crate::yaml::characters::lost;

/// What a shell does itself and every image has as a program too, so that no shell is needed for it.
const ALSO_PROGRAMS: [&str; 6] = ["echo", "false", "kill", "printf", "pwd", "true"];

/// Program and arguments of a command, before [`literal`].
///
/// A line of plain words needs no shell. Any other goes through `/bin/sh -c`, with `exec` in front of the program that
/// it ends in, so that SIGTERM reaches the program and not a shell.
pub(crate) fn words(command: &Command) -> Vec<String> {
    match command {
        Command::Words(words) => words.clone(),
        Command::Line(line) => {
            let line = line.trim();
            plain_words(line).unwrap_or_else(|| vec!["/bin/sh".to_owned(), "-c".to_owned(), in_shell(line)])
        }
    }
}

/// A line as `/bin/sh -c` gets it.
pub fn in_shell(line: &str) -> String {
    started(line.trim()).line
}

/// Why SIGTERM does not reach the program of a command.
pub(crate) fn stays(command: &Command) -> Option<Stays> {
    match command {
        Command::Line(line) if plain_words(line.trim()).is_none() => started(line.trim()).stays,
        _ => None,
    }
}

/// The words of a line that no shell would change.
fn plain_words(line: &str) -> Option<Vec<String>> {
    let first = line.split_whitespace().next().unwrap_or_default();
    let is_program = !first.contains('=') && (ALSO_PROGRAMS.contains(&first) || !is_built_in(first));
    let plain = |c: char| c.is_alphanumeric() || " _-./:=@%+,^".contains(c);
    (is_program && line.chars().all(plain))
        .then(|| line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

/// The most bytes that Linux lets a word of a command have (`MAX_ARG_STRLEN`, with the final NUL).
const MAX_WORD: usize = 131_071;

/// Why no program can be given these words.
pub(crate) fn refused(words: &[String]) -> Option<String> {
    if words.first().is_none_or(|program| program.trim().is_empty()) {
        return Some("empty command".to_owned());
    }
    match words.iter().find_map(|word| lost(word)) {
        Some('\0') => return Some("a command cannot contain a NUL character".to_owned()),
        Some(c) => {
            return Some(format!(
                "the command contains U+{:04X}, which kustomize does not preserve",
                u32::from(c)
            ));
        }
        None => {}
    }
    let longest = words.iter().map(String::len).max().unwrap_or(0);
    (longest > MAX_WORD).then(|| format!("an argument of {longest} bytes; Linux allows at most {MAX_WORD}"))
}

/// A text such that the kubelet's expansion of `$(NAME)` gives it back as it is.
///
/// The kubelet (`third_party/forked/golang/expansion`) turns `$$` into `$` and `$(NAME)` into a value, and takes a
/// byte behind any other `$` for a character, which breaks those that have several bytes. Doubling every `$` avoids
/// all three; it is done only where one of them would happen, so that common commands stay readable.
pub fn literal(text: &str) -> String {
    let bytes = text.as_bytes();
    let changed =
        |pair: &[u8]| pair[0] == b'$' && (pair[1] == b'$' || pair[1] == b'(' || !pair[1].is_ascii());
    if bytes.windows(2).any(changed) { text.replace('$', "$$") } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
