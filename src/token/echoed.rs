//! A token as a server may send it back → a text without it: letter by letter in any way of escaping, or as a whole in base64
//! or hexadecimal. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

const HIDDEN: &str = "***";
/// A shorter piece of base64 may be anything.
const SHORTEST: usize = 6;

/// Takes a token out of a text.
pub(super) fn without(text: &str, token: &str) -> String {
    let mut text = escaped(text, token);
    for form in encoded(token.as_bytes()) {
        text = text.replace(form.as_str(), HIDDEN);
    }
    text
}

/// In the middle of longer base64 the letters depend on where the token begins; those at its ends are also its neighbours'.
fn encoded(token: &[u8]) -> Vec<Zeroizing<String>> {
    let mut forms = Vec::new();
    for before in 0..3 {
        let padded = Zeroizing::new([&vec![0; before][..], token].concat());
        let (first, end) = ((before * 8).div_ceil(6), (before + token.len()) * 8 / 6);
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let whole = Zeroizing::new(engine.encode(padded.as_slice()));
            forms.extend(whole.get(first..end).map(|own| Zeroizing::new(own.to_owned())));
        }
    }
    let hex = Zeroizing::new(base16ct::lower::encode_string(token));
    forms.push(Zeroizing::new(hex.to_uppercase()));
    forms.push(hex);
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

fn escaped(text: &str, token: &str) -> String {
    if token.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some(after) = token.chars().try_fold(rest, |rest, letter| one(rest, letter)) {
            out.push_str(HIDDEN);
            rest = after;
        } else {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    out
}

/// What stands behind one letter, however it is written. As it is comes last: `&` begins its own escape.
fn one(text: &str, letter: char) -> Option<&str> {
    let escaped = match text.chars().next()? {
        '%' | '=' => bytes(text, letter),
        '&' => entity(text, letter),
        '\\' => backslash(&text[1..], letter),
        '+' if letter == ' ' => Some(&text[1..]),
        _ => None,
    };
    escaped.or_else(|| text.strip_prefix(letter))
}

/// `%2F`, `%252F`, `=2F`: the bytes of the letter.
fn bytes(text: &str, letter: char) -> Option<&str> {
    let mut buffer = [0; 4];
    letter.encode_utf8(&mut buffer).bytes().try_fold(text, |rest, byte| {
        let mut rest = rest.strip_prefix(['%', '='])?;
        while let Some(again) = rest.strip_prefix("25").filter(|again| hex(again, 2) == Some(u32::from(byte)))
        {
            rest = again;
        }
        (hex(rest, 2)? == u32::from(byte)).then(|| &rest[2..])
    })
}

/// `&#43;`, `&#x2B;`, `&amp;`.
fn entity(text: &str, letter: char) -> Option<&str> {
    let (name, rest) = text[1..].split_once(';')?;
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    let named = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "sol" => Some('/'),
        "plus" => Some('+'),
        "equals" => Some('='),
        _ => None,
    };
    (named.or(number.and_then(char::from_u32)) == Some(letter)).then_some(rest)
}

/// `\u002f`, `\x2f`, `\/`.
fn backslash(text: &str, letter: char) -> Option<&str> {
    for (mark, digits) in [('u', 4), ('x', 2)] {
        if let Some(rest) = text.strip_prefix(mark)
            && hex(rest, digits) == Some(u32::from(letter))
        {
            return Some(&rest[digits..]);
        }
    }
    text.strip_prefix(letter)
}

fn hex(text: &str, digits: usize) -> Option<u32> {
    u32::from_str_radix(text.get(..digits)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_however_it_is_sent_back() {
        let token = "s3cr3t+to/k&en=ñ";
        for echoed in [
            "s3cr3t+to/k&en=ñ",
            "s3cr3t%2Bto%2Fk%26en%3D%C3%B1",
            "s3cr3t%2bto%2fk%26en%3d%c3%b1",
            "%73%33%63%72%33%74%2b%74%6f%2f%6b%26%65%6e%3d%c3%b1",
            "s3cr3t%252Bto%252Fk%2526en%253D%25C3%25B1",
            "s3cr3t+to\\/k&en=\\u00f1",
            "s3cr3t\\x2bto\\x2fk\\x26en\\x3d\\u00f1",
            "s3cr3t&#43;to&#x2F;k&amp;en&#61;ñ",
            "7333637233742b746f2f6b26656e3dc3b1",
        ] {
            assert_eq!(without(&format!("a {echoed} b"), token), "a *** b", "{echoed}");
        }
        for before in ["", "a", "ab", "abc"] {
            let around = format!("{before}{token}z");
            for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                let text = engine.encode(&around);
                let left = without(&text, token);
                assert!(left.contains(HIDDEN) && left.len() < 11, "{text}: {left}");
            }
        }
        assert_eq!(without("s3cr3t is no token%", token), "s3cr3t is no token%");
    }
}
