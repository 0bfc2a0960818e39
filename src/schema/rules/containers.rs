//! One container: its image, ports, mounts, resources, and what it is asked while it runs.

use std::collections::BTreeSet;

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::syntax::Syntax;
use crate::schema::rules::volumes::Volumes;
use crate::schema::rules::{env, probes, resources};
use crate::schema::violation::Violation;

/// A container of the pod's list `list`; the pod has `grace` seconds to end.
pub(crate) fn check(
    container: &Cursor<'_>,
    list: &str,
    grace: i64,
    volumes: &Volumes<'_>,
    out: &mut Vec<Violation>,
) {
    image(container, out);
    ports(container, out);
    env::check(container, out);
    mounts(container, volumes, out);
    resources::check(container, out);
    if let Some(security) = container.get("securityContext") {
        crate::schema::rules::ids::ids(&security, out);
        privilege(&security, out);
    }
    let is_sidecar = container.text_of("restartPolicy") == Some("Always");
    if list == "initContainers" && !is_sidecar {
        for key in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"] {
            if let Some(at) = container.get(key) {
                let hint = "an init container with restartPolicy Always may have it";
                out.push(
                    at.says("not allowed for an init container, which ends on its own").at_key().hint(hint),
                );
            }
        }
    }
    probes::check(container, grace, out);
}

fn image(container: &Cursor<'_>, out: &mut Vec<Violation>) {
    match container.get("image") {
        None => out.push(container.says("missing key \"image\"")),
        Some(image) => match image.text() {
            Some("") => out.push(image.says("is empty")),
            Some(text) if text.trim() != text => out.push(image.says("begins or ends with white space")),
            _ => {}
        },
    }
}

fn ports(container: &Cursor<'_>, out: &mut Vec<Violation>) {
    let mut names = BTreeSet::new();
    for port in container.list("ports") {
        port.range("containerPort", 1, 65535, out);
        port.range("hostPort", 0, 65535, out);
        let Some(name) = port.get("name") else { continue };
        Syntax::PortName.check_optional(&port, "name", out);
        if name.text().is_some_and(|text| !names.insert(text)) {
            out.push(name.says("is the name of another port of the container"));
        }
    }
}

fn mounts(container: &Cursor<'_>, volumes: &Volumes<'_>, out: &mut Vec<Violation>) {
    for (list, path_key) in [("volumeMounts", "mountPath"), ("volumeDevices", "devicePath")] {
        for mount in container.list(list) {
            if let Some(name) = mount.get("name")
                && name.text().is_some_and(|text| !volumes.contains(text))
            {
                let known = volumes.names.iter().copied();
                let hint = crate::schema::suggest::suggestion(name.text().unwrap_or_default(), known);
                let hint = hint.or_else(|| Some("the pod has no volumes".to_owned()));
                out.push(Violation { hint, ..name.says("is not a volume of the pod") });
            }
            if let Some(path) = mount.get(path_key)
                && path.text() == Some("")
            {
                out.push(path.says("is empty"));
            }
            if let Some(path) = mount.get("mountPath")
                && path.text().is_some_and(|text| text.contains(':'))
            {
                out.push(path.says("must not contain a colon"));
            }
            for key in ["subPath", "subPathExpr"] {
                if let Some(path) = mount.get(key) {
                    crate::schema::rules::volumes::inner_path(&path, out);
                }
            }
            if mount.has("subPath") && mount.has("subPathExpr") {
                out.push(mount.says("only one of subPath and subPathExpr may be set"));
            }
        }
    }
}

fn privilege(security: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(escalation) = security.get("allowPrivilegeEscalation") else { return };
    if escalation.value.as_bool() != Some(false) {
        return;
    }
    let adds_admin = security.find(&["capabilities", "add"]).is_some_and(|add| {
        add.items().iter().any(|one| matches!(one.text(), Some("SYS_ADMIN" | "CAP_SYS_ADMIN")))
    });
    if security.bool_of("privileged") == Some(true) || adds_admin {
        out.push(escalation.says("cannot be false for a container that is privileged or adds SYS_ADMIN"));
    }
}
