//! Report → text for people.

use crate::outcome::Removal;
use crate::report::title::{address, title};
use crate::report::{notices, rerendered};
use std::fmt::Write;

use crate::names;
use crate::outcome::{Deployed, Difference, Outcome, Report, Wrote};
use crate::plan::Plan;
use crate::report::folded::{self, Detail};
use crate::report::plan::{plan, rest};
use crate::report::style::{FAINT, GONE, GOOD, NEW, STRONG, paint, tame};
use crate::report::{
    between, catalog, compared, hand_over, history, inventory, rollout, secrets, standing, sync,
};
use crate::repository::short;
use crate::resolve::release::Release;
use crate::tree::Files;

/// The report, with what forges were told of it.
pub(super) fn with_notices(outcome: &Outcome, detail: Detail) -> String {
    let told = notices::words(&outcome.notices);
    match &outcome.report {
        // Lines end it: runners fold them.
        Report::Differs(_) => told + &of(&outcome.report, detail),
        Report::Rerendered(done) if done.commit.is_none() => told + &of(&outcome.report, detail),
        report => of(report, detail) + &told,
    }
}

pub(super) fn of(report: &Report, detail: Detail) -> String {
    match report {
        Report::Checked(release) => format!("{} {}\n", paint(GOOD, "ok"), title(release)),
        Report::Explained(release) => explained(release),
        Report::Rendered { files, out: None, .. } => stream(files),
        Report::Rendered { release, files, out: Some(folder) } => {
            format!("{} files of {} in {}\n", files.len(), title(release), folder.display())
        }
        Report::Differs(difference) => differs(difference, detail),
        Report::Deployed(deployed) => done(deployed),
        Report::Unchanged { release } => {
            format!("{} {}: nothing to do\n{}", paint(GOOD, "ok"), title(release), address(release))
        }
        Report::Superseded { release, why } => {
            format!("{} {}: {why}\n", paint(STRONG, "superseded"), title(release))
        }
        Report::Pinned { release, pin } => format!(
            "{} {} to {} ({}): nothing was changed\n  to unpin: {}\n",
            paint(STRONG, "pinned"),
            title(release),
            pin.image,
            pin.place,
            pin.remedy()
        ),
        Report::Held { release, held } => format!(
            "{} {}: {}; nothing was changed\n  to let it go: {}\n",
            paint(STRONG, "held"),
            title(release),
            tame(&held.hold.words()),
            held.remedy()
        ),
        Report::Removed { removal, plan, commit, proposed } => {
            removed(removal, plan, commit.as_deref(), *proposed)
        }
        Report::Absent(Removal { app, environment: Some(environment), .. }) => {
            format!("{} {app} is not deployed in {environment}: nothing to do\n", paint(GOOD, "ok"))
        }
        Report::Absent(Removal { app, .. }) => {
            format!("{} {app} is neither registered nor deployed: nothing to do\n", paint(GOOD, "ok"))
        }
        Report::Apps(apps) => inventory::apps(apps),
        Report::Status(standings) => standing::text(standings),
        Report::History(all) => history::history(all),
        Report::Between(one) => between::text(one, detail),
        Report::Compared(all) => compared::text(all),
        Report::RolledOut(release) => rollout::text(release),
        Report::HandOver(one) => hand_over::text(one),
        Report::Variables(variables) => inventory::variables(variables),
        Report::Rerendered(done) => rerendered::text(done, detail),
        Report::Secrets(listing) => secrets::listing(listing),
        Report::SecretsChecked(checked) => secrets::checked(checked),
        Report::Synced(synced) => sync::text(synced),
        Report::Each(reports) => reports.iter().map(|report| of(report, detail)).collect(),
        Report::Recipes(recipes) => catalog::recipes(recipes),
        Report::CatalogChecked(checked) => catalog::checked(checked),
        Report::CatalogTested(tested) => catalog::tested(tested),
        Report::Wrote(wrote) => wrote_text(wrote),
        Report::Text(text) | Report::Dockerfile { text, .. } => text.clone(),
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

fn differs(difference: &Difference, detail: Detail) -> String {
    let release = &difference.release;
    if difference.is_empty() {
        return format!("{} {}: nothing to do\n{}", paint(GOOD, "ok"), title(release), address(release));
    }
    let mut text = format!("{}\n", paint(STRONG, format!("A deploy of {} would:", title(release))));
    text.push_str(&folded::changes(&difference.plan.changes, detail));
    text.push_str(&rest(&difference.plan));
    for secret in &difference.makes {
        let _ = writeln!(text, "  {} make and encrypt the credentials of {secret}", paint(NEW, "+"));
    }
    text.push('\n');
    text + &folded::lines(&difference.diffs, detail)
}

fn done(deployed: &Deployed) -> String {
    let release = &deployed.release;
    let word = if deployed.proposed { "proposed" } else { "deployed" };
    let mut text = format!("{} {}, image {}\n", paint(GOOD, word), title(release), release.image.reference);
    if release.image.may_change() {
        let words =
            "the image is named by a tag, which may be another image tomorrow: a digest names one for ever";
        let _ = writeln!(text, "  {}", paint(FAINT, words));
    }
    text.push_str(&plan(&deployed.plan));
    let tries = match deployed.retries {
        0 => String::new(),
        1 => ", after someone else's push".to_owned(),
        n => format!(", after {n} pushes of others"),
    };
    let _ = writeln!(text, "  commit {} in {}{tries}", short(&deployed.commit), deployed.place);
    text.push_str(&address(release));
    if deployed.embedded {
        text.push_str(&nowhere(deployed));
    }
    text
}

/// What is true of a deploy to this machine's own repository, and what comes next.
fn nowhere(deployed: &Deployed) -> String {
    format!(
        "\nNo cluster has seen this: the repository is on this machine alone, and no image was built.\n  \
         next: git -C {} show --stat\n  \
         for a cluster: cupaas init begins a repository that it reads; then cupaas deploy --gitops URL\n",
        deployed.place
    )
}

fn removed(removal: &Removal, plan_: &Plan, commit: Option<&str>, proposed: bool) -> String {
    let Removal { app, environments, files, .. } = removal;
    let from = if environments.is_empty() { "the registrations".to_owned() } else { environments.join(", ") };
    let done = match commit {
        None => "would remove",
        Some(_) if proposed => "proposed to remove",
        Some(_) => "removed",
    };
    let mut text = format!("{} {app} from {from}\n", paint(GOOD, done));
    for file in files {
        let _ = writeln!(text, "  {} {file}", paint(GONE, "-"));
    }
    if !environments.is_empty() {
        text.push_str(&plan(plan_));
    }
    if let Some(commit) = commit {
        let _ = writeln!(text, "  commit {}", short(commit));
    }
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
