//! The commands of a line of shell: the grammar of POSIX, with a refusal where bash has another.

use crate::resolve::shell::syntax::{Command, End, Item, Junction, List, Pipeline, Reader, Unread, Word};
use crate::resolve::shell::words::DELIMITERS;

/// Words that are none where a command begins.
pub(super) const RESERVED: [&str; 19] = [
    "!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "then", "until", "while",
    // bash's alone
    "coproc", "function", "select", "]]",
];
/// Those of them that end a list.
const CLOSING: [&str; 8] = ["}", "do", "done", "elif", "else", "esac", "fi", "then"];

impl Reader<'_> {
    /// The whole line.
    pub(super) fn script(&mut self) -> Result<List, Unread> {
        let list = self.list()?;
        if self.rest().is_empty() { Ok(list) } else { Err(Unread::Invalid) }
    }

    /// Commands as far as there are some.
    pub(super) fn list(&mut self) -> Result<List, Unread> {
        self.within(|reader| {
            let mut items = Vec::new();
            reader.newlines();
            while !reader.ends_list() {
                let item = reader.item()?;
                let goes_on = item.end != End::Nothing;
                items.push(item);
                if !goes_on {
                    break;
                }
                reader.newlines();
            }
            Ok(List { items })
        })
    }

    fn ends_list(&self) -> bool {
        let rest = self.rest();
        rest.is_empty()
            || rest.starts_with(')')
            || rest.starts_with(";;")
            || self.reserved().is_some_and(|word| CLOSING.contains(&word))
    }

    fn newlines(&mut self) {
        self.blanks();
        while self.took("\n") {
            self.blanks();
        }
    }

    /// The reserved word that comes next.
    fn reserved(&self) -> Option<&'static str> {
        let rest = self.rest();
        let end = rest.find(DELIMITERS).unwrap_or(rest.len());
        RESERVED.into_iter().find(|word| *word == &rest[..end])
    }

    fn expect(&mut self, word: &str) -> Result<(), Unread> {
        self.newlines();
        if self.reserved() == Some(word) && self.took(word) { Ok(()) } else { Err(Unread::Invalid) }
    }

    fn item(&mut self) -> Result<Item, Unread> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.blanks();
            let junction = if self.took("&&") {
                Junction::And
            } else if self.took("||") {
                Junction::Or
            } else {
                break;
            };
            self.newlines();
            rest.push((junction, self.pipeline()?));
        }
        let end = match self.peek() {
            // Both outputs to bash, a command in the background to dash.
            Some('&') if self.rest().starts_with("&>") => return Err(Unread::Foreign),
            Some('&') => End::Background,
            Some(';') if self.rest().starts_with(";;") => End::Nothing,
            Some(';' | '\n') => End::Separator,
            _ => End::Nothing,
        };
        if end != End::Nothing {
            self.at += 1;
        }
        Ok(Item { first, rest, end })
    }

    fn pipeline(&mut self) -> Result<Pipeline, Unread> {
        let negated = self.reserved() == Some("!") && self.took("!");
        self.blanks();
        if negated && self.ends_list() {
            return Err(Unread::Foreign);
        }
        let mut commands = vec![self.command()?];
        loop {
            self.blanks();
            if self.rest().starts_with("||") || !self.took("|") {
                return Ok(Pipeline { negated, commands });
            }
            if self.peek() == Some('&') {
                return Err(Unread::Foreign);
            }
            self.newlines();
            commands.push(self.command()?);
        }
    }

    fn command(&mut self) -> Result<Command, Unread> {
        let command = match self.reserved() {
            Some("{") => {
                self.at += 1;
                let list = self.list()?;
                self.expect("}")?;
                Command::Group(list)
            }
            Some("if") => self.branches_of_if()?,
            Some("case") => self.branches_of_case()?,
            Some(word @ ("while" | "until")) => {
                self.at += word.len();
                self.list()?;
                Command::Loop(self.loop_body()?)
            }
            Some("for") => self.for_loop()?,
            Some("coproc" | "function" | "select") => return Err(Unread::Foreign),
            Some(_) => return Err(Unread::Invalid),
            None if self.rest().starts_with("((") => return Err(Unread::Foreign),
            None if self.rest().starts_with('(') => {
                let open = self.at;
                self.at += 1;
                let list = self.list()?;
                let close = self.at;
                if !self.took(")") {
                    return Err(Unread::Invalid);
                }
                Command::Subshell(open, list, close)
            }
            None => return self.simple(),
        };
        loop {
            self.blanks();
            let start = self.at;
            if self.peek().is_some_and(|next| next.is_ascii_digit()) {
                self.word()?;
            }
            if !self.redirected()? {
                return if self.at == start { Ok(command) } else { Err(Unread::Invalid) };
            }
        }
    }

    fn branches_of_if(&mut self) -> Result<Command, Unread> {
        let mut bodies = Vec::new();
        self.at += "if".len();
        loop {
            self.list()?;
            self.expect("then")?;
            bodies.push(self.list()?);
            match self.reserved() {
                Some("elif") => self.at += "elif".len(),
                Some("else") => {
                    self.at += "else".len();
                    bodies.push(self.list()?);
                    break;
                }
                _ => break,
            }
        }
        self.expect("fi")?;
        Ok(Command::Branches(bodies))
    }

    fn branches_of_case(&mut self) -> Result<Command, Unread> {
        self.at += "case".len();
        self.blanks();
        self.word()?.ok_or(Unread::Invalid)?;
        self.newlines();
        if !self.took("in") {
            return Err(Unread::Invalid);
        }
        let mut bodies = Vec::new();
        loop {
            self.newlines();
            if self.reserved() == Some("esac") {
                self.at += "esac".len();
                return Ok(Command::Branches(bodies));
            }
            self.took("(");
            loop {
                self.blanks();
                self.word()?.ok_or(Unread::Invalid)?;
                self.blanks();
                if !self.took("|") {
                    break;
                }
            }
            if !self.took(")") {
                return Err(Unread::Invalid);
            }
            bodies.push(self.list()?);
            if self.took(";;") && self.peek() == Some('&') {
                return Err(Unread::Foreign);
            }
        }
    }

    fn for_loop(&mut self) -> Result<Command, Unread> {
        self.at += "for".len();
        self.blanks();
        self.word()?.ok_or(Unread::Foreign)?;
        self.newlines();
        if self.took("in") {
            self.blanks();
            while self.word()?.is_some() {
                self.blanks();
            }
        }
        self.took(";");
        Ok(Command::Loop(self.loop_body()?))
    }

    fn loop_body(&mut self) -> Result<List, Unread> {
        self.expect("do")?;
        let list = self.list()?;
        self.expect("done")?;
        Ok(list)
    }

    fn simple(&mut self) -> Result<Command, Unread> {
        let start = self.at;
        let mut words: Vec<Word> = Vec::new();
        loop {
            self.blanks();
            if self.redirected()? {
                continue;
            }
            let Some(word) = self.word()? else { break };
            let written = &self.line[word.place.clone()];
            let digits = written.chars().all(|digit| digit.is_ascii_digit());
            if digits && self.peek().is_some_and(|next| matches!(next, '<' | '>')) {
                continue;
            }
            match (words.is_empty(), assigned(written)) {
                (true, Some(true)) => {}
                (true, Some(false)) => return Err(Unread::Foreign),
                _ => words.push(word),
            }
        }
        match (self.peek(), words.as_slice()) {
            (Some('('), [name]) => {
                self.functions.push(name.text.clone().ok_or(Unread::Foreign)?);
                self.at += 1;
                self.blanks();
                if !self.took(")") {
                    return Err(Unread::Foreign);
                }
                self.newlines();
                self.within(Reader::command)?;
                return Ok(Command::Function);
            }
            (Some('('), _) => return Err(Unread::Foreign),
            _ if self.at == start => return Err(Unread::Invalid),
            _ => {}
        }
        if let Some(first) = words.first() {
            let closed = words.last().is_some_and(|last| last.text.as_deref() == Some("]]"));
            if first.text.as_deref() == Some("[[") && !closed {
                return Err(Unread::Foreign);
            }
            self.names.push(first.text.clone());
        }
        Ok(Command::Simple(words))
    }

    /// Reads a redirection, without the number in front of it.
    fn redirected(&mut self) -> Result<bool, Unread> {
        if ["<<", "<(", ">("].iter().any(|other| self.rest().starts_with(other)) {
            return Err(Unread::Foreign);
        }
        if ![">>", ">&", ">|", "<&", "<>", ">", "<"].iter().any(|operator| self.took(operator)) {
            return Ok(false);
        }
        self.blanks();
        self.word()?.ok_or(Unread::Invalid)?;
        Ok(true)
    }
}

/// Whether a word in front of a command is an assignment: to every shell, to bash alone (`A+=b`, `a[0]=b`), or not.
fn assigned(written: &str) -> Option<bool> {
    let (name, _) = written.split_once('=')?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    let is_name = end > 0 && !name.starts_with(|c: char| c.is_ascii_digit());
    match &name[end..] {
        "" if is_name => Some(true),
        "+" if is_name => Some(false),
        index if is_name && index.starts_with('[') => Some(false),
        _ => None,
    }
}
