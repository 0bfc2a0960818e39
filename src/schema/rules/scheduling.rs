//! Where a pod may run: affinities, tolerations, spreading.

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::selector;
use crate::schema::rules::syntax::Syntax;
use crate::schema::violation::Violation;

const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// What a pod says of its place.
pub(crate) fn check(spec: &Cursor<'_>, out: &mut Vec<Violation>) {
    for spread in spec.list("topologySpreadConstraints") {
        spread.range("maxSkew", 1, i64::MAX, out);
        pods(&spread, out);
    }
    spec.list("tolerations").iter().for_each(|one| toleration(one, out));
    for kind in ["podAffinity", "podAntiAffinity"] {
        let Some(affinity) = spec.find(&["affinity", kind]) else { continue };
        for preferred in affinity.list(PREFERRED) {
            preferred.range("weight", 1, 100, out);
            if let Some(term) = preferred.get("podAffinityTerm") {
                pods(&term, out);
            }
        }
        affinity.list(REQUIRED).iter().for_each(|term| pods(term, out));
    }
    let Some(affinity) = spec.find(&["affinity", "nodeAffinity"]) else { return };
    for preferred in affinity.list(PREFERRED) {
        preferred.range("weight", 1, 100, out);
        if let Some(term) = preferred.get("preference") {
            nodes(&term, out);
        }
    }
    if let Some(required) = affinity.get(REQUIRED) {
        let terms = required.list("nodeSelectorTerms");
        if terms.is_empty() {
            out.push(required.says("needs a term under nodeSelectorTerms"));
        }
        terms.iter().for_each(|term| nodes(term, out));
    }
}

/// A term that is about other pods.
fn pods(term: &Cursor<'_>, out: &mut Vec<Violation>) {
    Syntax::Qualified.check_key(term, "topologyKey", out);
    for key in ["labelSelector", "namespaceSelector"] {
        if let Some(other) = term.get(key) {
            selector::check(&other, out);
        }
    }
}

/// A term that is about nodes.
fn nodes(term: &Cursor<'_>, out: &mut Vec<Violation>) {
    for expression in term.list("matchExpressions") {
        Syntax::Qualified.check_key(&expression, "key", out);
        let values = expression.list("values");
        let problem = match expression.text_of("operator") {
            Some("In" | "NotIn") if values.is_empty() => "needs values",
            Some("Exists" | "DoesNotExist") if !values.is_empty() => "takes no values",
            Some("Gt" | "Lt") if values.len() != 1 => "takes exactly one value",
            _ => "",
        };
        if !problem.is_empty() {
            out.push(expression.says(problem));
        }
        values.iter().for_each(|value| Syntax::LabelValue.check(value, out));
    }
}

fn toleration(toleration: &Cursor<'_>, out: &mut Vec<Violation>) {
    let exists = toleration.text_of("operator") == Some("Exists");
    Syntax::Qualified.check_optional(toleration, "key", out);
    if toleration.text_of("key").is_none_or(str::is_empty) && !exists {
        out.push(toleration.says("a toleration without a key needs operator Exists"));
    }
    match toleration.get("value") {
        Some(value) if exists && value.text() != Some("") => {
            out.push(value.says("operator Exists takes no value"))
        }
        Some(value) => Syntax::LabelValue.check(&value, out),
        None => {}
    }
    if toleration.has("tolerationSeconds") && toleration.text_of("effect") != Some("NoExecute") {
        out.push(toleration.says("tolerationSeconds needs effect NoExecute"));
    }
}
