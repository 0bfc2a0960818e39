//! Whether a variable is plainly a secret, by its name or by the form of its value.
//!
//! A false alarm costs a flag; a secret that passes stays in git's history for ever. So a name decides even over a
//! value such as `changeme`, and only what cannot be a secret (a switch, a path, a number of tokens) lets it pass.

use std::sync::LazyLock;

use regex_lite::Regex;

/// Last words of a name that is a secret's, also at the end of a word: `PGPASSWORD`.
const SECRET_WORDS: [&str; 14] = [
    "PASSWORD",
    "PASSWORDS",
    "PASSWD",
    "PASSPHRASE",
    "PASSCODE",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "APIKEY",
    "SECRETKEY",
    "PRIVATEKEY",
    "ACCESSKEY",
    "ENCRYPTIONKEY",
    "CREDENTIALS",
];
/// Those that must be a word of their own.
const WHOLE_WORDS: [&str; 7] = ["PASS", "PWD", "KEY", "KEYS", "TOKENS", "SALT", "PEPPER"];
/// What only says which one it is, behind such a word.
const WHICH: [&str; 20] = [
    "BASE",
    "BASE64",
    "B64",
    "DEV",
    "DEVELOPMENT",
    "FALLBACK",
    "FALLBACKS",
    "HEX",
    "JSON",
    "LIVE",
    "NEW",
    "OLD",
    "PEM",
    "PREVIOUS",
    "PROD",
    "PRODUCTION",
    "SECONDARY",
    "STAGING",
    "TEST",
    "VALUE",
];
/// Keys that are none of a lock.
const OPEN_KEYS: [&str; 12] = [
    "PUBLIC",
    "PUBLISHABLE",
    "PRIMARY",
    "FOREIGN",
    "CACHE",
    "SORT",
    "PARTITION",
    "ROUTING",
    "INDEX",
    "SITE",
    "HASH",
    "IDEMPOTENCY",
];
/// Beginnings of names whose values tools write into pages for everybody.
const FOR_BROWSERS: [&str; 6] =
    ["NEXT_PUBLIC_", "NUXT_PUBLIC_", "EXPO_PUBLIC_", "VITE_", "REACT_APP_", "GATSBY_"];

/// Forms of values that are secrets, and what each is.
const FORMS: [(&str, &str); 23] = [
    (r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----", "a private key"),
    (r"\b(AKIA|ASIA)[0-9A-Z]{16}\b", "an AWS access key"),
    (r"\bgh[pousr]_[A-Za-z0-9]{36,}", "a GitHub token"),
    (r"\bgithub_pat_[A-Za-z0-9_]{22,}", "a GitHub token"),
    (r"\bglpat-[A-Za-z0-9_-]{20,}", "a GitLab token"),
    (r"\b[sr]k_(live|test)_[A-Za-z0-9]{10,}", "a Stripe key"),
    (r"\bwhsec_[A-Za-z0-9+/=]{16,}", "a webhook's secret"),
    (r"(^|[^A-Za-z0-9_-])sk-[A-Za-z0-9_-]{20,}", "an API key"),
    (r"\bxox[abeprs]-[A-Za-z0-9-]{10,}", "a Slack token"),
    (r"\bxapp-[0-9]-[A-Za-z0-9-]{10,}", "a Slack token"),
    (r"hooks\.slack\.com/(services|workflows)/[A-Za-z0-9]+/", "a Slack webhook"),
    (r"discord(app)?\.com/api/webhooks/[0-9]+/", "a Discord webhook"),
    (r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "a JSON web token"),
    (r"\bAIza[A-Za-z0-9_-]{35}", "a Google API key"),
    (r"\bya29\.[A-Za-z0-9_-]{20,}", "a Google token"),
    (r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", "a SendGrid key"),
    (r"\bkey-[0-9a-f]{32}\b", "a Mailgun key"),
    (r"\b(npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{20,})", "a package registry's token"),
    (r"\bhf_[A-Za-z0-9]{30,}", "a Hugging Face token"),
    (r"\b(dop_v1_[0-9a-f]{64}|shp(at|ca|pa|ss)_[0-9a-fA-F]{32})", "an API token"),
    (r"\bAGE-SECRET-KEY-1[0-9A-Z]+", "an age key"),
    (r"(^|[^0-9A-Za-z])[0-9]{8,10}:[A-Za-z0-9_-]{35}\b", "a Telegram bot's token"),
    (
        r"(?i)[?&](password|passwd|token|access_token|api_?key|secret|sig)=[^&\s]",
        "an address with a credential",
    ),
];

/// Forms of which a secret is a part, in a syntax that other texts have too: `Server=db;Password=x`. It is said, and nothing
/// is held back.
const LIKELY: (&str, &str) =
    (r"(?i)(^|;)\s*(password|pwd|accountkey|sharedaccesskey)\s*=\s*[^;\s]", "a connection with its password");

/// How many characters of a value are looked at.
const LONGEST: usize = 8192;

static COMPILED: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let compiled = FORMS.iter().filter_map(|(form, what)| Some((Regex::new(form).ok()?, *what)));
    compiled.collect()
});

static COMPILED_LIKELY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(LIKELY.0).ok());

/// As [`secret_like`], and of what may be another thing as well: for a warning.
pub(crate) fn likely_secret(name: &str, value: &str) -> Option<String> {
    let likely = || COMPILED_LIKELY.as_ref().filter(|form| form.is_match(value));
    secret_like(name, value).or_else(|| likely().map(|_| format!("its value has the form of {}", LIKELY.1)))
}

/// What a variable is by which it must be a secret, in words that do not show its value.
pub(crate) fn secret_like(name: &str, value: &str) -> Option<String> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    // A credential stands in front; what is longer is a document, and each form is looked for in all of it.
    let end = value.char_indices().nth(LONGEST).map_or(value.len(), |(at, _)| at);
    let value = &value[..end];
    let form = COMPILED.iter().find(|(form, _)| form.is_match(value)).map(|(_, what)| *what);
    let form = form.or_else(|| has_password(value).then_some("an address with a password"));
    match form {
        Some(what) => Some(format!("its value has the form of {what}")),
        None => is_secrets_name(name, value).then(|| "by its name".to_owned()),
    }
}

/// Whether an address in the text has a password: `postgres://shop:PASSWORD@db/shop`, which may hold what it should not.
fn has_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let rest = &text[at + 3..];
        let rest = rest.split(|c: char| c.is_whitespace() || "\"'<>".contains(c)).next().unwrap_or_default();
        let Some((user, behind)) = rest.split_once(':') else { return false };
        let Some((password, _)) = behind.split_once('@') else { return false };
        let digits = password.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_port = digits.len() < password.len() && digits.starts_with(['/', '?', '#']);
        !user.contains(['/', '?', '#', '@']) && !password.is_empty() && !is_port
    })
}

fn is_secrets_name(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    if FOR_BROWSERS.iter().any(|prefix| name.starts_with(prefix)) || is_switch(value) {
        return false;
    }
    let mut words: Vec<&str> = name.split(['_', '-', '.']).filter(|word| !word.is_empty()).collect();
    while words.len() > 1
        && words.last().is_some_and(|word| WHICH.contains(word) || word.chars().all(|c| c.is_ascii_digit()))
    {
        words.pop();
    }
    let Some((last, before)) = words.split_last() else { return false };
    if SECRET_WORDS.iter().any(|word| last.ends_with(word)) {
        let is_open = before.last().is_some_and(|word| OPEN_KEYS[..2].contains(word));
        let counts = matches!(*last, "TOKEN" | "CREDENTIALS") && is_number_or_path(value);
        return !is_open && !counts;
    }
    let alone = before.is_empty() && *last != "PASS";
    let is_open = last.starts_with("KEY") && before.iter().any(|word| OPEN_KEYS.contains(word));
    let counts = !matches!(*last, "PASS" | "PWD") && is_number_or_path(value);
    WHOLE_WORDS.contains(last) && !alone && !is_open && !counts
}

fn is_switch(value: &str) -> bool {
    let words = ["true", "false", "yes", "no", "on", "off", "none", "null", "0", "1"];
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// A limit of tokens, or where a key is mounted.
fn is_number_or_path(value: &str) -> bool {
    let number = value.len() < 12 && value.chars().all(|c| c.is_ascii_digit());
    let path = ["/", "./", "~/"].iter().any(|start| value.starts_with(start));
    number || (path && value.chars().all(|c| c.is_ascii_alphanumeric() || "/._-~".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_can_be_read() {
        assert_eq!(COMPILED.len(), FORMS.len());
    }

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            "SECRET_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "SECRET_KEY_BASE",
            "DJANGO_SECRET_KEY",
            "STRIPE_SECRET_KEY",
            "STRIPE_KEY",
            "OPENAI_API_KEY",
            "API_KEY_2",
            "APIKEY",
            "PGPASSWORD",
            "MYSQL_PWD",
            "MYSQL_ROOT_PASSWORD",
            "SMTP_PASS",
            "PASS",
            "EMAIL_HOST_PASSWORD",
            "POSTGRES_PASSWORD_PROD",
            "BOT_TOKEN",
            "TOKEN",
            "AUTH_TOKENS",
            "JWT_SECRET",
            "CLIENT_SECRET",
            "secret_key",
            "githubToken",
            "GPG_PASSPHRASE",
            "FERNET_KEYS",
            "AUTH_SALT",
            "GOOGLE_CREDENTIALS",
            "APP_KEY",
            "SECRET_KEY_FALLBACKS",
        ] {
            assert!(secret_like(name, "changeme").is_some(), "{name}");
        }
    }

    #[test]
    fn what_is_for_everybody_passes() {
        for (name, value) in [
            ("LOG_LEVEL", "info"),
            ("SECRET_KEY", ""),
            ("JWT_PUBLIC_KEY", "MIIB"),
            ("AWS_ACCESS_KEY_ID", "mine"),
            ("STRIPE_PUBLISHABLE_KEY", "pk_live_0123456789abcdef"),
            ("NEXT_PUBLIC_MAPS_KEY", "abc"),
            ("MAX_TOKENS", "4096"),
            ("VITE_SENTRY_KEY", "abc"),
            ("PASSWORD_RESET_TIMEOUT", "3600"),
            ("PASSWORD_HASHER", "argon2"),
            ("PWD", "/app"),
            ("SECRET_NAME", "shop"),
            ("TOKEN_URL", "https://id.example.com/token"),
            ("CACHE_KEY", "shop"),
            ("KEY", "a"),
            ("DB_PASSWORD_FILE", "/run/secrets/db"),
            ("GOOGLE_APPLICATION_CREDENTIALS", "/app/keys/google.json"),
            ("REQUIRE_PASSWORD", "true"),
            ("SENTRY_DSN", "https://0123abcd@o1.ingest.sentry.io/2"),
            ("MONKEY", "a"),
            ("DATABASE_URL", "postgres://db:5432/shop"),
            ("DATABASE_URL", "postgres://shop@db/shop"),
            ("SITE_URL", "https://example.com:8443/a@b?x=1"),
            ("EMAIL", "mailto:a:b@example.com"),
            ("TASK", "task-sk-a"),
            ("CSRF_TRUSTED_ORIGINS", "https://a.example.com,https://b.example.com:8000"),
            ("RECAPTCHA_SITE_KEY", "6Lc"),
            ("PRIVATE_KEY_PATH", "/app/key.pem"),
            ("COMPASS", "n"),
            ("BYPASS", "n"),
            ("TOKENIZER", "gpt2"),
        ] {
            assert_eq!(secret_like(name, value), None, "{name}={value}");
        }
    }

    #[test]
    fn forms_of_secrets_are_known_under_any_name() {
        let many = |c: &str, n: usize| c.repeat(n);
        for value in [
            format!("AKIA{}", many("A", 16)),
            format!("ghp_{}", many("a", 36)),
            format!("github_pat_{}", many("a", 30)),
            format!("sk_live_{}", many("a", 24)),
            format!("sk-proj-{}", many("a", 40)),
            format!("xoxb-{}", many("1", 12)),
            format!("eyJ{0}.eyJ{0}.{0}", many("a", 12)),
            format!("AIza{}", many("a", 35)),
            format!("SG.{0}.{0}", many("a", 22)),
            format!("12345678:{}", many("a", 35)),
            "-----BEGIN OPENSSH PRIVATE KEY-----\nabc".to_owned(),
            "-----BEGIN PRIVATE KEY-----".to_owned(),
            "postgres://shop:pw@db/shop".to_owned(),
            "redis://:pw@cache:6379/0".to_owned(),
            "amqp://shop:a/b:c@queue".to_owned(),
            "postgres://shop:123@db/shop".to_owned(),
            "https://example.com/hook?token=abc".to_owned(),
            "https://hooks.slack.com/services/T0/B0/x".to_owned(),
        ] {
            assert!(secret_like("X", &value).is_some(), "{value}");
            assert!(!secret_like("X", &value).unwrap_or_default().contains(&value));
        }
        let connection = "Server=db;Database=shop;User Id=sa;Password=pw;";
        assert_eq!(secret_like("X", connection), None);
        assert!(likely_secret("X", connection).is_some());
    }
}
