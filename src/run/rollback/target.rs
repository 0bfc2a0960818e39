//! Which release is wanted, as it was typed.

use crate::clock::seconds;
use crate::diagnostic::{Code, Failure, typed};

/// The most digits of a number; a commit's name begins with more.
const DIGITS: usize = 4;
/// The least of a commit's name that is one.
const COMMIT: usize = 7;

/// Which release is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// So many before the one that runs.
    Back(u32),
    /// Of a commit, the app's or the GitOps repository's, by its name or the beginning of it.
    Commit(String),
    /// What ran then, in seconds since 1970.
    At(i64),
}

impl Target {
    /// A number, a commit or a time, as `flag` was given it.
    ///
    /// # Errors
    /// Anything else; kind `Usage`.
    pub(crate) fn parse(flag: &'static str, text: &str) -> Result<Self, Failure> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match text.len() {
            1..=DIGITS if digits => {
                if let Ok(back @ 1..) = text.parse() {
                    return Ok(Self::Back(back));
                }
            }
            COMMIT..=64 if hex => return Ok(Self::Commit(text.to_ascii_lowercase())),
            _ => {
                if let Some(time) = seconds(text) {
                    return Ok(Self::At(time));
                }
            }
        }
        let hint = "a number such as 2 (releases back), a commit such as 1a2b3c4d, or a time such as 2026-11-23T10:39Z";
        Err(typed(Code::InvalidArgument, flag, text, "is no number, commit or time", hint))
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Back(back) => write!(f, "{back} before the one that runs"),
            Self::Commit(commit) => write!(f, "of commit {commit}"),
            Self::At(time) => {
                write!(f, "at {}", crate::clock::rfc3339(*time).unwrap_or_else(|| time.to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_a_commit_or_a_time_is_a_release() {
        let time = 1_788_264_000; // 2026-09-01T12:00:00Z
        for (text, is) in [
            ("1", Target::Back(1)),
            ("9999", Target::Back(9999)),
            ("1234567", Target::Commit("1234567".to_owned())),
            ("1A2b3c4", Target::Commit("1a2b3c4".to_owned())),
            ("2026-09-01T12:00:00Z", Target::At(time)),
            ("2026-09-01T12:00", Target::At(time)),
            ("2026-09-01T12:00Z", Target::At(time)),
            ("2026-09-01T14:00:00+02:00", Target::At(time)),
            ("2026-09-01 12:00", Target::At(time)),
            ("2026-09-01", Target::At(time - 12 * 3600)),
        ] {
            assert_eq!(Target::parse("--to", text).unwrap(), is, "{text}");
        }
        for text in ["", "0", "-1", "12345", "main", "yesterday", "2026-13-01", &"1".repeat(65)] {
            assert_eq!(Target::parse("--to", text).unwrap_err().code, Code::InvalidArgument, "{text}");
        }
    }
}
