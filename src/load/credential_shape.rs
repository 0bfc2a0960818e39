//! What a service's credential looks like where it is made at random: so many characters of an alphabet, or so many bytes
//! in an encoding.

use schemars::JsonSchema;
use serde::Deserialize;

/// The characters of a password for which nothing is said.
const PLAIN: &str = "A-Za-z0-9";
/// How many it has.
const LENGTH: u16 = 32;
/// The fewest bits that a credential may hold: with fewer it can be guessed.
const FEWEST_BITS: f64 = 64.0;
/// What shells, YAML and most configuration files read as something else.
const SIGNS: [char; 5] = ['\'', '"', '\\', '`', '$'];

/// What a credential looks like that is made at random: characters, or bytes in an encoding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// How many characters; 32 where nothing is said.
    #[schemars(range(min = 8, max = 256))]
    pub length: Option<u16>,
    /// The characters, with ranges such as `A-Z`; `A-Za-z0-9` where nothing is said. Of capital letters,
    /// small letters, digits and other signs, at least one of each kind that is among them occurs.
    pub alphabet: Option<String>,
    /// Instead: how many bytes.
    #[schemars(range(min = 8, max = 256))]
    pub bytes: Option<u16>,
    /// How these are written.
    pub encoding: Option<Encoding>,
}

/// How bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Two of `0-9a-f` each.
    Hex,
    /// Base64, padded.
    Base64,
}

impl Encoding {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }
}

/// A shape as it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Making {
    /// So many of these characters, of each kind at least one.
    Text { alphabet: Vec<char>, length: usize },
    /// So many bytes.
    Bytes { count: usize, encoding: Encoding },
}

impl Shape {
    /// How it is made.
    ///
    /// # Errors
    /// What cannot be made: the key that is to blame, what is wrong, and what to do.
    pub(crate) fn making(&self) -> Result<Making, (&'static str, String, String)> {
        let wrong = |key, message: String, hint: &str| Err((key, message, hint.to_owned()));
        match (self.bytes, self.encoding) {
            (Some(count), Some(encoding)) => {
                let both = [("length", self.length.is_some()), ("alphabet", self.alphabet.is_some())];
                if let Some((key, _)) = both.into_iter().find(|(_, is_said)| *is_said) {
                    let message = format!("`{key}` has no effect on bytes");
                    return wrong(
                        key,
                        message,
                        "a credential is either `bytes` in an `encoding`, or characters",
                    );
                }
                Ok(Making::Bytes { count: usize::from(count), encoding })
            }
            (Some(_), None) => wrong(
                "bytes",
                "`bytes` has no effect without `encoding`".to_owned(),
                "add `encoding: hex` or `base64`",
            ),
            (None, Some(_)) => wrong(
                "encoding",
                "`encoding` has no effect without `bytes`".to_owned(),
                "add how many, such as `bytes: 32`",
            ),
            (None, None) => self.text(),
        }
    }

    fn text(&self) -> Result<Making, (&'static str, String, String)> {
        let alphabet = characters(self.alphabet.as_deref().unwrap_or(PLAIN))
            .map_err(|(message, hint)| ("alphabet", message, hint))?;
        let length = self.length.unwrap_or(LENGTH);
        let letters = u32::try_from(alphabet.len()).map_or(0.0, f64::from);
        if f64::from(length) * letters.log2() < FEWEST_BITS {
            let message = format!("{length} characters of {} can be guessed", alphabet.len());
            let key = if self.length.is_some() { "length" } else { "alphabet" };
            return Err((key, message, "at least 64 bits: more characters, or a larger alphabet".to_owned()));
        }
        Ok(Making::Text { alphabet, length: usize::from(length) })
    }
}

/// An alphabet, each character once.
///
/// # Errors
/// What is wrong, and what to do.
fn characters(written: &str) -> Result<Vec<char>, (String, String)> {
    let mut all: Vec<char> = Vec::new();
    let mut add = |letter: char| {
        if all.contains(&letter) {
            return Err((
                format!("the alphabet has {letter:?} twice"),
                "write each character once".to_owned(),
            ));
        }
        if !letter.is_ascii_graphic() || SIGNS.contains(&letter) {
            let hint = "letters, digits and signs of ASCII, but no quotes, `\\` and `$`";
            return Err((format!("a credential cannot have {letter:?} in it"), hint.to_owned()));
        }
        all.push(letter);
        Ok(())
    };
    let letters: Vec<char> = written.chars().collect();
    let mut at = 0;
    while let Some(&first) = letters.get(at) {
        match letters.get(at + 1..at + 3) {
            Some(&['-', last]) if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() => {
                if first > last || !KINDS.iter().any(|kind| kind(&first) && kind(&last)) {
                    let hint = "write one such as A-Z, a-f or 0-9; a `-` that is meant itself stands last";
                    return Err((format!("{first}-{last} is no range"), hint.to_owned()));
                }
                (first..=last).try_for_each(&mut add)?;
                at += 3;
            }
            _ => {
                add(first)?;
                at += 1;
            }
        }
    }
    Ok(all)
}

/// The kinds of characters, of each of which that an alphabet has a credential has one.
pub(crate) const KINDS: [fn(&char) -> bool; 4] =
    [char::is_ascii_uppercase, char::is_ascii_lowercase, char::is_ascii_digit, |letter| {
        !letter.is_ascii_alphanumeric()
    }];

impl Making {
    /// What a plain password is.
    pub(crate) fn plain() -> Self {
        let alphabet = characters(PLAIN).unwrap_or_default();
        Self::Text { alphabet, length: usize::from(LENGTH) }
    }

    /// Whether a text of the alphabet's characters has one of each kind.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let Self::Text { alphabet, .. } = self else { return true };
        KINDS.iter().all(|kind| !alphabet.iter().any(kind) || text.chars().any(|letter| kind(&letter)))
    }

    /// The characters that would have to be written otherwise in an address.
    pub(crate) fn unfit_for_addresses(&self) -> String {
        match self {
            Self::Text { alphabet, .. } => {
                let safe = |letter: &&char| letter.is_ascii_alphanumeric() || "-._~".contains(**letter);
                alphabet.iter().filter(|letter| !safe(letter)).collect()
            }
            Self::Bytes { encoding: Encoding::Base64, .. } => "+/=".to_owned(),
            Self::Bytes { encoding: Encoding::Hex, .. } => String::new(),
        }
    }

    /// The same in words, for a person who makes one.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Bytes { count, encoding } => format!("{count} random bytes in {}", encoding.name()),
            Self::Text { alphabet, length } => {
                let signs: String =
                    alphabet.iter().filter(|letter| !letter.is_ascii_alphanumeric()).collect();
                let of = [
                    ("capital letters", KINDS[0], 26),
                    ("small letters", KINDS[1], 26),
                    ("digits", KINDS[2], 10),
                ];
                let mut parts = Vec::new();
                for (name, kind, all) in of {
                    let has: String = alphabet.iter().filter(|letter| kind(letter)).collect();
                    match has.len() {
                        0 => {}
                        count if count == all => parts.push(name.to_owned()),
                        _ => parts.push(has),
                    }
                }
                parts.extend((!signs.is_empty()).then_some(signs));
                format!("{length} random characters, some of each: {}", parts.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(alphabet: &str, length: u16) -> Result<Making, (&'static str, String, String)> {
        Shape { alphabet: Some(alphabet.to_owned()), length: Some(length), ..Shape::default() }.making()
    }

    #[test]
    fn an_alphabet_is_written_with_ranges() {
        let Ok(Making::Text { alphabet, .. }) = of("A-Z0-9-_", 32) else { panic!("no text") };
        assert_eq!(alphabet.iter().collect::<String>(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
        assert_eq!(Shape::default().making(), Ok(Making::plain()));
    }

    #[test]
    fn what_cannot_be_made_is_said() {
        for (alphabet, length, says) in [
            ("aab", 64, "the alphabet has 'a' twice"),
            ("A-ZA", 64, "the alphabet has 'A' twice"),
            ("a-z$", 64, "cannot have '$'"),
            ("a-z ", 64, "cannot have ' '"),
            ("a-zñ", 64, "cannot have 'ñ'"),
            ("z-a", 64, "z-a is no range"),
            ("A-z", 64, "A-z is no range"),
            ("0-9", 12, "12 characters of 10 can be guessed"),
            ("", 64, "64 characters of 0 can be guessed"),
        ] {
            let (_, message, _) = of(alphabet, length).unwrap_err();
            assert!(message.contains(says), "{alphabet}: {message}");
        }
    }

    #[test]
    fn words_say_what_a_person_has_to_make() {
        let special = of("A-Za-z0-9#%", 24).unwrap();
        assert_eq!(
            special.words(),
            "24 random characters, some of each: capital letters, small letters, digits, #%"
        );
        assert_eq!(special.unfit_for_addresses(), "#%");
        assert!(special.fits("aA1#") && !special.fits("aA11"));
        let key = Making::Bytes { count: 32, encoding: Encoding::Base64 };
        assert_eq!(
            (key.words().as_str(), key.unfit_for_addresses().as_str()),
            ("32 random bytes in base64", "+/=")
        );
        assert_eq!(of("0-9a-f", 64).unwrap().words(), "64 random characters, some of each: abcdef, digits");
    }
}
