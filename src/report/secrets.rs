//! `secret list` and `secret check` → text.

use std::fmt::Write;

use crate::load::platform::SecretsProvider;
use crate::outcome::secrets::{Checked, Listed, Listing};
use crate::report::style::{BAD, FAINT, GOOD, STRONG, paint};

pub(super) fn listing(listing: &Listing) -> String {
    let mut text = format!("{} in {}\n", paint(STRONG, &listing.app), listing.environment);
    if listing.secrets.is_empty() {
        let _ = writeln!(text, "  no secrets");
    }
    let width = listing.secrets.iter().map(|one| one.name.len()).max().unwrap_or(0);
    for one in &listing.secrets {
        let (style, state) = state(one);
        let _ =
            writeln!(text, "  {:width$}  {}{}", one.name, paint(style, state), paint(FAINT, details(one)));
    }
    text
}

fn state(one: &Listed) -> (anstyle::Style, &'static str) {
    match (one.set, one.named) {
        (Some(true), true) => (GOOD, "set"),
        (Some(true), false) => (FAINT, "set, named by no .cupaas"),
        (Some(false), _) if one.service => (BAD, "its file is gone"),
        (Some(false), _) => (BAD, "not set"),
        (None, _) => (FAINT, "kept elsewhere"),
    }
}

fn details(one: &Listed) -> String {
    let mut text = String::new();
    if one.service && !one.keys.is_empty() {
        let _ = write!(text, "  credentials: {}", one.keys.join(", "));
    }
    if let Some(file) = &one.file {
        let _ = write!(text, "  file {file}");
    }
    if let Some(changed) = &one.changed {
        let _ = write!(text, "  {changed}");
    }
    let _ = write!(text, "  {}", one.place);
    text
}

pub(super) fn checked(checked: &Checked) -> String {
    let (of, files) = (&checked.of, checked.files);
    let files = if files == 1 { "1 encrypted file".to_owned() } else { format!("{files} encrypted files") };
    match checked.provider {
        SecretsProvider::Sops => {
            let opened = match checked.opened {
                0 => String::new(),
                opened => format!(" ({opened} decrypted with a key at hand)"),
            };
            format!("{} {of}: {files}{opened}, for {}\n", paint(GOOD, "ok"), checked.recipients.join(", "))
        }
        _ => format!("{} {of}: secrets are kept elsewhere ({files} here)\n", paint(GOOD, "ok")),
    }
}
