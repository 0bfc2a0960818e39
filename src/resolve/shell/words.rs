//! Words of a line of shell: quotes, expansions, comments.

use crate::resolve::shell::syntax::{Reader, Unread, Word};

/// What ends a word.
pub(super) const DELIMITERS: [char; 10] = [' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')'];

impl Reader<'_> {
    /// Reads over blanks, continued lines and a comment.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t') => self.at += 1,
                Some('\\') if self.rest().starts_with("\\\n") => self.at += 2,
                Some('#') => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                _ => return,
            }
        }
    }

    /// The word that begins here; none at an operator or the end.
    pub(super) fn word(&mut self) -> Result<Option<Word>, Unread> {
        let start = self.at;
        let mut text = Some(String::new());
        let put =
            |text: &mut Option<String>, more: &str| text.iter_mut().for_each(|text| text.push_str(more));
        while let Some(next) = self.peek().filter(|next| !DELIMITERS.contains(next)) {
            match next {
                '\'' => put(&mut text, self.single_quoted()?),
                '"' => match self.double_quoted()? {
                    Some(more) => put(&mut text, &more),
                    None => text = None,
                },
                '\\' => {
                    self.at += 1;
                    // A continued line is no part of a word.
                    if let Some(escaped) = self.next().filter(|escaped| *escaped != '\n') {
                        put(&mut text, escaped.encode_utf8(&mut [0; 4]));
                    }
                }
                '$' | '`' if self.expanded(false)? => text = None,
                '$' => put(&mut text, "$"),
                _ => {
                    self.at += next.len_utf8();
                    put(&mut text, next.encode_utf8(&mut [0; 4]));
                }
            }
        }
        Ok((self.at > start).then_some(Word { place: start..self.at, text }))
    }

    /// What stands in single quotes. It begins at the first.
    fn single_quoted(&mut self) -> Result<&str, Unread> {
        let start = self.at + 1;
        let length = self.line[start..].find('\'').ok_or(Unread::Invalid)?;
        self.at = start + length + 1;
        Ok(&self.line[start..start + length])
    }

    /// What double quotes hold, where nothing in it is expanded. It begins at the first.
    fn double_quoted(&mut self) -> Result<Option<String>, Unread> {
        self.at += 1;
        let mut text = Some(String::new());
        let put = |text: &mut Option<String>, more: char| text.iter_mut().for_each(|text| text.push(more));
        loop {
            match self.peek().ok_or(Unread::Invalid)? {
                '"' => {
                    self.at += 1;
                    return Ok(text);
                }
                '\\' => {
                    self.at += 1;
                    let escaped = self.next().ok_or(Unread::Invalid)?;
                    if !matches!(escaped, '$' | '`' | '"' | '\\' | '\n') {
                        put(&mut text, '\\');
                    }
                    if escaped != '\n' {
                        put(&mut text, escaped);
                    }
                }
                '$' | '`' => {
                    if self.expanded(true)? {
                        text = None;
                    } else {
                        put(&mut text, '$');
                    }
                }
                next => {
                    self.at += next.len_utf8();
                    put(&mut text, next);
                }
            }
        }
    }

    /// Reads an expansion, from its `$` or backquote. `false`: it was a dollar sign, and no more.
    fn expanded(&mut self, in_double: bool) -> Result<bool, Unread> {
        if self.took("`") {
            return self.backquoted();
        }
        self.at += 1;
        if self.took("((") {
            return self.within(|reader| reader.arithmetic());
        }
        if self.took("(") {
            let (names, functions) = (self.names.len(), self.functions.len());
            self.list()?;
            self.names.truncate(names);
            self.functions.truncate(functions);
            return if self.took(")") { Ok(true) } else { Err(Unread::Invalid) };
        }
        if self.took("{") {
            return self.within(|reader| reader.braces(in_double));
        }
        match self.peek() {
            // bash's `$[…]` and `$'…'`, which are other words to dash.
            Some('[') => Err(Unread::Foreign),
            Some('\'') if !in_double => {
                if self.single_quoted()?.contains('\\') {
                    Err(Unread::Foreign)
                } else {
                    Ok(true)
                }
            }
            Some('"') => Ok(!in_double),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let rest = self.rest();
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                self.at += end.unwrap_or(rest.len());
                Ok(true)
            }
            Some(c) if c.is_ascii_digit() || "@*#?-$!".contains(c) => {
                self.at += 1;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn backquoted(&mut self) -> Result<bool, Unread> {
        loop {
            match self.next().ok_or(Unread::Invalid)? {
                '`' => return Ok(true),
                '\\' => {
                    self.next().ok_or(Unread::Invalid)?;
                }
                _ => {}
            }
        }
    }

    /// `$((…))`, behind the second parenthesis.
    fn arithmetic(&mut self) -> Result<bool, Unread> {
        let mut open = 2_usize;
        loop {
            match self.peek().ok_or(Unread::Invalid)? {
                '$' | '`' => {
                    self.expanded(true)?;
                    continue;
                }
                '\'' | '"' | '\\' => return Err(Unread::Foreign),
                '(' => open += 1,
                // `$((a) b)` is a command in a subshell.
                ')' if open == 2 => return if self.took("))") { Ok(true) } else { Err(Unread::Foreign) },
                ')' => open -= 1,
                _ => {}
            }
            self.next();
        }
    }

    /// `${…}`, behind the brace.
    fn braces(&mut self, in_double: bool) -> Result<bool, Unread> {
        loop {
            match self.peek().ok_or(Unread::Invalid)? {
                '}' => {
                    self.at += 1;
                    return Ok(true);
                }
                '\\' => {
                    self.at += 1;
                    self.next().ok_or(Unread::Invalid)?;
                }
                // Within double quotes it is a quote to some shells, and a character to others.
                '\'' if in_double => return Err(Unread::Foreign),
                '\'' => {
                    self.single_quoted()?;
                }
                '"' => {
                    self.double_quoted()?;
                }
                '$' | '`' => {
                    self.expanded(in_double)?;
                }
                _ => {
                    self.next();
                }
            }
        }
    }
}
