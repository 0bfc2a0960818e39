//! A command as a person writes it → the words that the kubelet gets, so that the words arrive byte for byte.

use crate::load::scalars::Command;
use crate::yaml::characters::lost;

/// Shell words that begin something `exec` cannot replace the shell with.
const NOT_PROGRAMS: [&str; 24] = [
    "!", ".", "[", "[[", "alias", "case", "cd", "eval", "exec", "export", "for", "if", "read", "set",
    "source", "test", "time", "trap", "ulimit", "umask", "unset", "until", "wait", "while",
];

/// Program and arguments of a command, before [`literal`].
///
/// A line of plain words needs no shell. Any other goes through `/bin/sh -c`, behind `exec` where it is one program,
/// so that SIGTERM reaches the program and not a shell.
pub(crate) fn words(command: &Command) -> Vec<String> {
    match command {
        Command::Words(words) => words.clone(),
        Command::Line(line) => line_words(line.trim()),
    }
}

fn line_words(line: &str) -> Vec<String> {
    let first = line.split_whitespace().next().unwrap_or_default();
    let is_program = !first.contains('=') && !NOT_PROGRAMS.contains(&first);
    let plain = |c: char| c.is_alphanumeric() || " _-./:=@%+,^".contains(c);
    if is_program && line.chars().all(plain) {
        return line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    }
    let one_program = is_program && !unquoted(line).contains(|c: char| ";|&<>(){}`\n#".contains(c));
    let script = if one_program { format!("exec {line}") } else { line.to_owned() };
    vec!["/bin/sh".to_owned(), "-c".to_owned(), script]
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

/// The line without what stands in single quotes, where it is sure what does.
fn unquoted(line: &str) -> String {
    let sure = !line.contains(['"', '\\']) && line.matches('\'').count().is_multiple_of(2);
    if sure { line.split('\'').step_by(2).collect() } else { line.to_owned() }
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(text: &str) -> Vec<String> {
        words(&Command::Line(text.to_owned()))
    }

    #[test]
    fn a_shell_is_used_only_where_one_is_needed() {
        assert_eq!(line("python app.py --x=1"), ["python", "app.py", "--x=1"]);
        assert_eq!(
            line("gunicorn -b 0.0.0.0:$PORT app:app"),
            ["/bin/sh", "-c", "exec gunicorn -b 0.0.0.0:$PORT app:app"]
        );
        assert_eq!(line("cd x && python y"), ["/bin/sh", "-c", "cd x && python y"]);
        assert_eq!(line("A=1 python y"), ["/bin/sh", "-c", "A=1 python y"]);
        assert_eq!(line("cd x"), ["/bin/sh", "-c", "cd x"]);
        assert_eq!(line("echo 'a  b'"), ["/bin/sh", "-c", "exec echo 'a  b'"]);
        assert_eq!(line("gunicorn 'a:b()'"), ["/bin/sh", "-c", "exec gunicorn 'a:b()'"]);
        assert_eq!(line("echo \"it's\" ; echo 'x'"), ["/bin/sh", "-c", "echo \"it's\" ; echo 'x'"]);
    }

    /// The kubelet's expansion with no variable defined, byte by byte as its source has it.
    fn kubelet(text: &str) -> Vec<u8> {
        let input = text.as_bytes();
        let mut output = Vec::new();
        let mut at = 0;
        while at < input.len() {
            if input[at] != b'$' || at + 1 >= input.len() {
                output.push(input[at]);
                at += 1;
                continue;
            }
            match input[at + 1] {
                b'$' => output.push(b'$'),
                b'(' => match input[at + 1..].iter().position(|byte| *byte == b')') {
                    Some(close) => {
                        output.extend(b"EXPANDED");
                        at += close;
                    }
                    None => output.extend(b"$("),
                },
                byte => output.extend(format!("${}", char::from(byte)).into_bytes()),
            }
            at += 2;
        }
        output
    }

    proptest! {
        #[test]
        fn the_kubelets_expansion_gives_any_text_back(text in "[$()a-zé🦀 ]{0,24}") {
            prop_assert_eq!(kubelet(&literal(&text)), text.as_bytes());
        }
    }
}
