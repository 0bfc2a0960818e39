//! Report | Failure → JSON, the one serialised contract: `status` says how it ended; keys may be added, none changes
//! its meaning.

use serde_json::{Value, json};

use super::{Placed, Report, again, secrets, sync, told};
use crate::diagnostic::Failure;
use crate::leaving::Leaving;
use crate::plan::Plan;
use crate::resolve::image::Pinned;
use crate::resolve::names;
use crate::tree::RepoPath;

pub(super) fn of(report: &Report) -> String {
    pretty(&whole(report))
}

pub(super) fn whole(report: &Report) -> Value {
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

/// An image that an environment keeps, and where that is said.
pub(super) fn pin(pin: &Pinned) -> Value {
    json!({"app": pin.app, "environment": pin.environment, "image": pin.image, "place": pin.place})
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
            "retries": deployed.tries,
            "plan": deployed.plan,
            "summary": deployed.plan.summary(),
        }),
        Report::Unchanged { .. } => json!({"status": "unchanged", "changed": false}),
        Report::Superseded { why, .. } => json!({"status": "superseded", "changed": false, "why": why}),
        Report::Pinned { pin, .. } => {
            json!({"status": "pinned", "changed": false, "pin": self::pin(pin)})
        }
        Report::Removed { leaving, plan, commit, proposed } => removed(leaving, plan, commit, *proposed),
        Report::Absent(leaving) => {
            json!({"status": "unchanged", "changed": false, "app": leaving.app, "environment": leaving.environment})
        }
        Report::Apps(apps) => json!({"status": "ok", "apps": apps}),
        Report::Variables(variables) => json!({
            "status": "ok", "app": variables.app, "environments": variables.environments,
        }),
        Report::Again(again) => again::json(again),
        Report::Secrets(listing) => secrets::listing_json(listing),
        Report::SecretsChecked(checked) => secrets::checked_json(checked),
        Report::Synced(synced) => sync::json(synced),
        Report::Each(reports) => {
            json!({"status": "ok", "releases": reports.iter().map(whole).collect::<Vec<_>>()})
        }
        Report::Told(told) => told::json(told, body(&told.report)),
        Report::Wrote(wrote) => {
            json!({"status": "ok", "written": wrote.written, "kept": wrote.kept, "notes": wrote.notes, "next": wrote.next})
        }
        Report::Dockerfile { text, .. } => json!({"status": "ok", "dockerfile": text}),
        Report::Text(text) => json!({"status": "ok", "text": text}),
    }
}

fn removed(leaving: &Leaving, plan: &Plan, commit: &str, proposed: bool) -> Value {
    let environments: Vec<&str> =
        leaving.releases.iter().map(|(_, release)| release.environment.as_str()).collect();
    let namespaces: Vec<String> =
        environments.iter().map(|environment| names::namespace(&leaving.app, environment)).collect();
    json!({
        "status": if proposed { "proposed" } else { "removed" }, "changed": true, "app": leaving.app, "commit": commit,
        "environment": environments.first(), "environments": environments,
        "kept": {"namespace": namespaces.first(), "namespaces": namespaces},
        "files": leaving.edits.keys().map(RepoPath::as_str).collect::<Vec<_>>(),
        "plan": plan, "summary": plan.summary(),
    })
}

pub(super) fn failure(failure: &Failure) -> String {
    pretty(&failed(failure))
}

pub(super) fn failed(failure: &Failure) -> Value {
    let mut value = json!({
        "status": "failed",
        "exit_code": failure.kind.exit_code(),
        "message": failure.message,
        "hints": failure.hints,
        "diagnostics": failure.diagnostics.iter().map(Placed::from).collect::<Vec<_>>(),
    });
    if let Some(plan) = &failure.plan {
        value["plan"] = (**plan).clone();
    }
    value
}
