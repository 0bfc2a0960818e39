//! What stands there and the apps' repositories → how far each release is behind the branch that goes there. Each
//! repository is asked once, many at once; what one of them fails with is said of its apps alone.

use std::collections::BTreeMap;

use crate::diagnostic::Failure;
use crate::git::{self, AppRemote, BranchName, Order, Remotes};
use crate::load::gitops::Gitops;
use crate::load::records;
use crate::outcome::remote::{RemoteStanding, RemoteState};
use crate::outcome::sync::{SyncEntry, SyncOutcome};
use crate::run::context::Context;
use crate::run::spec::RunSpec;
use crate::run::sync::at_once::at_once;
use crate::run::sync::options::Options;
use crate::run::sync::routes::FollowedApp;
use crate::run::sync::survey;

/// By environment and app.
type All = BTreeMap<(String, String), RemoteStanding>;

/// Of every release that stands there, as far as it was asked for.
///
/// # Errors
/// What is wrong with the platform, or the repository's own.
pub(crate) fn standings(
    context: &Context<'_>,
    options: &Options,
    spec: &RunSpec,
    gitops: &mut Gitops,
) -> Result<All, Failure> {
    let mut survey = survey::read(options, spec, gitops)?;
    let (app, environment) = (spec.query.app.as_ref(), spec.query.environment.as_ref());
    let mut all = All::new();
    for record in records::records(gitops)?.into_iter().filter(|record| !record.removed) {
        let fits = |wanted: Option<&String>, is: &String| wanted.is_none_or(|wanted| wanted == is);
        if fits(app, &record.app) && fits(environment, &record.environment) {
            let why = "its app is not registered, or no branch of it goes there";
            all.insert((record.environment, record.app), of(RemoteState::NotFollowed, None, Some(why)));
        }
    }
    survey.keep(|app, environment| all.contains_key(&(environment.to_owned(), app.to_owned())));
    context.progress(&format!("asking {} repositories", survey.repositories().len()));
    let remotes = Remotes::new(options.token.clone(), options.timeout)?;
    let (tips, entries) = survey.tips(options, &remotes);
    for entry in &entries {
        said(entry, &mut all);
    }
    let judged = at_once(&tips, options.at_once, |(target, branch, tip)| judge(options, target, branch, tip));
    for ((target, branch, _), standing) in tips.iter().zip(judged) {
        let unknown = |failure: Failure| unknown(Some(branch), &failure);
        let key = (target.environment.clone(), target.app.clone());
        all.insert(key, standing.unwrap_or_else(unknown));
    }
    Ok(all)
}

fn of(state: RemoteState, branch: Option<&str>, why: Option<&str>) -> RemoteStanding {
    let text = |text: Option<&str>| text.map(str::to_owned);
    RemoteStanding { branch: text(branch), commit: None, state, commits: None, why: text(why) }
}

fn unknown(branch: Option<&BranchName>, failure: &Failure) -> RemoteStanding {
    of(RemoteState::Unknown, branch.map(BranchName::as_str), Some(&failure.in_a_line()))
}

/// What stands in the way of asking where a branch stands.
fn said(entry: &SyncEntry, all: &mut All) {
    let standing = match &entry.outcome {
        SyncOutcome::Failed(failure) => of(RemoteState::Unknown, None, Some(&failure.in_a_line())),
        SyncOutcome::Skipped(why) => of(RemoteState::NotFollowed, None, Some(why)),
        _ => return,
    };
    let standing = RemoteStanding { branch: entry.branch.clone(), ..standing };
    for ((environment, app), known) in all {
        let about = entry.app == *app && entry.environment.as_ref().is_none_or(|one| one == environment);
        if about && known.state == RemoteState::NotFollowed {
            known.clone_from(&standing);
        }
    }
}

/// How what is deployed stands to where its branch stands.
fn judge(
    options: &Options,
    target: &FollowedApp,
    branch: &BranchName,
    tip: &str,
) -> Result<RemoteStanding, Failure> {
    let standing =
        |state, why| RemoteStanding { commit: Some(tip.to_owned()), ..of(state, Some(branch.as_str()), why) };
    let Some(commit) = target.deployed().and_then(|record| record.source.commit.as_deref()) else {
        return Ok(standing(RemoteState::Unknown, Some("it was deployed without a commit")));
    };
    if commit == tip {
        return Ok(RemoteStanding { commits: Some(0), ..standing(RemoteState::UpToDate, None) });
    }
    let token = options.token.as_ref().and_then(|token| token.for_address(&target.address)).cloned();
    let remote = AppRemote { address: target.address.clone(), token };
    let (order, commits) = git::fetched_distance(&remote, commit, tip)?;
    Ok(match order {
        Order::Same => standing(RemoteState::UpToDate, None),
        Order::Newer => RemoteStanding { commits, ..standing(RemoteState::Behind, None) },
        Order::Older => standing(RemoteState::Ahead, Some("the branch was moved back")),
        Order::Diverged => {
            RemoteStanding { commits, ..standing(RemoteState::Diverged, Some("the branch was rewritten")) }
        }
        Order::Unknown => standing(
            RemoteState::Unknown,
            Some("the branch's history does not say where the deployed commit stands"),
        ),
    })
}
