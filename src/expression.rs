//! Small expressions and texts of recipes, over plain values: `when:` and `command:`. Bounded in length, depth and fuel.

mod advice;
pub(crate) mod bounds;
pub(crate) mod calls;
pub(crate) mod names;
pub(crate) mod weighed;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Expression, UndefinedBehavior, Value};
use serde_json::Value as Json;

use self::bounds::Excess;
use self::weighed::Weighed;

/// The most steps that an expression may take, of which each also pays for 64 bytes.
const FUEL: u64 = 50_000;
/// The same for one that is asked of each file of an app.
const FUEL_OF_FILE: u64 = 2_000;
/// The most calls of macros and parts within each other.
const DEPTH: usize = 50;

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
    bounded(undefined, FUEL)
}

/// An environment in which nothing takes more than `fuel` steps. What is read there has to be [`checked`] first.
pub(super) fn bounded(undefined: UndefinedBehavior, fuel: u64) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(undefined);
    environment.set_fuel(Some(fuel));
    environment.set_recursion_limit(DEPTH);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    weighed::add(&mut environment);
    environment
}

/// A template of which nothing is too much, with what weighs its lists.
///
/// # Errors
/// What is too much in it.
pub(super) fn checked(template: &str) -> Result<Weighed, Excess> {
    Weighed::of(template, &bounds::template(template)?)
}

/// Whether an expression is true; what is not there counts as false.
pub(crate) fn is_true(expression: &str, scope: &Json) -> Result<bool, String> {
    holds(expression, Value::from(Serde(scope)))
}

/// As [`is_true`], over a template's context.
pub(super) fn holds(expression: &str, scope: Value) -> Result<bool, String> {
    Condition::read(expression)?.holds(scope)
}

/// An expression that is asked of many things.
pub(crate) struct Condition(Expression<'static, 'static>);

impl Condition {
    /// Reads it, once in a process: a thousand apps are asked the same by few recipes.
    ///
    /// # Errors
    /// Why it is no expression.
    fn read(expression: &str) -> Result<Arc<Self>, String> {
        static READ: Mutex<BTreeMap<String, Arc<Condition>>> = Mutex::new(BTreeMap::new());
        let mut known = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = known.get(expression) {
            return Ok(Arc::clone(read));
        }
        let read = Arc::new(Self::within(expression, environment(UndefinedBehavior::Chainable))?);
        known.insert(expression.to_owned(), Arc::clone(&read));
        Ok(read)
    }

    /// Reads one that is asked of many files.
    ///
    /// # Errors
    /// Why it is no expression.
    pub(crate) fn of_file(expression: &str) -> Result<Self, String> {
        static OF_FILE: OnceLock<Environment<'static>> = OnceLock::new();
        let make = || bounded(UndefinedBehavior::Chainable, FUEL_OF_FILE);
        Self::within(expression, OF_FILE.get_or_init(make))
    }

    fn within(expression: &str, environment: &'static Environment<'static>) -> Result<Self, String> {
        let weighed = bounds::expression(expression).and_then(|()| Weighed::expression(expression));
        let weighed = weighed.map_err(|excess| excess.message)?;
        environment.compile_expression_owned(weighed.text).map(Self).map_err(|error| message(&error))
    }

    /// Whether it is true of this; what is not there counts as false.
    ///
    /// # Errors
    /// Why it cannot be said.
    pub(crate) fn is_true(&self, scope: &Json) -> Result<bool, String> {
        self.holds(Value::from(Serde(scope)))
    }

    fn holds(&self, scope: Value) -> Result<bool, String> {
        self.0.eval(scope).map(|value| value.is_true()).map_err(|error| message(&error))
    }
}

/// The text of a template; what is not there is an error.
pub(crate) fn text(template: &str, scope: &Json) -> Result<String, String> {
    text_in(environment(UndefinedBehavior::Strict), template, scope)
}

/// An environment for texts that have filters of their own.
pub(crate) fn for_texts() -> Environment<'static> {
    make(UndefinedBehavior::Strict)
}

/// The same as [`text`], with the filters of this environment.
pub(crate) fn text_in(
    environment: &Environment<'static>,
    template: &str,
    scope: &Json,
) -> Result<String, String> {
    if !template.contains('{') {
        return Ok(template.to_owned());
    }
    let weighed = checked(template).map_err(|excess| excess.message)?;
    environment.render_str(&weighed.text, Value::from(Serde(scope))).map_err(|error| message(&error))
}

/// An error's words without the values that it saw.
pub(super) fn message(error: &Error) -> String {
    if error.kind() == ErrorKind::OutOfFuel {
        return "takes more steps or makes more text than a recipe may".to_owned();
    }
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
        let spent = Err("takes more steps or makes more text than a recipe may".to_owned());
        assert_eq!(nested(9999), spent);
        assert_eq!(text("{{ range(99999)|join(range(9999)|join) }}", &scope), spent);
        let factor = text("{{ 'x' * 10000000000 }}", &scope).unwrap_err();
        assert!(factor.contains("is for numbers"), "{factor}");
        let deep = "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}";
        assert!(text(deep, &scope).unwrap_err().contains("recursion limit"));
        assert!(is_true(&format!("a{}", " + a".repeat(100_000)), &scope).unwrap_err().contains("2000 bytes"));
        assert_eq!(nested(20), Ok("x".repeat(400)));
    }
}
