//! NetworkPolicies: peers, ports and blocks of addresses.

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::network::{block, is_inside, parse_block};
use crate::schema::rules::{probes, selector};
use crate::schema::violation::Violation;

/// A NetworkPolicy.
pub(crate) fn network(root: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(spec) = root.get("spec") else { return };
    if let Some(pods) = spec.get("podSelector") {
        selector::check(&pods, out);
    }
    for (direction, side) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.list(direction) {
            rule.list(side).iter().for_each(|one| peer(one, out));
            rule.list("ports").iter().for_each(|one| port(one, out));
        }
    }
    let types = spec.list("policyTypes");
    if let Some(third) = types.get(2) {
        out.push(third.says("at most two types are allowed"));
    }
    let named = |name: &str| types.iter().any(|one| one.text() == Some(name));
    if !types.is_empty() && !named("Egress") && !spec.list("egress").is_empty() {
        let hint = "add Egress to policyTypes";
        out.push(spec.says("has egress rules, but policyTypes lacks Egress").hint(hint));
    }
    if !types.is_empty() && !named("Ingress") && !spec.list("ingress").is_empty() {
        let hint = "add Ingress to policyTypes";
        out.push(spec.says("has ingress rules, but policyTypes lacks Ingress").hint(hint));
    }
}

fn peer(peer: &Cursor<'_>, out: &mut Vec<Violation>) {
    let selectors = ["podSelector", "namespaceSelector"];
    let given: Vec<Cursor<'_>> = selectors.iter().filter_map(|key| peer.get(key)).collect();
    given.iter().for_each(|one| selector::check(one, out));
    match peer.get("ipBlock") {
        None if given.is_empty() && peer.value.is_object() => {
            out.push(peer.says("needs one of podSelector, namespaceSelector, ipBlock"));
        }
        Some(_) if !given.is_empty() => out.push(peer.says("ipBlock cannot be combined with a selector")),
        Some(addresses) => ip_block(&addresses, out),
        None => {}
    }
}

fn ip_block(addresses: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(cidr) = addresses.get("cidr") else { return };
    block(&cidr, out);
    let outer = cidr.text().and_then(parse_block);
    for except in addresses.list("except") {
        block(&except, out);
        let inner = except.text().and_then(parse_block);
        if inner.zip(outer).is_some_and(|(inner, outer)| !is_inside(inner, outer)) {
            out.push(except.says("is not within cidr"));
        }
    }
}

fn port(port: &Cursor<'_>, out: &mut Vec<Violation>) {
    if let Some(number) = port.get("port") {
        probes::check_port(&number, out);
    }
    let Some(end) = port.get("endPort") else { return };
    match port.number_of("port") {
        None => out.push(end.says("needs a numeric port").at_key()),
        Some(first) if end.value.as_i64().is_some_and(|last| last < first) => {
            out.push(end.says("must be at least port"));
        }
        Some(_) => port.range("endPort", 1, 65535, out),
    }
}
