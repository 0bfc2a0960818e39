//! What the GitOps repository knows of its apps → text.

use std::fmt::Write;

use crate::outcome::inventory::{AppFacts, Deployment, Variables};
use crate::report::style::{FAINT, STRONG, paint, tame};
use crate::repository::short;

pub(super) fn apps(apps: &[AppFacts]) -> String {
    if apps.is_empty() {
        return "no apps; `cupaas app add URL` registers one\n".to_owned();
    }
    apps.iter().map(app).collect()
}

fn app(app: &AppFacts) -> String {
    let mut text = paint(STRONG, &app.name);
    match &app.repository {
        Some(url) if app.path.is_empty() => _ = write!(text, "  {}", tame(url)),
        Some(url) => _ = write!(text, "  {} ({})", tame(url), tame(&app.path)),
        None => {}
    }
    text.push_str(if app.registered { "\n" } else { "  not registered\n" });
    for (branch, environment) in &app.branches {
        let _ = writeln!(text, "  branch {} -> {environment}", tame(branch));
    }
    for release in &app.releases {
        text.push_str(&deployment(app, release));
    }
    for (environment, image) in &app.pins {
        if !app.releases.iter().any(|release| release.environment == *environment) {
            let _ = writeln!(text, "  {environment}: not deployed, pinned to {}", tame(image));
        }
    }
    for (environment, names) in &app.variables {
        let of = if environment.is_empty() { String::new() } else { format!(" for {environment}") };
        let _ = writeln!(text, "  variables{of}: {}", names.join(", "));
    }
    text
}

fn deployment(app: &AppFacts, release: &Deployment) -> String {
    let environment = &release.environment;
    if release.removed {
        return format!("  {environment}: {}\n", paint(FAINT, "removed, its data waits"));
    }
    let commit =
        release.commit.as_deref().map(|commit| format!(", commit {}", short(commit))).unwrap_or_default();
    let pin = match app.pins.get(environment) {
        Some(image) if *image == release.image => ", pinned".to_owned(),
        Some(image) => format!(", pinned to {}", tame(image)),
        None => String::new(),
    };
    let host = release.hosts.first().map(|host| format!(", {host}")).unwrap_or_default();
    format!("  {environment}: {}{commit}{host}{pin}\n", release.image)
}

/// One variable a line, as a `.env` file has it, so that what is printed can be set again.
pub(super) fn variables(variables: &Variables) -> String {
    let mut text = String::new();
    let several = variables.environments.len() > 1;
    for (environment, all) in &variables.environments {
        if several {
            let _ = writeln!(text, "# {environment}");
        }
        for variable in all {
            let origin = if variables.origin {
                paint(FAINT, format!("  # {}", tame(&variable.origin)))
            } else {
                String::new()
            };
            let _ = match &variable.value {
                Some(value) => writeln!(text, "{}={}{origin}", variable.name, quoted(value)),
                None => writeln!(text, "# {} is kept in a Secret{origin}", variable.name),
            };
            for over in variable.over.iter().filter(|_| variables.origin) {
                let value = over.value.as_deref().map_or_else(|| "a Secret's".to_owned(), quoted);
                let line = format!("#   over {value}  # {}", tame(&over.origin));
                let _ = writeln!(text, "{}", paint(FAINT, line));
            }
        }
    }
    text
}

/// A value that a terminal and a `.env` file take as it is.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,=-".contains(c);
    if value.chars().all(plain) {
        return value.to_owned();
    }
    let mut text = String::from("\"");
    for c in tame(value).chars() {
        match c {
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '"' | '\\' | '$' => {
                text.push('\\');
                text.push(c);
            }
            c => text.push(c),
        }
    }
    text + "\""
}
