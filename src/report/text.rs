//! Report → text for people.

use std::fmt::Write;

use super::style::{BAD, CHANGED, FAINT, GONE, GOOD, NEW, STRONG, paint, tame};
use super::{Deployed, Difference, Report, again, look, secrets, sync, told};
use crate::leaving::Leaving;
use crate::load::state::short;
use crate::plan::diff::FileDiff;
use crate::plan::{Action, Change, Effect, Loss, Plan};
use crate::resolve::names;
use crate::resolve::release::Release;
use crate::scaffold::Wrote;
use crate::tree::Files;

pub(super) fn of(report: &Report) -> String {
    match report {
        Report::Checked(release) => format!("{} {}\n", paint(GOOD, "ok"), title(release)),
        Report::Explained(release) => explained(release),
        Report::Rendered { files, out: None, .. } => stream(files),
        Report::Rendered { release, files, out: Some(folder) } => {
            format!("{} files of {} in {}\n", files.len(), title(release), folder.display())
        }
        Report::Differs(difference) => differs(difference),
        Report::Deployed(deployed) => done(deployed),
        Report::Unchanged { release } => {
            format!("{} {}: nothing to do\n{}", paint(GOOD, "ok"), title(release), address(release))
        }
        Report::Superseded { release, why } => {
            format!("{} {}: {why}\n", paint(STRONG, "superseded"), title(release))
        }
        Report::Pinned { release, pin } => format!(
            "{} {} to {} ({}): nothing was changed\n  to let it move: {}\n",
            paint(STRONG, "pinned"),
            title(release),
            pin.image,
            pin.place,
            pin.way_out()
        ),
        Report::Removed { leaving, plan, commit, proposed } => removed(leaving, plan, commit, *proposed),
        Report::Absent(Leaving { app, environment: Some(environment), .. }) => {
            format!("{} {app} is not deployed in {environment}: nothing to do\n", paint(GOOD, "ok"))
        }
        Report::Absent(Leaving { app, .. }) => {
            format!("{} {app} is neither registered nor deployed: nothing to do\n", paint(GOOD, "ok"))
        }
        Report::Apps(apps) => look::apps(apps),
        Report::Variables(variables) => look::variables(variables),
        Report::Again(again) => again::text(again),
        Report::Secrets(listing) => secrets::listing(listing),
        Report::SecretsChecked(checked) => secrets::checked(checked),
        Report::Synced(synced) => sync::text(synced),
        Report::Each(reports) => reports.iter().map(of).collect(),
        Report::Told(told) => told::text(told),
        Report::Wrote(wrote) => wrote_text(wrote),
        Report::Text(text) | Report::Dockerfile { text, .. } => text.clone(),
    }
}

fn title(release: &Release) -> String {
    format!("{} in {}", release.app, release.environment)
}

fn address(release: &Release) -> String {
    match &release.route {
        Some(route) => format!("  {}\n", paint(STRONG, &route.url)),
        None => "  no address: the environment has no domain, or no process is named web\n".to_owned(),
    }
}

fn explained(release: &Release) -> String {
    let width = release.decisions.iter().map(|decision| decision.what.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for decision in &release.decisions {
        let origin = if decision.origin.is_empty() {
            String::new()
        } else {
            format!("  # {}", tame(&decision.origin))
        };
        let value = tame(&decision.value);
        let _ = writeln!(text, "{:width$}  {value}{}", decision.what, paint(FAINT, origin));
    }
    text
}

/// All files as one stream that `kubectl` reads.
fn stream(files: &Files) -> String {
    let manifests = files.iter().filter(|(path, _)| {
        (path.as_str().starts_with("deploy/") || path.as_str().starts_with("clusters/"))
            && path.file_name() != "kustomization.yaml"
    });
    manifests.map(|(path, text)| format!("---\n# {path}\n{text}")).collect()
}

fn differs(difference: &Difference) -> String {
    let release = &difference.release;
    if difference.is_empty() {
        return format!("{} {}: nothing to do\n{}", paint(GOOD, "ok"), title(release), address(release));
    }
    let mut text = format!("{}\n", paint(STRONG, format!("A deploy of {} would:", title(release))));
    text.push_str(&plan(&difference.plan));
    for secret in &difference.makes {
        let _ = writeln!(text, "  {} make and encrypt the credentials of {secret}", paint(NEW, "+"));
    }
    text.push('\n');
    text + &lines(&difference.diffs)
}

/// Files line by line.
pub(super) fn lines(diffs: &[FileDiff]) -> String {
    diffs.iter().map(|file| colour(&tame(&file.text))).collect()
}

fn colour(diff: &str) -> String {
    let line = |line: &str| {
        let style = match line.as_bytes().first() {
            _ if line.starts_with("+++") || line.starts_with("---") => STRONG,
            Some(b'+') => NEW,
            Some(b'-') => GONE,
            Some(b'@') => FAINT,
            _ => return format!("{line}\n"),
        };
        format!("{}\n", paint(style, line))
    };
    diff.lines().map(line).collect()
}

fn done(deployed: &Deployed) -> String {
    let release = &deployed.release;
    let word = if deployed.proposed { "proposed" } else { "deployed" };
    let mut text = format!("{} {}, image {}\n", paint(GOOD, word), title(release), release.image.reference);
    if !release.image.by_digest {
        let _ = writeln!(
            text,
            "  {}",
            paint(FAINT, "the image is named by a tag: a digest would name one image for ever")
        );
    }
    text.push_str(&plan(&deployed.plan));
    let tries = match deployed.tries {
        0 => String::new(),
        1 => ", after someone else's push".to_owned(),
        n => format!(", after {n} pushes of others"),
    };
    let _ = writeln!(text, "  commit {} in {}{tries}", short(&deployed.commit), deployed.place);
    text.push_str(&address(release));
    text
}

/// A plan in words, one line an object, then what it adds up to.
pub(super) fn plan(plan: &Plan) -> String {
    changes(&plan.changes) + &rest(plan)
}

/// Changes, one line an object.
pub(super) fn changes(changes: &[Change]) -> String {
    changes.iter().map(one).collect()
}

/// What a plan says beside its changes.
pub(super) fn rest(plan: &Plan) -> String {
    let mut text = String::new();
    // Lists of files say nothing that the lines above do not.
    for file in plan.rewrites.iter().filter(|file| !file.ends_with("/kustomization.yaml")) {
        let _ = writeln!(text, "  {} {file}", paint(FAINT, "·"));
    }
    for loss in &plan.losses {
        text.push_str(&lost(loss));
    }
    for name in &plan.unused_allowances {
        let _ = writeln!(
            text,
            "  {} --allow-data-loss {name}: nothing of that name is lost",
            paint(CHANGED, "!")
        );
    }
    for refusal in &plan.refusals {
        let _ = writeln!(text, "  {} {}\n      {}", paint(BAD, "refused"), refusal.message, refusal.way_out);
    }
    let summary = plan.summary();
    let mut parts = vec![format!(
        "{} created, {} changed, {} deleted",
        summary.created, summary.updated, summary.deleted
    )];
    let mut add = |what: &str, names: &[String]| {
        if !names.is_empty() {
            parts.push(format!("{what} {}", names.join(", ")));
        }
    };
    add("restarts", &summary.restarts);
    add("away meanwhile:", &summary.outages);
    add("runs", &summary.jobs);
    let _ = writeln!(text, "  {}", parts.join("; "));
    text
}

fn one(change: &Change) -> String {
    let (sign, style) = match change.action {
        Action::Create => ("+", NEW),
        Action::Update | Action::Move => ("~", CHANGED),
        Action::Delete => ("-", GONE),
        Action::Orphan => ("○", FAINT),
    };
    let mut text = format!("  {} {} {}\n", paint(style, sign), change.action, change.object);
    let telling = |effect: &&Effect| !matches!(effect, Effect::NoRestart);
    for effect in change.effects.iter().filter(telling) {
        let _ = writeln!(text, "      {}", tame(&effect.to_string()));
    }
    text
}

fn lost(loss: &Loss) -> String {
    let (word, style) = if loss.allowed { ("allowed", CHANGED) } else { ("data", BAD) };
    let mut text = format!("  {} {}\n", paint(style, word), loss.message);
    if !loss.kept.is_empty() {
        let _ = writeln!(text, "      stays: {}", loss.kept.join(", "));
    }
    let _ = writeln!(text, "      {}", loss.way_back);
    if !loss.allowed {
        let _ = writeln!(text, "      to go on all the same: --allow-data-loss {}", loss.allow);
    }
    text
}

fn removed(leaving: &Leaving, plan_: &Plan, commit: &str, proposed: bool) -> String {
    let Leaving { app, releases, edits, .. } = leaving;
    let environments: Vec<&str> = releases.iter().map(|(_, release)| release.environment.as_str()).collect();
    let from = if environments.is_empty() { "the registrations".to_owned() } else { environments.join(", ") };
    let done = if proposed { "proposed to remove" } else { "removed" };
    let mut text = format!("{} {app} from {from}\n", paint(GOOD, done));
    for file in edits.keys() {
        let _ = writeln!(text, "  {} {file}", paint(GONE, "-"));
    }
    if !environments.is_empty() {
        text.push_str(&plan(plan_));
    }
    let _ = writeln!(text, "  commit {}", short(commit));
    for environment in environments {
        let namespace = names::namespace(app, environment);
        let _ = writeln!(
            text,
            "  what stays: the namespace with its claims and credentials, and releases/{environment}/{app}/;"
        );
        let _ = writeln!(text, "  deploying the app again finds its data. To delete it for good:");
        let _ = writeln!(text, "    kubectl delete namespace {namespace}");
        let _ = writeln!(text, "    git rm -r releases/{environment}/{app}    # in the GitOps repository");
    }
    text
}

fn wrote_text(wrote: &Wrote) -> String {
    let mut text = String::new();
    for path in &wrote.written {
        let _ = writeln!(text, "{} {}", paint(GOOD, "wrote"), path.display());
    }
    for path in &wrote.kept {
        let _ = writeln!(text, "{} {} (it was there)", paint(FAINT, "kept"), path.display());
    }
    for note in &wrote.notes {
        let _ = writeln!(text, "  {note}");
    }
    for (index, step) in wrote.next.iter().enumerate() {
        let _ = writeln!(text, "{}{}. {step}", if index == 0 { "\nNext:\n" } else { "" }, index + 1);
    }
    text
}
