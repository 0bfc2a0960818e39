//! How the recipe of a runtime starts an app with these facts, where the app itself does not say it.

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expression;
use crate::load::inputs::Inputs;
use crate::load::recipe::RecipeFile;
use crate::load::start_rule::StartRule;
use crate::resolve::decisions::Notes;
use crate::resolve::fact_values::scope;
use crate::resolve::runtime::Runtime;
use crate::yaml::document::Document;

/// The process that a start rule is for, where it says nothing.
const WEB: &str = "web";

/// What the recipe says.
pub(super) enum Start {
    /// Nothing: the image's own command runs.
    Nothing,
    /// This command, for this process.
    Found {
        /// The process.
        process: String,
        /// Its command.
        command: String,
        /// Where it comes from.
        origin: String,
        /// What to say where it is used.
        warning: Option<Diagnostic>,
    },
    /// That there is none, and why.
    Refused(Diagnostic),
}

impl Start {
    /// The process that is started.
    pub(super) fn process(&self) -> &str {
        if let Self::Found { process, .. } = self { process } else { WEB }
    }

    /// The command and its origin; what there is to say of it is said.
    pub(super) fn used(&self, notes: &mut Notes) -> Option<(String, String)> {
        match self {
            Self::Nothing => None,
            Self::Found { command, origin, warning, .. } => {
                notes.warnings.extend(warning.clone());
                Some((command.clone(), origin.clone()))
            }
            Self::Refused(problem) => {
                // What starts it may be in what could not be read.
                if !notes.problems.iter().any(|one| one.code == Code::InvalidProjectFile) {
                    notes.problems.push(problem.clone());
                }
                None
            }
        }
    }
}

/// What the runtime's recipe says of an app with these facts.
pub(super) fn find(inputs: &Inputs, runtime: &Runtime) -> Start {
    let Some(recipe) = &inputs.runtime else { return Start::Nothing };
    if inputs.dockerfile.is_some() {
        // Whoever wrote it has said there how the app is started.
        return Start::Nothing;
    }
    let found = Found { inputs, runtime, recipe: &recipe.description, name: &recipe.name };
    found.start().unwrap_or_else(|problem| Start::Refused(*problem))
}

/// What was found, and the rules for it.
struct Found<'a> {
    inputs: &'a Inputs,
    runtime: &'a Runtime,
    recipe: &'a Document<RecipeFile>,
    name: &'a str,
}

impl Found<'_> {
    fn start(&self) -> Result<Start, Box<Diagnostic>> {
        let scope = scope(&self.recipe.value, &self.runtime.facts, &self.runtime.params);
        for (index, rule) in self.recipe.value.start.iter().enumerate() {
            let index = index.to_string();
            let text = |key: &str, template: &str, scope: &Value| {
                expression::text(template, scope).map_err(|message| self.wrong(&index, key, message))
            };
            let fits = rule.when.as_deref().map_or(Ok(true), |when| expression::is_true(when, &scope));
            if !fits.map_err(|message| self.wrong(&index, "when", message))? {
                continue;
            }
            let place = self.inputs.app.at(&["runtime"]);
            let Some(command) = &rule.command else {
                return self.refusal(&index, rule, &scope, place);
            };
            let rivals = self.rivals(rule);
            if let Some(first) = rivals.first() {
                let command = text("command", command, &with(&scope, first))?;
                return Ok(Start::Refused(several(rule, &rivals, &command, place)));
            }
            let warning = match &rule.warning {
                None => None,
                Some(warning) => {
                    let said = text("warning", warning, &scope)?;
                    let (message, hint) =
                        said.split_once(": ").unwrap_or((&said, "set a command under `processes`"));
                    Some(Diagnostic::warning(Code::StartCommandGuessed, place, message).hint(hint))
                }
            };
            return Ok(Start::Found {
                process: rule.process().to_owned(),
                command: text("command", command, &scope)?.trim().to_owned(),
                origin: format!("recipe {}, by what is in the app's folder", self.name),
                warning,
            });
        }
        Ok(Start::Nothing)
    }

    /// Why there is no command. Where the app's files are not at hand, its image has been running, and goes on.
    fn refusal(
        &self,
        index: &str,
        rule: &StartRule,
        scope: &Value,
        place: Span,
    ) -> Result<Start, Box<Diagnostic>> {
        let Some(error) = &rule.error else {
            return Err(self.wrong(index, "command", "a rule needs a `command` or an `error`".to_owned()));
        };
        if self.inputs.recorded.is_some() {
            return Ok(Start::Nothing);
        }
        let text = |key: &str, template: &str| {
            expression::text(template, scope).map_err(|message| self.wrong(index, key, message))
        };
        let problem = Diagnostic::error(Code::CommandMissing, place, text("error", error)?);
        let hint = rule.hint.as_deref().unwrap_or("set a command under `processes`");
        Ok(Start::Refused(problem.hint(text("hint", hint)?)))
    }

    /// What else the rule could start: of the first fact that must name one thing alone and names several, its name, each
    /// value, and the file that says it.
    fn rivals(&self, rule: &StartRule) -> Vec<Rival> {
        let several = rule.one_of.iter().find_map(|fact| {
            let finds = self.runtime.finds.get(fact).filter(|finds| finds.len() > 1)?;
            Some(finds.iter().map(|found| (fact.clone(), found.value.clone(), found.file.clone())).collect())
        });
        several.unwrap_or_default()
    }

    fn wrong(&self, index: &str, key: &str, message: String) -> Box<Diagnostic> {
        let span = self.recipe.at(&["start", index, key]);
        Box::new(Diagnostic::error(Code::InvalidExpression, span, message))
    }
}

/// A fact, one of its values, and the file that says it.
type Rival = (String, String, String);

/// The facts as they would be if this were the only one that was found.
fn with(scope: &Value, (fact, value, _): &Rival) -> Value {
    let mut scope = scope.clone();
    scope[fact] = Value::from(value.as_str());
    scope
}

fn several(rule: &StartRule, rivals: &[Rival], command: &str, place: Span) -> Diagnostic {
    let files: Vec<&str> = rivals.iter().map(|(.., file)| file.as_str()).collect();
    let message = format!("several files could be what starts: {}", files.join(", "));
    let command = Value::from(command.trim()).to_string();
    let process = rule.process();
    let first = files.first().copied().unwrap_or_default();
    let hint =
        format!("choose: for {first}, write `processes: {{{process}: {{command: {command}}}}}` in .cupaas");
    Diagnostic::error(Code::ConflictingFiles, place, message).hint(hint)
}
