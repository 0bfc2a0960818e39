//! The runtime that an app is of, where its files called for one whose recipe says that it is another's.

use crate::expression;
use crate::load::inputs::Inputs;
use crate::resolve::fact_values::scope;
use crate::resolve::release::Release;

/// Its name: that of the first start rule that fits the app, where the rule names one.
pub(crate) fn of(inputs: &Inputs, release: &Release) -> Option<String> {
    let recipe = &inputs.runtime.as_ref()?.description.value;
    let scope = scope(recipe, &release.facts, &release.params);
    // What is wrong with an expression is said where the app is resolved.
    let fits = |when: &Option<String>| {
        when.as_deref().is_none_or(|when| expression::is_true(when, &scope) == Ok(true))
    };
    let rule = recipe.start.iter().find(|rule| fits(&rule.when))?;
    rule.runtime.as_ref().map(|name| name.0.clone())
}
