//! Label selectors: whether they are well formed, and whether they select some labels.

use serde_json::Value;

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::names;
use crate::schema::rules::syntax::Syntax;
use crate::schema::violation::Violation;

/// A selector of matchLabels and matchExpressions.
pub(crate) fn check(selector: &Cursor<'_>, out: &mut Vec<Violation>) {
    if let Some(labels) = selector.get("matchLabels") {
        names::labels(&labels, out);
    }
    for expression in selector.list("matchExpressions") {
        Syntax::Qualified.check_key(&expression, "key", out);
        let values = expression.list("values");
        values.iter().for_each(|value| Syntax::LabelValue.check(value, out));
        let at = expression.get("operator").unwrap_or_else(|| expression.clone());
        match expression.text_of("operator") {
            Some("In" | "NotIn") if values.is_empty() => out.push(at.says("needs values")),
            Some("Exists" | "DoesNotExist") if !values.is_empty() => out.push(at.says("takes no values")),
            _ => {}
        }
    }
}

/// Whether a selector says nothing.
pub(crate) fn is_empty(selector: &Cursor<'_>) -> bool {
    let labels = selector.get("matchLabels").is_some_and(|labels| labels.entries().next().is_some());
    !labels && selector.list("matchExpressions").is_empty()
}

/// The first part of the selector that `labels` does not have.
pub(crate) fn unmatched<'a>(selector: &Cursor<'a>, labels: Option<&Value>) -> Option<Cursor<'a>> {
    let have = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
    if let Some(wanted) = selector.get("matchLabels")
        && let Some((_, at)) =
            wanted.entries().find(|(key, at)| at.text().is_some() && have(key) != at.text())
    {
        return Some(at);
    }
    selector.list("matchExpressions").into_iter().find(|expression| {
        let Some(key) = expression.text_of("key") else { return false };
        let listed = || expression.list("values").iter().any(|value| value.text() == have(key));
        match expression.text_of("operator") {
            Some("In") => have(key).is_none() || !listed(),
            Some("NotIn") => have(key).is_some() && listed(),
            Some("Exists") => have(key).is_none(),
            Some("DoesNotExist") => have(key).is_some(),
            _ => false,
        }
    })
}
