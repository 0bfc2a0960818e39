//! PersistentVolumeClaims: objects, and the templates of them in a StatefulSet.

use crate::quantity::Quantity;
use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::selector;
use crate::schema::rules::syntax::Syntax;
use crate::schema::violation::Violation;

/// A claim.
pub(crate) fn check(claim: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(spec) = claim.get("spec") else { return out.push(claim.says("missing key \"spec\"")) };
    let modes = spec.list("accessModes");
    if modes.is_empty() {
        out.push(spec.says("needs an access mode").hint("accessModes: [ReadWriteOnce]"));
    }
    if modes.len() > 1 && modes.iter().any(|mode| mode.text() == Some("ReadWriteOncePod")) {
        out.push(spec.says("ReadWriteOncePod cannot be combined with other access modes"));
    }
    match spec.find(&["resources", "requests", "storage"]) {
        None => out.push(spec.says("requests no storage").hint("resources: {requests: {storage: 1Gi}}")),
        Some(storage) if Quantity::of(storage.value).is_some_and(|size| size <= Quantity::ZERO) => {
            out.push(storage.says("must be more than 0"));
        }
        _ => {}
    }
    Syntax::Subdomain.check_optional(&spec, "storageClassName", out);
    if let Some(wanted) = spec.get("selector") {
        selector::check(&wanted, out);
    }
}
