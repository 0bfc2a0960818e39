//! Services: their ports and what their type asks for. Addresses and blocks of them for other rules.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::syntax::Syntax;
use crate::schema::rules::{names, probes};
use crate::schema::violation::Violation;

/// A Service.
pub(crate) fn service(root: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(spec) = root.get("spec") else { return };
    let kind = spec.text_of("type").unwrap_or("ClusterIP");
    let headless = spec.text_of("clusterIP") == Some("None");
    ports(&spec, kind == "ExternalName" || headless, out);
    if let Some(selector) = spec.get("selector") {
        names::labels(&selector, out);
    }
    match kind {
        "ExternalName" => match spec.get("externalName") {
            None => out.push(spec.says("missing key \"externalName\"")),
            Some(name) => {
                let text = name.text().unwrap_or_default();
                out.extend(Syntax::Subdomain.violation(&name, text.strip_suffix('.').unwrap_or(text)));
            }
        },
        "NodePort" | "LoadBalancer" if headless => {
            out.push(spec.says(format!("type {kind} cannot have clusterIP None")));
        }
        _ => {}
    }
    if let Some(ip) = spec.get("clusterIP")
        && ip.text().is_some_and(|text| !matches!(text, "" | "None") && text.parse::<IpAddr>().is_err())
    {
        out.push(ip.says("must be None or an IP address"));
    }
    for range in spec.list("loadBalancerSourceRanges") {
        block(&range, out);
    }
    for ip in spec.list("externalIPs") {
        if ip.text().is_some_and(|text| text.parse::<IpAddr>().is_err()) {
            out.push(ip.says("is not an IP address"));
        }
    }
    if kind == "ClusterIP" {
        for port in spec.list("ports").iter().filter_map(|port| port.get("nodePort")) {
            if port.value.as_i64().is_some_and(|number| number != 0) {
                out.push(port.says("is only allowed for type NodePort or LoadBalancer").at_key());
            }
        }
    }
}

fn ports(spec: &Cursor<'_>, may_be_none: bool, out: &mut Vec<Violation>) {
    let ports = spec.list("ports");
    if ports.is_empty() && !may_be_none && spec.get("ports").is_none_or(|at| at.value.is_array()) {
        out.push(spec.says("needs a port"));
    }
    let mut seen = BTreeSet::new();
    for port in &ports {
        port.range("port", 1, 65535, out);
        port.range("nodePort", 0, 65535, out);
        // 0 and no text are filled in with the port.
        if let Some(target) = port.get("targetPort")
            && target.value.as_i64() != Some(0)
            && target.text() != Some("")
        {
            probes::check_port(&target, out);
        }
        Syntax::Qualified.check_optional(port, "appProtocol", out);
        match port.get("name").filter(|name| name.text() != Some("")) {
            // Names of a Service's ports are labels, longer than those of a container's.
            Some(name) => {
                Syntax::Label.check_optional(port, "name", out);
                if name.text().is_some_and(|text| !seen.insert(text)) {
                    out.push(name.says("is the name of another port of the Service"));
                }
            }
            None if ports.len() > 1 => {
                out.push(port.says("missing key \"name\"").hint("with several ports each has one"));
            }
            None => {}
        }
    }
}

/// An address and the length of its prefix.
pub(crate) fn parse_block(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let plain = !length.is_empty() && length.bytes().all(|c| c.is_ascii_digit());
    let length = length.parse().ok().filter(|length| plain && *length <= most)?;
    Some((address, length))
}

/// Whether the block `inner` is a smaller part of `outer`.
pub(crate) fn is_inside(inner: (IpAddr, u32), outer: (IpAddr, u32)) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
        IpAddr::V6(v6) => v6.to_bits(),
    };
    let mask = u128::MAX.checked_shl(128 - outer.1).unwrap_or(0);
    let mask =
        if inner.0.is_ipv4() { u128::MAX.checked_shl(128 - outer.1.min(32)).unwrap_or(0) } else { mask };
    inner.0.is_ipv4() == outer.0.is_ipv4()
        && inner.1 > outer.1
        && bits(inner.0) & mask == bits(outer.0) & mask
}

/// Says so where the text at `at` is not a CIDR block.
pub(crate) fn block(at: &Cursor<'_>, out: &mut Vec<Violation>) {
    if at.text().is_some_and(|text| parse_block(text.trim()).is_none()) {
        out.push(at.says("is not a CIDR block").hint("such as 10.0.0.0/8 or 2001:db8::/64"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lie_in_each_other() {
        let inside = |a, b| is_inside(parse_block(a).unwrap(), parse_block(b).unwrap());
        assert!(inside("10.1.0.0/16", "10.0.0.0/8"));
        assert!(inside("10.1.0.0/16", "0.0.0.0/0"));
        assert!(inside("2001:db8:1::/48", "2001:db8::/32"));
        assert!(!inside("11.0.0.0/16", "10.0.0.0/8"));
        assert!(!inside("10.0.0.0/8", "10.0.0.0/8"));
        assert!(!inside("::/1", "0.0.0.0/0"));
    }

    #[test]
    fn what_is_no_block() {
        for bad in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "::/129", "a/8", "10.0.0.0/+8"] {
            assert_eq!(parse_block(bad), None, "{bad}");
        }
    }
}
