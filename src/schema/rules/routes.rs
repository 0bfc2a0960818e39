//! Ways from outside to a Service: Ingresses and HTTPRoutes.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::schema::rules::cursor::{Cursor, exactly_one};
use crate::schema::rules::syntax::Syntax;
use crate::schema::rules::target::ClusterTarget;
use crate::schema::violation::Violation;

/// Filters that a rule may have several of.
const REPEATABLE: [&str; 2] = ["ExtensionRef", "RequestMirror"];

/// An Ingress.
pub(crate) fn ingress(root: &Cursor<'_>, cluster: ClusterTarget, out: &mut Vec<Violation>) {
    let Some(spec) = root.get("spec") else { return };
    if spec.list("rules").is_empty() && !spec.has("defaultBackend") {
        out.push(spec.says("needs rules or a defaultBackend"));
    }
    Syntax::Subdomain.check_key(&spec, "ingressClassName", out);
    if let Some(target) = spec.get("defaultBackend") {
        backend(&target, cluster, out);
    }
    for tls in spec.list("tls") {
        tls.list("hosts").iter().for_each(|one| host(one, out));
        Syntax::Subdomain.check_optional(&tls, "secretName", out);
    }
    for rule in spec.list("rules") {
        if let Some(name) = rule.get("host") {
            host(&name, out);
        }
        let Some(http) = rule.get("http") else { continue };
        if http.has("paths") && http.list("paths").is_empty() {
            out.push(http.says("needs a path"));
        }
        for entry in http.list("paths") {
            path(&entry, out);
            if let Some(target) = entry.get("backend") {
                backend(&target, cluster, out);
            }
        }
    }
}

fn host(at: &Cursor<'_>, out: &mut Vec<Violation>) {
    match at.text() {
        Some("") | None => {}
        Some(text) if text.parse::<IpAddr>().is_ok() => {
            out.push(at.says("must be a host name, not an IP address"));
        }
        Some(_) => Syntax::WildcardSubdomain.check(at, out),
    }
}

fn path(entry: &Cursor<'_>, out: &mut Vec<Violation>) {
    let kind = entry.text_of("pathType");
    let text = entry.text_of("path");
    if !matches!(kind, Some("Exact" | "Prefix")) && text.is_none_or(str::is_empty) {
        return;
    }
    match entry.get("path") {
        None => out.push(entry.says("missing key \"path\"")),
        Some(at) => path_text(&at, matches!(kind, Some("Exact" | "Prefix")), out),
    }
}

fn path_text(at: &Cursor<'_>, strict: bool, out: &mut Vec<Violation>) {
    let Some(text) = at.text() else { return };
    let lower = text.to_ascii_lowercase();
    if !text.starts_with('/') {
        out.push(at.says("must begin with /"));
    } else if strict
        && (["//", "/./", "/../"].iter().any(|part| text.contains(part))
            || ["%2f", "%5c"].iter().any(|part| lower.contains(part))
            || text.ends_with("/..")
            || text.ends_with("/."))
    {
        out.push(at.says("must not contain //, /./, /../, %2f or %5c"));
    }
}

fn backend(at: &Cursor<'_>, cluster: ClusterTarget, out: &mut Vec<Violation>) {
    exactly_one(at, &["service", "resource"], out);
    let Some(service) = at.get("service") else { return };
    cluster.service_name().check_key(&service, "name", out);
    match service.get("port") {
        None => out.push(service.says("missing key \"port\"")),
        Some(port) => {
            exactly_one(&port, &["name", "number"], out);
            port.range("number", 1, 65535, out);
            Syntax::PortName.check_key(&port, "name", out);
        }
    }
}

/// An HTTPRoute, beyond what its own schema holds.
pub(crate) fn http_route(root: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(spec) = root.get("spec") else { return };
    for hostname in spec.list("hostnames") {
        if hostname.text().is_some_and(|text| text.parse::<IpAddr>().is_ok()) {
            out.push(hostname.says("must be a host name, not an IP address"));
        }
    }
    let mut seen = BTreeSet::new();
    for parent in spec.list("parentRefs") {
        Syntax::Subdomain.check_key(&parent, "name", out);
        let key = |key: &str, default: &'static str| parent.text_of(key).unwrap_or(default).to_owned();
        let whole = [
            key("group", "gateway.networking.k8s.io"),
            key("kind", "Gateway"),
            key("namespace", ""),
            key("name", ""),
        ];
        let section = key("sectionName", "");
        let other = |(known, of): &(_, String)| *known == whole && (of.is_empty() || section.is_empty());
        if seen.iter().any(other) || !seen.insert((whole.clone(), section.clone())) {
            let message = "refers to the same parent as another item, so each needs a sectionName of its own";
            out.push(parent.says(message));
        }
    }
    for rule in spec.list("rules") {
        for backend in rule.list("backendRefs") {
            Syntax::Subdomain.check_key(&backend, "name", out);
            let is_service = matches!(backend.text_of("kind"), None | Some("Service"))
                && matches!(backend.text_of("group"), None | Some(""));
            if is_service && !backend.has("port") {
                out.push(backend.says("missing key \"port\"").hint("a Service is reached by its port"));
            }
        }
        for matched in rule.list("matches").iter().filter_map(|one| one.get("path")) {
            match_path(&matched, out);
        }
        filters(&rule, out);
    }
}

fn match_path(path: &Cursor<'_>, out: &mut Vec<Violation>) {
    let kind = path.text_of("type").unwrap_or("PathPrefix");
    if let Some(value) = path.get("value")
        && kind != "RegularExpression"
    {
        path_text(&value, true, out);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-/._~!$&'()*+,;=:@%".contains(c);
        if value.text().is_some_and(|text| !text.chars().all(plain)) {
            out.push(
                value
                    .says("contains a character that is not allowed in a path")
                    .hint("write it as %20 and the like"),
            );
        }
    }
}

fn filters(rule: &Cursor<'_>, out: &mut Vec<Violation>) {
    let keys = [
        ("RequestHeaderModifier", "requestHeaderModifier"),
        ("ResponseHeaderModifier", "responseHeaderModifier"),
        ("RequestMirror", "requestMirror"),
        ("RequestRedirect", "requestRedirect"),
        ("URLRewrite", "urlRewrite"),
        ("ExtensionRef", "extensionRef"),
    ];
    let mut seen = BTreeSet::new();
    for filter in rule.list("filters") {
        if let Some(kind) = filter.get("type")
            && matches!(kind.text(), Some(text) if !REPEATABLE.contains(&text) && !seen.insert(text))
        {
            out.push(kind.says("duplicates the type of another filter"));
        }
        for (kind, key) in keys {
            if filter.text_of("type") == Some(kind) && !filter.has(key) {
                out.push(filter.says(format!("missing key {key:?}")));
            }
            if let Some(at) = filter.get(key)
                && filter.text_of("type").is_some_and(|given| given != kind)
            {
                out.push(at.says(format!("is only allowed for type {kind}")).at_key());
            }
        }
        if filter.text_of("type") == Some("RequestRedirect") && !rule.list("backendRefs").is_empty() {
            out.push(filter.says("a redirect cannot be combined with backendRefs"));
        }
    }
}
