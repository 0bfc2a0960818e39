//! Small expressions and texts of recipes, over plain values: `when:` and `command:`. Bounded by fuel.

use std::sync::OnceLock;

use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior, Value};
use serde_json::Value as Json;

/// The most steps that an expression may take.
const FUEL: u64 = 50_000;

/// Environments for conditions and for texts, made once in a process.
fn environment(undefined: UndefinedBehavior) -> &'static Environment<'static> {
    static LENIENT: OnceLock<Environment<'static>> = OnceLock::new();
    static STRICT: OnceLock<Environment<'static>> = OnceLock::new();
    match undefined {
        UndefinedBehavior::Strict => STRICT.get_or_init(|| make(undefined)),
        _ => LENIENT.get_or_init(|| make(undefined)),
    }
}

fn make(undefined: UndefinedBehavior) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(undefined);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment
}

/// Whether an expression is true; what is not there counts as false.
pub(crate) fn is_true(expression: &str, scope: &Json) -> Result<bool, String> {
    holds(expression, Value::from(Serde(scope)))
}

/// As [`is_true`], over a template's context.
pub(super) fn holds(expression: &str, scope: Value) -> Result<bool, String> {
    let environment = environment(UndefinedBehavior::Chainable);
    let compiled =
        environment.compile_expression_owned(expression.to_owned()).map_err(|error| message(&error))?;
    compiled.eval(scope).map(|value| value.is_true()).map_err(|error| message(&error))
}

/// The text of a template; what is not there is an error.
pub(crate) fn text(template: &str, scope: &Json) -> Result<String, String> {
    if !template.contains('{') {
        return Ok(template.to_owned());
    }
    environment(UndefinedBehavior::Strict)
        .render_str(template, Value::from(Serde(scope)))
        .map_err(|error| message(&error))
}

/// An error's words without the values that it saw.
pub(super) fn message(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

/// A text that Go's templates, which External Secrets runs over values, give back as it is.
pub(crate) fn go_template(text: &str) -> String {
    if !text.contains("{{") {
        return text.to_owned();
    }
    // JSON's escapes are among those of Go's string literals.
    format!("{{{{ {} }}}}", serde_json::Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_there_is_false_in_a_condition_and_an_error_in_a_text() {
        let scope = json!({"framework": "flask"});
        assert_eq!(is_true("framework == 'flask' and not server", &scope), Ok(true));
        assert_eq!(text("run {{ framework }}", &scope).as_deref(), Ok("run flask"));
        assert!(text("run {{ server }}", &scope).is_err());
    }

    #[test]
    fn what_takes_too_long_or_grows_too_large_is_an_error() {
        let scope = json!({});
        let nested = |count: u32| {
            let template = "{% for i in range(N) %}{% for j in range(N) %}x{% endfor %}{% endfor %}";
            text(&template.replace('N', &count.to_string()), &scope)
        };
        let spent = Err("engine ran out of fuel".to_owned());
        assert_eq!(nested(9999), spent);
        assert_eq!(text("{{ 'x' * 10000000000 }}", &scope), spent);
        assert_eq!(nested(20), Ok("x".repeat(400)));
    }
}
