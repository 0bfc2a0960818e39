//! An app's runtime, by its recipe: what its files say, the version, the start command.

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expression;
use crate::load::inputs::Inputs;
use crate::load::recipe::RecipeFile;
use crate::load::release_file::ReleaseFile;
use crate::resolve::decisions::Notes;
use crate::resolve::fact_values::{Facts, values};
use crate::resolve::{checks, facts, runtime_version};
use crate::yaml::document::Document;

/// Which runtime, which version, and what was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runtime {
    /// The runtime's name.
    pub name: String,
    /// Its version; empty where a runtime has none.
    pub version: String,
    /// What was found in the app's files, `version` among it.
    pub facts: Facts,
}

pub(super) fn resolve(inputs: &Inputs, previous: Option<&ReleaseFile>, notes: &mut Notes) -> Runtime {
    let written = &inputs.app.value.runtime.0;
    let (name, asked) = match written.split_once(':') {
        Some((name, asked)) => (name, Some(asked)),
        None => (written.as_str(), None),
    };
    notes.decided("runtime", name, inputs.app.at(&["runtime"]));
    let Some(recipe) = &inputs.runtime else {
        return Runtime { name: name.to_owned(), ..Runtime::default() };
    };
    let known = match &inputs.recorded {
        Some(recorded) => facts::recorded(recorded, notes),
        None => facts::find(recipe, inputs, notes),
    };
    let chosen = runtime_version::choose(inputs, recipe, asked, &known, previous, notes);
    if inputs.recorded.is_none() {
        checks::apply(inputs, recipe, &known, notes);
    }
    let mut facts = known.facts;
    facts.insert(facts::VERSION.to_owned(), chosen.clone());
    Runtime { name: name.to_owned(), version: chosen, facts }
}

/// The start command that the recipe knows for an app with these facts.
pub(super) fn start(inputs: &Inputs, facts: &Facts, notes: &mut Notes) -> Option<(String, String)> {
    let recipe = inputs.runtime.as_ref()?;
    if inputs.dockerfile.is_some() {
        // Whoever wrote it has said there how the app is started.
        return None;
    }
    match start_rule(&recipe.description, facts) {
        Err(problem) => {
            notes.problems.push(*problem);
            None
        }
        Ok(None) => None,
        Ok(Some((command, warning))) => {
            if let Some(warning) = warning {
                let (message, hint) =
                    warning.split_once(": ").unwrap_or((&warning, "set a command under `processes`"));
                notes.warning(Code::StartCommandGuessed, inputs.app.at(&["runtime"]), message, hint);
            }
            Some((command, format!("recipe {}, by what is in the app's folder", recipe.name)))
        }
    }
}

type Start = Option<(String, Option<String>)>;

fn start_rule(recipe: &Document<RecipeFile>, facts: &Facts) -> Result<Start, Box<Diagnostic>> {
    let values = Value::Object(values(&recipe.value, facts));
    for (index, rule) in recipe.value.start.iter().enumerate() {
        let index = index.to_string();
        let span = |key: &str| recipe.at(&["start", &index, key]);
        let fail =
            |span: Span, message: String| Box::new(Diagnostic::error(Code::InvalidExpression, span, message));
        let fits = match &rule.when {
            Some(when) => expression::is_true(when, &values).map_err(|e| fail(span("when"), e))?,
            None => true,
        };
        if fits {
            let command = expression::text(&rule.command, &values).map_err(|e| fail(span("command"), e))?;
            return Ok(Some((command, rule.warning.clone())));
        }
    }
    Ok(None)
}
