//! Two commits of an app -> which follows which. What the checkout has decides; where it does not, the app's own
//! repository is asked for commits alone, a bounded number of them for a bounded time, into a temporary repository.

use std::path::Path;
use std::time::Duration;

use git2::{Odb, Repository};

use crate::diagnostic::Failure;
use crate::git::address::RepositoryUrl;
use crate::git::command::{Git, GitOutput};
use crate::git::order::{Order, ahead, compare, whole};
use crate::git::stderr::internal;
use crate::git::{fetch, source, temporary};
use crate::token::Secret;

/// How many generations are fetched, each step where the one before has not decided. A commit is a quarter of a kilobyte.
const DEPTHS: &[u32] = &[50, 1_000, 20_000];
/// The same from a server that sends all files of each commit along.
const UNFILTERED: &[u32] = &[50, 1_000];
/// The same where it is only asked how many there are, and then from a server that sends files.
const FEW: (&[u32], &[u32]) = (&[50, 1_000], &[50]);
/// How long one fetch may take in all.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Every branch, from a server that gives nothing else.
const BRANCHES: &str = "+refs/heads/*:refs/heads/*";

/// An app's own repository, as a run reaches it.
#[derive(Debug, Clone)]
pub struct AppRemote {
    /// Where it is.
    pub address: RepositoryUrl,
    /// The token that it is read with, where it takes one.
    pub token: Option<Secret>,
}

/// How the commit `new` stands to `old`, by the history in the checkout around `folder`.
pub fn order(folder: &Path, old: &str, new: &str) -> Order {
    let at_hand = source::objects(folder).and_then(|repository| {
        let objects = repository.odb().ok()?;
        Some(compare(&objects, old, new))
    });
    at_hand.unwrap_or(if old == new { Order::Same } else { Order::Unknown })
}

/// Whether `newer` is a descendant of `older`; `None` where the history at hand does not say.
pub fn is_descendant(folder: &Path, newer: &str, older: &str) -> Option<bool> {
    match order(folder, older, newer) {
        Order::Newer => Some(true),
        Order::Same | Order::Older | Order::Diverged => Some(false),
        Order::Unknown => None,
    }
}

/// As [`order`], by what the app's own repository says beyond that. One that cannot be asked has nothing to say.
///
/// # Errors
/// A temporary folder that cannot be written.
pub fn fetched_order(remote: &AppRemote, folder: &Path, old: &str, new: &str) -> Result<Order, Failure> {
    let compared = |here: &Path| {
        let order = compare_with(here, Some(folder), |objects| compare(objects, old, new))?;
        Ok((order, order != Order::Unknown))
    };
    Ok(fetched(remote, (old, new), (DEPTHS, UNFILTERED), compared)?.unwrap_or(Order::Unknown))
}

/// The same without a checkout, and how many commits `new` has that `old` has not, where few commits say that.
///
/// # Errors
/// As [`fetched_order`].
pub(crate) fn fetched_distance(
    remote: &AppRemote,
    old: &str,
    new: &str,
) -> Result<(Order, Option<usize>), Failure> {
    let compared = |here: &Path| {
        let said =
            compare_with(here, None, |objects| (compare(objects, old, new), ahead(objects, old, new)))?;
        let enough = said.0 != Order::Unknown && said.1.is_some();
        Ok((said, enough))
    };
    Ok(fetched(remote, (old, new), FEW, compared)?.unwrap_or((Order::Unknown, None)))
}

/// Fetches the history of two commits, further back as long as `look` has not seen enough: the last that it saw. The second of
/// the depths is for a server that sends all files along. Nothing where the repository cannot be asked.
fn fetched<T>(
    remote: &AppRemote,
    (old, new): (&str, &str),
    (filtered, unfiltered): (&'static [u32], &'static [u32]),
    look: impl Fn(&Path) -> Result<(T, bool), Failure>,
) -> Result<Option<T>, Failure> {
    if whole(old).is_none() || whole(new).is_none() {
        return Ok(None);
    }
    let here = temporary::folder()?;
    fetch::empty(here.path())?;
    let git = Git::new(&remote.address, remote.token.as_ref(), TIMEOUT, here.path());
    let git = git.of_app().within(Some(TIMEOUT));
    let mut wants = vec![old, new];
    let mut depths = filtered;
    let (mut step, mut seen) = (0, None);
    while let Some(depth) = depths.get(step) {
        let mut answer = bring(&git, &wants, *depth)?;
        if step == 0 && !answer.good && fetch::only_branches(&git, &answer) {
            (wants, answer) = what_it_gives(&git, &wants, *depth)?;
        }
        if !answer.good {
            break;
        }
        let (said, enough) = look(here.path())?;
        seen = Some(said);
        // All of it is here where nothing was cut off.
        if enough || !is_cut_off(here.path()) {
            break;
        }
        if ignores_filters(&answer) {
            depths = unfiltered;
        }
        step += 1;
    }
    Ok(seen)
}

/// Of what was wanted what the server has, else all of its branches: one that was rewritten may have left one of the
/// commits behind.
fn what_it_gives<'a>(git: &Git, wants: &[&'a str], depth: u32) -> Result<(Vec<&'a str>, GitOutput), Failure> {
    for want in wants {
        let answer = bring(git, &[want], depth)?;
        if answer.good {
            return Ok((vec![*want], answer));
        }
    }
    Ok((vec![BRANCHES], bring(git, &[BRANCHES], depth)?))
}

fn bring(git: &Git, what: &[&str], depth: u32) -> Result<GitOutput, Failure> {
    let mut args = fetch::settings(git);
    args.extend(["fetch", "--progress", "--no-tags", "--no-write-fetch-head"].map(str::to_owned));
    args.extend([format!("--depth={depth}"), "--filter=tree:0".to_owned()]);
    args.extend(["--", fetch::REMOTE].map(str::to_owned));
    args.extend(what.iter().map(|what| (*what).to_owned()));
    git.run(&fetch::refs(&args), Vec::new())
}

/// By what was fetched and what the checkout has, which may be a commit that was never pushed.
fn compare_with<T>(here: &Path, folder: Option<&Path>, look: impl Fn(&Odb<'_>) -> T) -> Result<T, Failure> {
    let fetched = Repository::open_bare(here).map_err(internal)?;
    let objects = fetched.odb().map_err(internal)?;
    if let Some(path) = folder.and_then(source::objects).map(|checkout| checkout.commondir().join("objects"))
        && let Some(path) = path.to_str()
    {
        objects.add_disk_alternate(path).map_err(internal)?;
    }
    Ok(look(&objects))
}

#[allow(clippy::disallowed_methods)] // the temporary repository's own file
fn is_cut_off(here: &Path) -> bool {
    here.join("shallow").symlink_metadata().is_ok()
}

/// Whether the server sends files whatever it is asked, which git tells by its words alone.
fn ignores_filters(answer: &GitOutput) -> bool {
    fetch::git_says(answer, "warning: filtering not recognized by server")
}
