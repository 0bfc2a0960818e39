//! Memory and CPU of a service: what the app says, else what its recipe says, and never less than it runs with.

use crate::diagnostic::{Code, Span};
use crate::load::scalars::{Amount, Cpu};
use crate::load::service_recipe::ServiceResources;
use crate::quantity::Quantity;
use crate::resolve::decisions::Notes;

/// The least memory of a service whose recipe names none: what is smaller is an amount without its unit.
const LEAST_MEMORY: &str = "16Mi";

/// What a service gets; nothing of what its recipe says nothing about.
#[derive(Debug, Default)]
pub(super) struct Resources {
    pub(super) memory: Option<String>,
    pub(super) cpu: Option<String>,
}

/// What an app asks for, each with its place.
pub(super) struct Asked<'a> {
    pub(super) service: &'a str,
    pub(super) recipe: &'a str,
    pub(super) memory: Option<(String, Span)>,
    pub(super) cpu: Option<(String, Span)>,
}

/// Decides both.
pub(super) fn resolve(rules: &ServiceResources, asked: Asked<'_>, notes: &mut Notes) -> Resources {
    let Asked { service, recipe, memory, cpu } = asked;
    let memory_rule = rules.memory.as_ref().map(|rule| {
        (rule.default.0.as_str(), rule.least.as_ref().map_or(LEAST_MEMORY, |least| least.0.as_str()))
    });
    let cpu_rule = rules
        .cpu
        .as_ref()
        .map(|rule| (rule.default.0.as_str(), rule.least.as_ref().map_or("1m", |least| least.0.as_str())));
    let mut one = |what: &str, rule: Option<(&str, &str)>, asked: Option<(String, Span)>| match (rule, asked)
    {
        (None, None) => None,
        (None, Some((_, place))) => {
            let message = format!("the {what} of {recipe} cannot be set");
            notes.problem(Code::UnknownKey, place, message, format!("remove `{what}`"));
            None
        }
        (Some((default, _)), None) => {
            notes.decided(
                format!("services.{service}.{what}"),
                default,
                format!("the default of recipe {recipe}"),
            );
            Some(default.to_owned())
        }
        (Some((default, least)), Some((amount, place))) => {
            let (fits, hint) = match what {
                "cpu" => (Cpu::fits(&amount), Cpu::HINT),
                _ => (Amount::fits(&amount), Amount::HINT),
            };
            if !fits {
                notes.problem(Code::InvalidValue, place, format!("invalid {what}"), hint);
                return Some(default.to_owned());
            }
            if Quantity::parse(&amount) < Quantity::parse(least) {
                let message = format!("{amount} of {what} is too little for {recipe}");
                notes.problem(Code::InvalidValue, place.clone(), message, format!("at least {least}"));
            }
            notes.decided(format!("services.{service}.{what}"), &amount, place);
            Some(amount)
        }
    };
    Resources { memory: one("memory", memory_rule, memory), cpu: one("cpu", cpu_rule, cpu) }
}
