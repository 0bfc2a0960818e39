//! Credentials that were made once, and whose file is gone: new ones would not be those that the service knows.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Code;
use crate::plan::loss::SERVICE;
use crate::plan::model::{Loss, Plan};
use crate::plan::object::documents;
use crate::render::MissingSecret;
use crate::resolve::secrets::credentials_object;
use crate::tree::{Files, RepoPath};

/// What is known of a release before it is rendered again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CredentialHistory<'a> {
    /// Its manifests.
    pub before: &'a Files,
    /// Versions by service, also of those whose data waits.
    pub versions: &'a BTreeMap<String, String>,
    /// Services whose credentials another kept.
    pub external: &'a BTreeSet<String>,
}

impl CredentialHistory<'_> {
    /// Whether credentials that are applied from `applied` were made for `service`. A service that was there without
    /// them had them from another provider; of one that waits its record tells.
    pub(crate) fn had(self, service: &str, applied: &RepoPath) -> bool {
        self.before.contains_key(applied)
            || (self.versions.contains_key(service)
                && !self.external.contains(service)
                && !self.before.values().any(|text| is_of(text, service)))
    }
}

fn is_of(text: &str, service: &str) -> bool {
    let objects = documents(text).unwrap_or_default();
    objects.iter().any(|object| object["metadata"]["labels"][SERVICE] == service)
}

/// Adds to `plan` the credentials among `missing` that were made before. `app` is `<env>/<app>`.
pub(crate) fn judge(
    plan: &mut Plan,
    missing: &[MissingSecret],
    history: CredentialHistory<'_>,
    app: (&str, &str),
    allowed: &BTreeSet<String>,
) {
    for one in missing.iter().filter(|one| history.had(&one.service, &one.applied)) {
        let loss = loss(one, history.before.contains_key(&one.applied), app, allowed);
        plan.unused_allowances.retain(|name| *name != loss.allow);
        plan.losses.push(loss);
    }
}

fn loss(
    one: &MissingSecret,
    running: bool,
    (environment, app): (&str, &str),
    allowed: &BTreeSet<String>,
) -> Loss {
    let MissingSecret { service, kept, .. } = one;
    let rotate = if running {
        format!("; or {}", new_ones(service, app, environment))
    } else {
        format!("; or, if another provider kept the credentials of `{service}`, switch back to it")
    };
    let owner = format!("{environment}/{app}");
    let name = credentials_object(service);
    // Always with its owner: a service's name alone allows losses of its data.
    let allow = format!("{owner}/{name}");
    Loss {
        message: format!(
            "{kept} is missing: a deploy would generate credentials that `{service}` does not accept"
        )
        .into(),
        recovery: format!("{}{rotate}", from_history(kept)).into(),
        cleanup: None,
        allowed: allowed.contains(&allow),
        app: Some(owner),
        code: Code::CredentialsMissing,
        kept: Vec::new(),
        name,
        allow,
    }
}

/// How a file that was deleted comes back.
pub(crate) fn from_history(kept: &RepoPath) -> String {
    format!(
        "restore it from git: `git log --diff-filter=D -- {kept}` shows the commit that deleted it, and \
         `git checkout COMMIT^ -- {kept}` brings it back"
    )
}

/// How a service gets others.
pub(crate) fn new_ones(service: &str, app: &str, environment: &str) -> String {
    format!(
        "generate new ones with `cupaas secret rotate {service} --app {app} --env {environment}`, which says how \
         to change them in `{service}`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_with_another_provider_had_no_file() {
        let path = |name: &str| RepoPath::new(format!("deploy/production/shop/base/{name}.yaml")).unwrap();
        let applied = path("secret-db-credentials");
        let set = "kind: StatefulSet\nmetadata: {name: db, labels: {cupaas.dev/service: db}}\n".to_owned();
        let versions = BTreeMap::from([("db".to_owned(), "8.0".to_owned())]);
        let (none, without) = (Files::new(), Files::from([(path("statefulset-db"), set.clone())]));
        let with = Files::from([(path("statefulset-db"), set), (applied.clone(), "kind: Secret".to_owned())]);
        let by_others = BTreeSet::new();
        let had = |before: &Files, versions| {
            CredentialHistory { before, versions, external: &by_others }.had("db", &applied)
        };
        assert!(had(&with, &versions), "its copy is applied");
        assert!(!had(&without, &versions), "it ran without one");
        assert!(had(&none, &versions), "it waits");
        assert!(!had(&none, &BTreeMap::new()), "it is new");
        let elsewhere = &BTreeSet::from(["db".to_owned()]);
        let history = CredentialHistory { before: &none, versions: &versions, external: elsewhere };
        assert!(!history.had("db", &applied), "another kept them");
    }
}
