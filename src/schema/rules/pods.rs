//! A pod as a template describes it: its containers together, its restart policy, its own settings.

use crate::schema::rules::ids::ids;
use std::collections::BTreeMap;

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::syntax::Syntax;
use crate::schema::rules::{containers, names, scheduling, volumes};
use crate::schema::violation::Violation;

/// The lists of containers that a pod has.
pub(crate) const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Where the pods of an object are described.
#[derive(Debug)]
pub(crate) struct Template<'a> {
    /// What holds `metadata` and `spec`.
    pub(crate) at: Cursor<'a>,
    /// The names of claims that the object makes for its pods.
    pub(crate) claims: Vec<&'a str>,
}

impl<'a> Template<'a> {
    pub(crate) fn spec(&self) -> Option<Cursor<'a>> {
        self.at.get("spec")
    }

    pub(crate) fn containers(&self) -> Vec<Cursor<'a>> {
        let spec = self.spec();
        let lists = CONTAINERS.iter().flat_map(|list| spec.iter().flat_map(|spec| spec.list(list)));
        lists.collect()
    }
}

/// The pods of an object of `kind`.
pub(crate) fn check(template: &Template<'_>, kind: &str, out: &mut Vec<Violation>) {
    // A Pod's own metadata is that of an object, and checked as such.
    if kind != "Pod"
        && let Some(metadata) = template.at.get("metadata")
    {
        names::tags(&metadata, out);
    }
    let Some(spec) = template.spec() else { return };
    if let Some(list) = spec.get("containers")
        && list.value.as_array().is_some_and(Vec::is_empty)
    {
        out.push(list.says("is empty; a pod needs a container"));
    }
    restart_policy(&spec, kind, out);
    let volumes = volumes::check(&spec, &template.claims, out);
    names_of_containers(template, out);
    // What the server fills in.
    let grace = spec.number_of("terminationGracePeriodSeconds").unwrap_or(30);
    for list in CONTAINERS {
        for container in spec.list(list) {
            containers::check(&container, list, grace, &volumes, out);
        }
    }
    settings(&spec, out);
}

fn restart_policy(spec: &Cursor<'_>, kind: &str, out: &mut Vec<Violation>) {
    let given = spec.text_of("restartPolicy");
    let at = spec.get("restartPolicy").unwrap_or_else(|| spec.clone());
    match kind {
        "Job" | "CronJob" => match given {
            Some("Always") | None if given.is_some() || !spec.has("restartPolicy") => {
                out.push(at.says(format!("a {kind} needs restartPolicy OnFailure or Never")));
            }
            _ => {}
        },
        "Pod" | "PodTemplate" => {}
        _ if matches!(given, Some("OnFailure" | "Never")) => {
            out.push(at.says(format!("a {kind} can only have restartPolicy Always")));
        }
        _ => {}
    }
}

/// Names of containers are labels, and one pod has each once; so it is with the names of their ports.
fn names_of_containers(template: &Template<'_>, out: &mut Vec<Violation>) {
    let mut seen: BTreeMap<&str, ()> = BTreeMap::new();
    for container in template.containers() {
        let Some(name) = container.get("name") else { continue };
        Syntax::Label.check(&name, out);
        if name.text().is_some_and(|text| seen.insert(text, ()).is_some()) {
            out.push(name.says("is the name of another container of the pod"));
        }
    }
}

fn settings(spec: &Cursor<'_>, out: &mut Vec<Violation>) {
    Syntax::Subdomain.check_optional(spec, "serviceAccountName", out);
    Syntax::Subdomain.check_optional(spec, "priorityClassName", out);
    Syntax::Label.check_optional(spec, "hostname", out);
    Syntax::Label.check_optional(spec, "subdomain", out);
    if let Some(selector) = spec.get("nodeSelector") {
        names::labels(&selector, out);
    }
    spec.range("activeDeadlineSeconds", 1, i64::from(i32::MAX), out);
    spec.range("terminationGracePeriodSeconds", 0, i64::MAX, out);
    scheduling::check(spec, out);
    dns(spec, out);
    if let Some(security) = spec.get("securityContext") {
        ids(&security, out);
    }
}

fn dns(spec: &Cursor<'_>, out: &mut Vec<Violation>) {
    let address = |at: Cursor<'_>, out: &mut Vec<Violation>| {
        if at.text().is_some_and(|text| text.parse::<std::net::IpAddr>().is_err()) {
            out.push(at.says("is not an IP address"));
        }
    };
    for alias in spec.list("hostAliases") {
        if let Some(ip) = alias.get("ip") {
            address(ip, out);
        }
        alias.list("hostnames").iter().for_each(|name| Syntax::Subdomain.check(name, out));
    }
    let servers = spec.find(&["dnsConfig", "nameservers"]).map(|list| list.items()).unwrap_or_default();
    if spec.text_of("dnsPolicy") == Some("None") && servers.is_empty() {
        out.push(spec.says("dnsPolicy None needs dnsConfig.nameservers"));
    }
    servers.into_iter().for_each(|server| address(server, out));
}
