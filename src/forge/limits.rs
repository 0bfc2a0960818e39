//! A status and its headers → whether to take the answer, to wait, or to try again. Pure.
//!
//! GitHub: "Rate limits for the REST API", primary ones (`x-ratelimit-remaining: 0`, until `x-ratelimit-reset`) and
//! secondary ones (`retry-after`, else a minute). Gitea and Forgejo answer 429, from a proxy in front of them.

use std::time::Duration;

/// What to do with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is one.
    Take,
    /// The server is asked too often: not before this time is over.
    Limited(Duration),
    /// The server has failed, and may do better.
    Failed,
}

/// What an answer says beside its body. Times are seconds since 1970, on the server's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) retry_after: Option<String>,
    pub(super) remaining: Option<String>,
    pub(super) reset: Option<String>,
    pub(super) date: Option<String>,
    /// What the body says is wrong.
    pub(super) message: String,
}

/// Where a server says nothing of how long, GitHub asks for a minute.
const MINUTE: u64 = 60;

impl Said {
    /// What the server's clock says.
    pub(super) fn time(&self) -> Option<i64> {
        self.date.as_deref().and_then(from_date)
    }

    /// `now` is our own clock, for a server that does not show its own.
    pub(super) fn judge(&self, now: i64) -> Verdict {
        let here = self.time().unwrap_or(now);
        let until = |time: i64| u64::try_from(time.saturating_sub(here)).unwrap_or(0);
        let after = self.retry_after.as_deref().map(str::trim).and_then(|text| match text.parse::<u64>() {
            Ok(seconds) => Some(seconds),
            Err(_) => from_date(text).map(until),
        });
        let spent = self.remaining.as_deref().map(str::trim) == Some("0");
        let reset = self.reset.as_deref().and_then(|text| text.trim().parse().ok()).filter(|_| spent);
        // One second more: both are cut to whole ones.
        let reset = reset.map(|time| until(time).saturating_add(1));
        let said = self.message.to_lowercase();
        let named = ["secondary rate limit", "rate limit exceeded", "abuse detection"];
        let named = named.iter().any(|words| said.contains(words));
        match self.status {
            429 => Verdict::Limited(Duration::from_secs(after.or(reset).unwrap_or(MINUTE))),
            403 if after.is_some() || spent || named => {
                Verdict::Limited(Duration::from_secs(after.or(reset).unwrap_or(MINUTE)))
            }
            503 if after.is_some() => Verdict::Limited(Duration::from_secs(after.unwrap_or(MINUTE))),
            500..=599 => Verdict::Failed,
            _ => Verdict::Take,
        }
    }
}

/// `Mon, 23 Nov 2026 17:16:12 GMT` (RFC 9110, IMF-fixdate) in seconds since 1970.
fn from_date(text: &str) -> Option<i64> {
    let time = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
    Some(time.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Mon, 23 Nov 2026 17:16:12 GMT";
    const NOW: i64 = 1_795_454_172;

    fn judged(status: u16, set: impl FnOnce(&mut Said)) -> Verdict {
        let mut said = Said { status, date: Some(DATE.to_owned()), ..Said::default() };
        set(&mut said);
        // Our own clock is wrong; the server's counts.
        said.judge(0)
    }

    fn seconds(seconds: u64) -> Verdict {
        Verdict::Limited(Duration::from_secs(seconds))
    }

    #[test]
    fn a_limit_is_waited_for_as_the_server_says() {
        assert_eq!(judged(403, |said| said.retry_after = Some("17".into())), seconds(17));
        assert_eq!(
            judged(429, |said| said.retry_after = Some("Mon, 23 Nov 2026 17:16:42 GMT".into())),
            seconds(30)
        );
        assert_eq!(judged(429, |_| ()), seconds(60));
        let spent = |reset: i64| {
            judged(403, |said| {
                (said.remaining, said.reset) = (Some("0".into()), Some(reset.to_string()));
            })
        };
        assert_eq!(spent(NOW + 1_800), seconds(1_801));
        assert_eq!(spent(NOW - 5), seconds(1), "it has been set back meanwhile");
        let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes";
        assert_eq!(judged(403, |said| said.message = secondary.into()), seconds(60));
        assert_eq!(judged(503, |said| said.retry_after = Some("2".into())), seconds(2));
    }

    #[test]
    fn a_missing_right_is_an_answer_and_a_fault_is_none() {
        assert_eq!(
            judged(403, |said| said.message = "Resource not accessible by integration".into()),
            Verdict::Take
        );
        assert_eq!(judged(403, |said| said.remaining = Some("10".into())), Verdict::Take);
        for status in [200, 201, 204, 401, 404, 409, 422] {
            assert_eq!(judged(status, |_| ()), Verdict::Take);
        }
        for status in [500, 502, 503, 504] {
            assert_eq!(judged(status, |_| ()), Verdict::Failed);
        }
    }

    #[test]
    fn a_date_is_read() {
        assert_eq!(from_date(DATE), Some(NOW));
        assert_eq!(from_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(from_date("Thu, 29 Feb 2024 23:59:59 GMT"), Some(1_709_251_199));
        for odd in
            ["", "x", "Mon, 23 Nov 2026", "Mon, 99 Nov 2026 17:16:12 GMT", "Mon, 23 Foo 2026 1:1:1 GMT"]
        {
            assert_eq!(from_date(odd), None, "{odd}");
        }
    }
}
