//! Which program a line ends in, and `exec` in front of it.
//!
//! A shell that is replaced by its last program passes nothing on; one that waits for it keeps SIGTERM to itself.
//! `exec` changes nothing else: it is set only where nothing of the line runs behind that program.

use std::fmt;
use std::ops::Range;

use crate::resolve::shell::parser::RESERVED;
use crate::resolve::shell::syntax::{Command, End, Item, Junction, List, Pipeline, Reader, Unread, Word};

/// What a shell does itself. Some of it is a program too, but another one (`echo`).
const BUILT_IN: [&str; 64] = [
    ".",
    ":",
    "[",
    "[[",
    "alias",
    "bg",
    "bind",
    "break",
    "builtin",
    "caller",
    "cd",
    "chdir",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "declare",
    "dirs",
    "disown",
    "echo",
    "enable",
    "eval",
    "exit",
    "export",
    "false",
    "fc",
    "fg",
    "getopts",
    "hash",
    "help",
    "history",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "source",
    "suspend",
    "test",
    "time",
    "times",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "wait",
    "command",
    "exec",
];
/// What runs commands that do not stand in the line.
const UNKNOWN: [&str; 3] = [".", "source", "eval"];
/// Programs that are given a line of shell.
const SHELLS: [&str; 4] = ["sh", "bash", "dash", "ash"];

/// Why SIGTERM does not reach the program of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stays {
    Alternative,
    Background,
    Function(String),
    Invalid,
    Foreign,
    Loop,
    Negated,
    Own(String),
    Pipeline,
}

impl fmt::Display for Stays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alternative => f.write_str("the shell waits for what stands in front of the last `||`"),
            Self::Background => f.write_str("a program runs in the background of the shell"),
            Self::Function(name) => write!(f, "the shell runs `{name}` itself, a function of the line"),
            Self::Invalid => {
                f.write_str("no shell can read the line: a quote or a bracket is open, or a word is missing")
            }
            Self::Foreign => f.write_str("shells read the line differently, so cupaas leaves it as it is"),
            Self::Loop => f.write_str("the shell waits for each program of its loop"),
            Self::Negated => f.write_str("the shell waits for the command behind `!`"),
            Self::Own(name) => write!(f, "the shell itself goes on with `{name}`"),
            Self::Pipeline => f.write_str("the shell waits for the programs of a pipeline"),
        }
    }
}

/// A line as it is started.
pub(crate) struct Started {
    pub(crate) line: String,
    /// Why SIGTERM does not reach its program.
    pub(crate) stays: Option<Stays>,
}

/// Whether a command that begins with this word is the shell's own.
pub(in crate::resolve) fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name) || RESERVED.contains(&name)
}

/// The line with `exec` where its last program is started.
pub(in crate::resolve) fn started(line: &str) -> Started {
    let unread = |stays| Started { line: line.to_owned(), stays: Some(stays) };
    let tail = match Tail::of(line, Outer::None) {
        Ok(tail) => tail,
        Err(Unread::Invalid) => return unread(Stays::Invalid),
        Err(Unread::Foreign) => return unread(Stays::Foreign),
    };
    let (mut text, mut at) = (String::new(), 0);
    for (place, new) in &tail.edits {
        text.push_str(&line[at..place.start]);
        text.push_str(new);
        at = place.end;
    }
    text.push_str(&line[at..]);
    Started { line: text, stays: tail.stays }
}

/// The quotes in which a line stands that is an argument of a shell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outer {
    None,
    Single,
    Double,
}

struct Tail<'a> {
    line: &'a str,
    outer: Outer,
    functions: Vec<String>,
    /// Commands that the line does not show may have defined functions.
    unknown: bool,
    /// What is written in the place of what, in the line's order.
    edits: Vec<(Range<usize>, String)>,
    stays: Option<Stays>,
}

impl<'a> Tail<'a> {
    fn of(line: &'a str, outer: Outer) -> Result<Self, Unread> {
        let mut reader = Reader::new(line);
        let list = reader.script()?;
        let has = |wanted: &[&str]| reader.names.iter().flatten().any(|name| wanted.contains(&name.as_str()));
        let (trap, unknown) = (has(&["trap"]), has(&UNKNOWN));
        let mut tail =
            Self { line, outer, functions: reader.functions, unknown, edits: Vec::new(), stays: None };
        // Who sets a trap has decided what a signal does, and `exec` would undo it.
        if !trap {
            tail.list(&list, false);
        }
        Ok(tail)
    }

    fn stays(&mut self, why: Stays) {
        self.stays.get_or_insert(why);
    }

    /// `before`: a program has run when the list begins.
    fn list(&mut self, list: &List, before: bool) {
        let Some((last, others)) = list.items.split_last() else { return };
        if list.items.iter().any(|item| item.end == End::Background && runs_program(item)) {
            self.stays(Stays::Background);
        }
        if last.end == End::Background {
            return;
        }
        let before = before || others.iter().any(runs_program);
        let Some(((junction, pipeline), left)) = last.rest.split_last() else {
            return self.pipeline(&last.first, before);
        };
        let direct = left.last().map_or(&last.first, |(_, pipeline)| pipeline);
        if *junction == Junction::Or && pipeline_runs_program(direct) {
            self.stays(Stays::Alternative);
        }
        let earlier = std::iter::once(&last.first).chain(left.iter().map(|(_, pipeline)| pipeline));
        let before = before || earlier.into_iter().any(pipeline_runs_program);
        self.pipeline(pipeline, before);
    }

    fn pipeline(&mut self, pipeline: &Pipeline, before: bool) {
        let runs = pipeline_runs_program(pipeline);
        match pipeline.commands.as_slice() {
            [_] if pipeline.negated => {
                if runs {
                    self.stays(Stays::Negated);
                }
            }
            [command] => self.command(command, before),
            _ => {
                if runs {
                    self.stays(Stays::Pipeline);
                }
            }
        }
    }

    fn command(&mut self, command: &Command, before: bool) {
        match command {
            Command::Simple(words) => self.simple(words, before),
            Command::Group(list) => self.list(list, before),
            Command::Subshell(open, list, close) => {
                // Nothing follows the subshell, so that the shell itself can be what it was forked for.
                let edits = self.edits.len();
                self.edits.push((*open..open + 1, "{ ".to_owned()));
                self.list(list, before);
                let ends = list.items.last().is_some_and(|item| item.end != End::Nothing);
                if self.edits.len() == edits + 1 {
                    self.edits.pop();
                } else {
                    self.edits.push((*close..close + 1, if ends { " }" } else { "; }" }.to_owned()));
                }
            }
            Command::Branches(lists) => lists.iter().for_each(|list| self.list(list, before)),
            Command::Loop(list) => {
                if list.items.iter().any(runs_program) {
                    self.stays(Stays::Loop);
                }
            }
            Command::Function => {}
        }
    }

    fn simple(&mut self, words: &[Word], before: bool) {
        let Some((first, arguments)) = words.split_first() else {
            return self.shell_goes_on("NAME=…", before);
        };
        let Some(name) = first.text.as_deref() else {
            // Within double quotes the outer shell says what stands here; it may be any line. And where it is
            // nothing, the next word is the command.
            let next = arguments.first().and_then(|word| word.text.as_deref());
            if self.outer != Outer::Double && !next.is_some_and(is_built_in) {
                self.exec(first, "exec ");
            }
            return;
        };
        match name {
            "exec" if !arguments.is_empty() => self.line_of_shell(arguments),
            "command"
                if arguments.first().is_some_and(|word| !self.line[word.place.clone()].starts_with('-')) =>
            {
                self.simple(arguments, before);
            }
            _ if self.functions.iter().any(|function| function == name) => {
                self.stays(Stays::Function(name.to_owned()));
            }
            _ if UNKNOWN.contains(&name) => {}
            _ if is_built_in(name) => self.shell_goes_on(name, before),
            _ if self.unknown && may_be_function(name) => {
                // `echo exec` only where it is a program: a function cannot replace the shell.
                let is_program = format!("$(case $(command -v {name}) in (/*) echo exec;; esac) ");
                if self.outer != Outer::Double {
                    self.exec(first, &is_program);
                }
                self.line_of_shell(words);
            }
            _ => {
                self.exec(first, "exec ");
                self.line_of_shell(words);
            }
        }
    }

    fn exec(&mut self, word: &Word, exec: &str) {
        self.edits.push((word.place.start..word.place.start, exec.to_owned()));
    }

    fn shell_goes_on(&mut self, name: &str, before: bool) {
        if before {
            self.stays(Stays::Own(name.to_owned()));
        }
    }

    /// `sh -c 'LINE'`: not every shell replaces itself by the last program of a line.
    fn line_of_shell(&mut self, words: &[Word]) {
        let text = |word: &'_ Word| word.text.clone().unwrap_or_default();
        let Some((shell, arguments)) = words.split_first() else { return };
        let name = text(shell);
        let is_option = |word: &&Word| text(word).starts_with('-') && !text(word).ends_with('c');
        let options = arguments.iter().take_while(is_option).count();
        let Some([flag, script]) = arguments.get(options..options + 2) else { return };
        if !SHELLS.contains(&name.rsplit('/').next().unwrap_or_default()) || !text(flag).starts_with('-') {
            return;
        }
        let written = &self.line[script.place.clone()];
        let within =
            |quote| written.strip_prefix(quote)?.strip_suffix(quote).filter(|line| !line.contains(quote));
        let (line, outer) = match (within('\''), within('"')) {
            (Some(line), _) => (line, Outer::Single),
            (_, Some(line)) if !line.contains(['\\', '`']) => (line, Outer::Double),
            _ => return,
        };
        if self.outer != Outer::None {
            return;
        }
        // What that shell reads otherwise is its own affair.
        let Ok(inner) = Tail::of(line, outer) else { return };
        let offset = script.place.start + 1;
        let moved = |(place, new): (Range<usize>, String)| (place.start + offset..place.end + offset, new);
        self.edits.extend(inner.edits.into_iter().map(moved));
        if let Some(why) = inner.stays {
            self.stays(why);
        }
    }
}

/// Whether shells take this for the name of a function.
fn may_be_function(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn runs_program(item: &Item) -> bool {
    pipeline_runs_program(&item.first)
        || item.rest.iter().any(|(_, pipeline)| pipeline_runs_program(pipeline))
}

fn pipeline_runs_program(pipeline: &Pipeline) -> bool {
    pipeline.commands.iter().any(|command| match command {
        Command::Simple(words) => words.first().is_some_and(|name| match &name.text {
            Some(name) => {
                !is_built_in(name)
                    || (matches!(name.as_str(), "command" | "exec" | "time") && words.len() > 1)
            }
            None => true,
        }),
        Command::Group(list) | Command::Subshell(_, list, _) | Command::Loop(list) => {
            list.items.iter().any(runs_program)
        }
        Command::Branches(lists) => lists.iter().any(|list| list.items.iter().any(runs_program)),
        Command::Function => false,
    })
}
