//! Report | Failure → JSON, the one serialised contract: `status` says how it ended; keys may be added, none changes
//! its meaning.

use crate::outcome::Removal;
use crate::report::failed::failed;
use crate::report::{notices, rerendered};
use serde_json::{Value, json};

use crate::diagnostic::Failure;
use crate::names;
use crate::outcome::{Outcome, Report};
use crate::plan::Plan;
use crate::report::diagnostic::Placed;
use crate::report::{secrets, sync};
use crate::tree::RepoPath;

pub(super) fn of(outcome: &Outcome) -> String {
    pretty(&whole(outcome))
}

pub(super) fn whole(outcome: &Outcome) -> Value {
    let value = of_report(&outcome.report);
    if outcome.notices.is_empty() { value } else { notices::json(&outcome.notices, value) }
}

fn of_report(report: &Report) -> Value {
    let mut value = body(report);
    if let Some(release) = report.release() {
        value["app"] = json!(release.app);
        value["environment"] = json!(release.environment);
        value["image"] = json!(release.image);
        value["url"] = json!(release.route.as_ref().map(|route| &route.url));
        value["warnings"] = json!(release.warnings.iter().map(Placed::from).collect::<Vec<_>>());
    }
    value
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn body(report: &Report) -> Value {
    match report {
        Report::Checked(_) => json!({"status": "ok"}),
        Report::Explained(release) => json!({"status": "ok", "decisions": release.decisions}),
        Report::Rendered { files, out, .. } => {
            let files: serde_json::Map<String, Value> =
                files.iter().map(|(path, text)| (path.to_string(), json!(text))).collect();
            json!({"status": "ok", "out": out, "files": files})
        }
        Report::Differs(difference) => json!({
            "status": if difference.is_empty() { "unchanged" } else { "differs" },
            "changed": !difference.is_empty(),
            "blocked": difference.plan.blocked(),
            "plan": difference.plan,
            "summary": difference.plan.summary(),
            "makes": difference.makes,
            "diffs": difference.diffs,
        }),
        Report::Deployed(deployed) => json!({
            "status": if deployed.proposed { "proposed" } else { "deployed" },
            "changed": true,
            "commit": deployed.commit,
            "gitops": deployed.place,
            "retries": deployed.retries,
            "plan": deployed.plan,
            "summary": deployed.plan.summary(),
        }),
        Report::Unchanged { .. } => json!({"status": "unchanged", "changed": false}),
        Report::Superseded { why, .. } => json!({"status": "superseded", "changed": false, "why": why}),
        Report::Pinned { pin, .. } => {
            json!({"status": "pinned", "changed": false, "pin": super::pin::pin(pin)})
        }
        Report::Removed { removal, plan, commit, proposed } => {
            removed(removal, plan, commit.as_deref(), *proposed)
        }
        Report::Absent(removal) => {
            json!({"status": "unchanged", "changed": false, "app": removal.app, "environment": removal.environment})
        }
        Report::Apps(apps) => json!({"status": "ok", "apps": apps}),
        Report::Variables(variables) => json!({
            "status": "ok", "app": variables.app, "environments": variables.environments,
        }),
        Report::Rerendered(done) => rerendered::json(done),
        Report::Secrets(listing) => secrets::listing_json(listing),
        Report::SecretsChecked(checked) => secrets::checked_json(checked),
        Report::Synced(synced) => sync::json(synced),
        Report::Each(reports) => {
            json!({"status": "ok", "releases": reports.iter().map(of_report).collect::<Vec<_>>()})
        }
        Report::Wrote(wrote) => {
            json!({"status": "ok", "written": wrote.written, "kept": wrote.kept, "notes": wrote.notes, "next": wrote.next})
        }
        Report::Dockerfile { text, .. } => json!({"status": "ok", "dockerfile": text}),
        Report::Text(text) => json!({"status": "ok", "text": text}),
    }
}

fn removed(removal: &Removal, plan: &Plan, commit: Option<&str>, proposed: bool) -> Value {
    let namespaces: Vec<String> =
        removal.environments.iter().map(|of| names::namespace(&removal.app, of)).collect();
    let status = match commit {
        None => "differs",
        Some(_) if proposed => "proposed",
        Some(_) => "removed",
    };
    json!({
        "status": status, "changed": true, "app": removal.app,
        "commit": commit,
        "environment": removal.environments.first(), "environments": removal.environments,
        "kept": {"namespace": namespaces.first(), "namespaces": namespaces},
        "files": removal.files.iter().map(RepoPath::as_str).collect::<Vec<_>>(),
        "plan": plan, "summary": plan.summary(),
    })
}

pub(super) fn failure(failure: &Failure) -> String {
    pretty(&failed(failure))
}
