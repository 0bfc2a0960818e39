//! The *restricted* Pod Security Standard, which the namespaces of apps enforce: the API server refuses any
//! pod that breaks it, long after the object that describes the pod was taken.

use crate::schema::node::Version;
use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::pods::{CONTAINERS, Template};
use crate::schema::violation::Violation;

/// Sources of volumes that a restricted pod may have.
const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];
/// Types that baseline takes for SELinux.
const SELINUX: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// Settings of the kernel that baseline takes.
const SYSCTLS: [&str; 13] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];
/// Where a container says what it is asked.
const WAYS: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

/// The pods of a template.
pub(crate) fn check(template: &Template<'_>, version: Version, out: &mut Vec<Violation>) {
    let Some(spec) = template.spec().filter(|spec| spec.value.is_object()) else { return };
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
        if let Some(at) = spec.get(key).filter(|at| at.value.as_bool() == Some(true)) {
            out.push(refused(&at, "must not be true"));
        }
    }
    for volume in spec.list("volumes") {
        for (key, source) in volume.entries() {
            if key != "name" && !source.value.is_null() && !VOLUMES.contains(&key) {
                out.push(refused(&source, &format!("a volume must not be a {key}")).at_key());
            }
        }
    }
    let pod = spec.get("securityContext");
    if let Some(pod) = &pod {
        common(pod, out);
        for name in pod.list("sysctls").iter().filter_map(|one| one.get("name")) {
            if name.text().is_some_and(|text| !SYSCTLS.contains(&text)) {
                out.push(refused(&name, "is not a safe sysctl"));
            }
        }
    }
    for list in CONTAINERS {
        for one in spec.list(list).iter().filter(|one| one.value.is_object()) {
            container(one, pod.as_ref(), out);
            if version >= (1, 34) {
                hosts(one, out);
            }
        }
    }
}

fn refused(at: &Cursor<'_>, message: &str) -> Violation {
    at.says(message).hint("the namespace enforces the restricted Pod Security Standard")
}

/// From 1.34 on, a probe may ask no other host than the pod.
fn hosts(container: &Cursor<'_>, out: &mut Vec<Violation>) {
    for way in WAYS {
        for handler in ["httpGet", "tcpSocket"] {
            let host = container.find(way).and_then(|at| at.find(&[handler, "host"]));
            if let Some(at) = host.filter(|at| at.text().is_some_and(|text| !text.is_empty())) {
                out.push(refused(&at, "must not be set").at_key());
            }
        }
    }
}

/// What a pod and a container both may say.
fn common(security: &Cursor<'_>, out: &mut Vec<Violation>) {
    if let Some(at) = security.get("runAsUser").filter(|at| at.value.as_i64() == Some(0)) {
        out.push(refused(&at, "must not be 0 (root)"));
    }
    if let Some(at) = security.get("runAsNonRoot").filter(|at| at.value.as_bool() == Some(false)) {
        out.push(refused(&at, "must be true"));
    }
    if let Some(at) = security.find(&["seccompProfile", "type"])
        && at.text() == Some("Unconfined")
    {
        out.push(refused(&at, "must be RuntimeDefault or Localhost"));
    }
    if let Some(at) = security.find(&["appArmorProfile", "type"])
        && at.text() == Some("Unconfined")
    {
        out.push(refused(&at, "must be RuntimeDefault or Localhost"));
    }
    if let Some(at) = security.find(&["seLinuxOptions", "type"])
        && at.text().is_some_and(|text| !SELINUX.contains(&text))
    {
        out.push(refused(&at, "must be a container's SELinux type"));
    }
    if let Some(at) = security.find(&["windowsOptions", "hostProcess"])
        && at.value.as_bool() == Some(true)
    {
        out.push(refused(&at, "must not be true"));
    }
}

fn container(container: &Cursor<'_>, pod: Option<&Cursor<'_>>, out: &mut Vec<Violation>) {
    for port in container.list("ports").iter().filter_map(|port| port.get("hostPort")) {
        if port.value.as_i64().is_some_and(|number| number != 0) {
            out.push(refused(&port, "must not be set").at_key());
        }
    }
    let security = container.get("securityContext");
    if let Some(security) = &security {
        common(security, out);
        if let Some(at) = security.get("privileged").filter(|at| at.value.as_bool() == Some(true)) {
            out.push(refused(&at, "must not be true"));
        }
        if let Some(at) = security.get("procMount").filter(|at| at.text() != Some("Default")) {
            out.push(refused(&at, "must be Default"));
        }
    }
    let place = security.as_ref().unwrap_or(container);
    // What the pod says holds for containers that say nothing.
    let says = |keys: &[&str]| {
        let own = security.as_ref().and_then(|at| at.find(keys));
        own.or_else(|| pod.and_then(|at| at.find(keys)))
    };
    if says(&["runAsNonRoot"]).is_none() {
        out.push(refused(place, "runAsNonRoot must be true, here or for the pod"));
    }
    if says(&["seccompProfile", "type"]).is_none() {
        out.push(refused(
            place,
            "seccompProfile.type must be RuntimeDefault or Localhost, here or for the pod",
        ));
    }
    let escalation = security.as_ref().and_then(|at| at.get("allowPrivilegeEscalation"));
    match escalation {
        Some(at) if at.value.as_bool() == Some(true) => out.push(refused(&at, "must be false")),
        Some(_) => {}
        None => out.push(refused(place, "allowPrivilegeEscalation must be false")),
    }
    capabilities(place, security.as_ref().and_then(|at| at.get("capabilities")), out);
}

fn capabilities(place: &Cursor<'_>, capabilities: Option<Cursor<'_>>, out: &mut Vec<Violation>) {
    let list = |key: &str| capabilities.as_ref().map(|at| at.list(key)).unwrap_or_default();
    if !list("drop").iter().any(|one| one.text() == Some("ALL")) {
        let place = capabilities.as_ref().unwrap_or(place);
        out.push(refused(place, "capabilities.drop must include ALL"));
    }
    for one in list("add").iter().filter(|one| one.text().is_some_and(|text| text != "NET_BIND_SERVICE")) {
        out.push(refused(one, "only NET_BIND_SERVICE may be added"));
    }
}
