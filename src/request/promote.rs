//! What was typed of two environments → a promotion, or a comparison.

use std::collections::BTreeSet;

use crate::cli::{AppSelector, Diff, Promote};
use crate::diagnostic::{Code, Failure};
use crate::load::records::Scope;
use crate::request::environment::Environment;
use crate::request::{forge, gates, registered};
use crate::run::action::Action;
use crate::run::promote::Promotion;
use crate::run::spec::{GateOptions, RunSpec, Selection, Stage, View};

pub(super) fn promote(asked: Promote, env: &Environment) -> Result<Action, Failure> {
    let Promote { apps, all, without, from, to, with_settings, .. } = asked;
    let judged = GateOptions { now: gates::moment(asked.now)?, ..gates::options(asked.gates)? };
    if from == to {
        return Err(Failure::new(Code::ConflictingArguments, format!("--from and --to are both {from}"))
            .hint("name two environments: `cupaas promote --from staging --to production`"));
    }
    let apps: BTreeSet<String> = said(apps).collect();
    let named = all || !apps.is_empty();
    let promotion = Promotion { from, to, apps, all, without: said(without).collect(), with_settings };
    let mut spec = match named {
        // The folder that somebody stands in says nothing then.
        true => registered::spec(asked.repository, registered::nothing(), asked.dry_run, env)?,
        false => {
            let target = AppSelector { app: None, env: None, repository: asked.repository };
            registered::about(target, registered::nothing(), asked.dry_run, env)?
        }
    };
    spec.gates = judged;
    spec.allow_older = asked.allow_older;
    spec.allow_data_loss = asked.losses.names();
    spec.forge = forge::propose(asked.proposed, &spec, env)?;
    Ok(Action::Promote(Box::new(promotion), Box::new(spec)))
}

/// `diff --env ENV --to ENV`.
pub(super) fn compare(diff: Diff, to: String, env: &Environment) -> Result<Action, Failure> {
    let Some(from) = diff.shared.env.filter(|name| !name.is_empty()) else {
        return Err(Failure::new(Code::EnvironmentRequired, "--to compares with --env, which is missing")
            .hint("name both: `cupaas diff --env staging --to production`"));
    };
    let target = AppSelector { app: diff.shared.app, env: None, repository: diff.shared.repository };
    let without = said(diff.wide.without).collect();
    let scope = Scope { app: None, environment: Some(from), without };
    let spec = registered::about(target, Selection::Released(scope), true, env)?;
    // What a pod lacks is for a deploy to say.
    let spec = RunSpec { stage: Stage::Explain, exit_code: diff.exit_code, ..spec };
    Ok(Action::View(View::Compared { to, all: diff.wide.all }, Box::new(spec)))
}

/// What an action passes where nothing was given is empty.
fn said(names: Vec<String>) -> impl Iterator<Item = String> {
    names.into_iter().filter(|name| !name.is_empty())
}
