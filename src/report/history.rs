//! What runs where, and what ran before → text.

use std::fmt::Write;

use crate::outcome::health::{HealthState, ReportedHealth};
use crate::outcome::history::{Approver, Change, History, PastRelease, Standing};
use crate::report::remote::remote;
use crate::report::style::{BAD, CHANGED, FAINT, GOOD, STRONG, paint, tame};
use crate::repository::short;

/// One line a release, in columns.
pub(super) fn status(releases: &[Standing]) -> String {
    if releases.is_empty() {
        return "nothing is deployed\n".to_owned();
    }
    let rows: Vec<[String; 6]> = releases.iter().map(row).collect();
    let titles = ["APP", "ENVIRONMENT", "IMAGE", "SINCE", "BY", "ADDRESS"].map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&titles]).map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut text = format!("{}\n", paint(FAINT, line(&titles)));
    for (row, release) in rows.iter().zip(releases) {
        let _ = writeln!(text, "{}{}", line(row), note(release));
    }
    text
}

fn row(release: &Standing) -> [String; 6] {
    let image = if release.removed { "removed, its data waits".to_owned() } else { name(&release.image) };
    [
        tame(&release.app),
        tame(&release.environment),
        tame(&image),
        release.last.as_ref().and_then(|last| last.time.clone()).unwrap_or_default(),
        release.last.as_ref().map(who).unwrap_or_default(),
        release.hosts.first().map(|host| tame(host)).unwrap_or_default(),
    ]
}

/// An image without the registry that all of them have in common; a tag that is a commit, or a digest, by its beginning.
pub(super) fn name(image: &str) -> String {
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((name, hex)) if hex.len() >= 40 && hex.chars().all(|c| c.is_ascii_hexdigit()) => {
            format!("{name}:{}", short(hex))
        }
        _ => name.to_owned(),
    }
}

fn note(release: &Standing) -> String {
    let pinned = match &release.pinned {
        Some(image) if *image == release.image => "  pinned".to_owned(),
        Some(image) => format!("  pinned to {}", tame(image)),
        None => String::new(),
    };
    let stopped = if release.stopped { "  stopped" } else { "" };
    let maintenance = release.maintenance.as_ref().map(|set| match set.words().as_str() {
        "" => "  in maintenance".to_owned(),
        words => format!("  in maintenance ({})", tame(words)),
    });
    let scale = release.scale.iter().map(|(name, count)| format!("  {}={}", tame(name), tame(count)));
    let held = release.hold.as_ref().map(|hold| format!("  held: {}", tame(&hold.words())));
    let health = release.health.as_ref().map(health).unwrap_or_default();
    let remote = release.remote.as_ref().map(remote).unwrap_or_default();
    let operated = maintenance.unwrap_or_default() + stopped + &scale.collect::<String>();
    health + &remote + &pinned + &operated + &held.unwrap_or_default()
}

fn health(said: &ReportedHealth) -> String {
    let why = said.why.as_ref().map(|why| format!(" ({})", tame(why))).unwrap_or_default();
    match said.state {
        HealthState::Healthy => format!("  {}", paint(GOOD, "healthy")),
        HealthState::Failed => format!("  {}{why}", paint(BAD, "failed")),
        HealthState::Waiting => format!("  waiting{why}"),
        HealthState::Unreported => "  not reported".to_owned(),
        HealthState::Unknown => format!("  health unknown{why}"),
    }
}

/// Who started the job, else who wrote the commit.
pub(super) fn who(change: &Change) -> String {
    tame(change.actor.as_deref().unwrap_or(&change.author))
}

/// Newest first, each with what it did.
pub(super) fn history(history: &History) -> String {
    let mut text: String = history.releases.iter().map(past).collect();
    if history.releases.is_empty() {
        text = format!("no commit of this repository deployed {}\n", tame(&history.app));
    }
    if history.cut_off {
        let words =
            "this is a shallow clone: what is older is not in it; `git fetch --unshallow` completes it";
        let _ = writeln!(text, "{}", paint(CHANGED, words));
    }
    if history.more {
        let _ = writeln!(text, "{}", paint(FAINT, "there are older ones: --limit shows more"));
    }
    text
}

fn past(release: &PastRelease) -> String {
    let change = &release.change;
    let time = change.time.as_deref().unwrap_or("at an unknown time");
    let mut text = format!(
        "{} {time}  {}  {}\n",
        paint(STRONG, short(&change.commit)),
        tame(&release.environment),
        who(change)
    );
    let _ = writeln!(text, "    {}", tame(&release.subject));
    if let Some(passed) = &release.overridden {
        let _ = writeln!(text, "    {}", paint(CHANGED, format!("overridden: {}", tame(passed))));
    }
    for Approver { login, pull_request } in &release.approved {
        let of = pull_request.as_ref().map(|url| format!(", {}", tame(url))).unwrap_or_default();
        let _ = writeln!(text, "    {}", paint(FAINT, format!("approved by {}{of}", tame(login))));
    }
    for line in [&release.image, &release.source, &release.changes, &change.run].into_iter().flatten() {
        let _ = writeln!(text, "    {}", paint(FAINT, tame(line)));
    }
    text
}
