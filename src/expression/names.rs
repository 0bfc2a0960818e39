//! A text of a recipe → the names that it reads and does not make itself, or where it is wrong.

use std::collections::BTreeSet;
use std::ops::Range;

use minijinja::{Error, UndefinedBehavior};

use super::{advice, bounds, environment, message};

/// What stands for itself in every expression and template.
const GLOBALS: [&str; 9] = ["range", "dict", "namespace", "debug", "loop", "self", "super", "caller", "none"];
/// Functions that templates of manifests have beside those.
pub(crate) const OF_MANIFESTS: [&str; 3] = ["part", "parts", "hash"];

/// Why a text is no expression or template.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// What is wrong with it.
    pub(crate) message: String,
    /// Its bytes, where they are known.
    pub(crate) at: Option<Range<usize>>,
    /// What to do about it, where the text tells.
    pub(crate) hint: Option<String>,
}

/// The names that an expression reads, each with the attributes that are plainly asked of it: `service.params.size`.
///
/// # Errors
/// Why it is none.
pub(crate) fn of_expression(text: &str) -> Result<BTreeSet<String>, Wrong> {
    bounds::expression(text).map_err(excess)?;
    let read = environment(UndefinedBehavior::Chainable).compile_expression(text);
    let expression = read.map_err(|error| {
        let wrong = wrong(text, &error);
        match advice::braces(text) {
            Some(hint) => Wrong { hint: Some(hint), at: None, ..wrong },
            None => wrong,
        }
    })?;
    Ok(own(expression.undeclared_variables(true)))
}

/// The same of a template.
///
/// # Errors
/// Why it is none.
pub(crate) fn of_template(text: &str) -> Result<BTreeSet<String>, Wrong> {
    if !text.contains('{') {
        return Ok(BTreeSet::new());
    }
    bounds::template(text).map_err(excess)?;
    let read = environment(UndefinedBehavior::Strict).template_from_str(text);
    let template = read.map_err(|error| {
        let wrong = wrong(text, &error);
        // What is never closed is found out at the end, where nobody looks for it.
        let is_at_end = wrong.at.as_ref().is_none_or(|at| at.end >= text.trim_end().len());
        match advice::unclosed(text).filter(|_| is_at_end) {
            Some((at, word)) => Wrong {
                message: format!("`{{% {word} %}}` is never closed"),
                at: Some(at),
                hint: Some(format!("close it with `{{% end{word} %}}`")),
            },
            None => wrong,
        }
    })?;
    let mut names = own(template.undeclared_variables(true));
    // What one branch sets is there behind it, which is not counted as declared.
    names.retain(|name| !sets(text, name.split('.').next().unwrap_or(name)));
    Ok(names)
}

/// Whether a template sets this name anywhere.
fn sets(text: &str, name: &str) -> bool {
    let tags = text.split("{%").skip(1).map(|tag| tag.trim_start_matches(['-', '+']).trim_start());
    let set = tags.filter_map(|tag| tag.strip_prefix("set "));
    { set }.any(|rest| {
        rest.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(['=', '%']))
    })
}

fn own(names: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    names.into_iter().filter(|name| !GLOBALS.contains(&name.as_str())).collect()
}

fn excess(excess: bounds::Excess) -> Wrong {
    Wrong { message: excess.message, at: Some(excess.at), hint: None }
}

fn wrong(text: &str, error: &Error) -> Wrong {
    let at = error.range();
    let hint = at.as_ref().and_then(|at| advice::of_sign(text, at.start));
    Wrong { message: message(error), at, hint }
}

/// Where a text reads a name, not counting what stands in quotes or outside of tags.
pub(crate) fn find(text: &str, name: &str, is_template: bool) -> Option<Range<usize>> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut quote = None;
    let mut inside = !is_template;
    let mut before = ' ';
    let mut at = 0;
    for (index, c) in text.char_indices() {
        if index >= at {
            let rest = &text[index..];
            match (inside, quote) {
                (false, _) => inside = rest.starts_with("{{") || rest.starts_with("{%"),
                (true, Some(mark)) => quote = Some(mark).filter(|mark| *mark != c),
                (true, None) if matches!(c, '"' | '\'') => quote = Some(c),
                (true, None) if is_template && (rest.starts_with("}}") || rest.starts_with("%}")) => {
                    inside = false;
                    at = index + 2;
                }
                (true, None) => {
                    let ends = rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(word));
                    if ends && !word(before) && before != '.' {
                        return Some(index..index + name.len());
                    }
                }
            }
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_a_text_reads_are_those_it_does_not_make() {
        let names = of_expression("manager == 'uv' and service.params.size > 2 and not has").unwrap();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["has", "manager", "service.params.size"]);
        let text = "{% for one in list %}{{ one ~ range(x) }}{% endfor %}{% set y = 1 %}{{ y }}";
        assert_eq!(of_template(text).unwrap().into_iter().collect::<Vec<_>>(), ["list", "x"]);
        assert!(of_expression("a ==").unwrap_err().message.contains("syntax error"));
    }

    #[test]
    fn a_name_is_found_where_it_is_read() {
        assert_eq!(find("'app' in a.app and app", "app", false), Some(19..22));
        assert_eq!(find("app {{ 'app' }} {{ app }}", "app", true), Some(19..22));
        assert_eq!(find("happy", "app", false), None);
    }
}
