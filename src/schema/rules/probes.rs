//! Probes and lifecycle hooks of a container.

use crate::schema::rules::cursor::{Cursor, exactly_one};
use crate::schema::rules::syntax::Syntax;
use crate::schema::violation::Violation;

/// All probes and hooks of one container, whose pod has `grace` seconds to end.
pub(crate) fn check(container: &Cursor<'_>, grace: i64, out: &mut Vec<Violation>) {
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(probe) = container.get(key).filter(|probe| probe.value.is_object()) else { continue };
        exactly_one(&probe, &["exec", "httpGet", "tcpSocket", "grpc"], out);
        handler(&probe, container, out);
        for number in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold"] {
            probe.range(number, 0, i64::from(i32::MAX), out);
        }
        probe.range("terminationGracePeriodSeconds", 1, i64::MAX, out);
        match key {
            "readinessProbe" => {
                probe.range("successThreshold", 0, i64::from(i32::MAX), out);
                if let Some(at) = probe.get("terminationGracePeriodSeconds") {
                    out.push(at.says("not allowed for a readiness probe, which stops nothing").at_key());
                }
            }
            // 0 is filled in with 1.
            _ => probe.range("successThreshold", 0, 1, out),
        }
    }
    for key in ["postStart", "preStop"] {
        if let Some(hook) = container.find(&["lifecycle", key]) {
            exactly_one(&hook, &["exec", "httpGet", "tcpSocket", "sleep"], out);
            handler(&hook, container, out);
            sleep(&hook, grace, out);
        }
    }
}

fn sleep(hook: &Cursor<'_>, grace: i64, out: &mut Vec<Violation>) {
    let Some(seconds) = hook.find(&["sleep", "seconds"]) else { return };
    if seconds.value.as_i64().is_some_and(|number| !(0..=grace).contains(&number)) {
        let message = format!("must be between 0 and {grace}, the pod's terminationGracePeriodSeconds");
        out.push(seconds.says(message));
    }
}

fn handler(at: &Cursor<'_>, container: &Cursor<'_>, out: &mut Vec<Violation>) {
    if let Some(exec) = at.get("exec")
        && exec.list("command").is_empty()
    {
        out.push(exec.says("needs a command"));
    }
    for key in ["httpGet", "tcpSocket", "grpc"] {
        if let Some(port) = at.get(key).and_then(|way| way.get("port")) {
            check_port(&port, out);
            named_port(&port, container, out);
        }
    }
    for header in at.find(&["httpGet", "httpHeaders"]).iter().flat_map(Cursor::items) {
        let token = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if let Some(name) = header.get("name")
            && name.text().is_some_and(|text| text.is_empty() || !text.chars().all(token))
        {
            out.push(name.says("is not an HTTP header name").hint("letters, digits and -"));
        }
    }
}

/// A port by number or name.
pub(crate) fn check_port(port: &Cursor<'_>, out: &mut Vec<Violation>) {
    match port.value.as_i64() {
        Some(1..=65535) => {}
        Some(_) => out.push(port.says("must be a port between 1 and 65535")),
        None => Syntax::PortName.check(port, out),
    }
}

/// A name that no port of the container has is no mistake for the API server, but then the probe never answers.
fn named_port(port: &Cursor<'_>, container: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(name) = port.text().filter(|name| Syntax::PortName.fits(name)) else { return };
    let ports = container.list("ports");
    let names = ports.iter().filter_map(|port| port.text_of("name"));
    if !names.clone().any(|other| other == name) {
        let hint = crate::schema::suggest::suggestion(name, names);
        out.push(Violation { hint, ..port.says("is not the name of a port of this container") });
    }
}
