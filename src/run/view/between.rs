//! Two releases of one app in one environment → what changed between them: in words, by the files of their own times, and
//! in the manifests that stood then. Changes nothing.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Failure, Kind};
use crate::layout::Folders;
use crate::load::gitops::Gitops;
use crate::load::release_file::ReleaseFile;
use crate::outcome::between::{Between, ComparedRelease};
use crate::plan::Plan;
use crate::resolve::decisions::Decision;
use crate::resolve::unlike::unlike;
use crate::run::recorded::{decided, only};
use crate::run::rollback::find;
use crate::run::rollback::target::Target;
use crate::run::spec::RunSpec;
use crate::run::view::past::changed;
use crate::tree::Files;

/// Compares the release `from` with `to`, or with what stands there now.
///
/// # Errors
/// An app or environment that nobody knows, a release that there is not, or the repository's own.
pub(in crate::run) fn between(
    spec: &RunSpec,
    from: &Target,
    to: Option<&Target>,
    gitops: &mut Gitops,
) -> Result<Between, Failure> {
    let now = only(spec, gitops)?;
    let head = gitops.head();
    // Both before the repository is read as of either.
    let from = named(&now, from, gitops)?;
    let to = match (to, head) {
        (Some(to), _) => named(&now, to, gitops)?,
        // As it was made: settings that have changed since are in no cluster yet.
        (None, Some(head)) => {
            let made = find(&now, &Target::At(i64::MAX), gitops).map_or(head, |found| found.commit);
            Named { commit: made, record: now.clone(), stands: true }
        }
        (None, None) => {
            return Err(Failure::new(Code::GitopsWithoutGit, "there is no history to compare with"));
        }
    };
    let (from, to) = (stood(spec, from, gitops)?, stood(spec, to, gitops)?);
    let (words, undecided) = match (&from.decisions, &to.decisions) {
        (Ok(before), Ok(after)) => (unlike(before, after), None),
        (Err(why), _) | (_, Err(why)) => (Vec::new(), Some(why.clone())),
    };
    let changed = changed(&from.files, &to.files);
    Ok(Between {
        app: now.app,
        environment: now.environment,
        from: from.release,
        to: to.release,
        unlike: words,
        undecided,
        // What would be refused or lost today was not, then.
        plan: Plan { changes: changed.plan.changes, rewrites: changed.plan.rewrites, ..Plan::default() },
        diffs: changed.diffs,
    })
}

/// A release, and the commit that it is looked at in.
struct Named {
    commit: String,
    record: ReleaseFile,
    stands: bool,
}

fn named(now: &ReleaseFile, wanted: &Target, gitops: &mut Gitops) -> Result<Named, Failure> {
    let found = find(now, wanted, gitops)?;
    // The newest that the history has.
    let stands = find(now, &Target::At(i64::MAX), gitops)?.commit == found.commit;
    Ok(Named { commit: found.commit, record: found.record, stands })
}

/// A release as it stood.
struct Stood {
    release: ComparedRelease,
    files: Files,
    /// What the files of then decide; else why they do not, by the rules of today.
    decisions: Result<Vec<Decision>, Failure>,
}

fn stood(spec: &RunSpec, one: Named, gitops: &mut Gitops) -> Result<Stood, Failure> {
    let Named { commit, record, stands } = one;
    gitops.go_back(&commit)?;
    let folders = Folders::new(&record.cluster, &record.environment, &record.app)?;
    let files = gitops.read(&[folders.deploy, folders.cluster])?;
    let decisions = match decided(spec, &record, gitops, &BTreeSet::new()) {
        Err(failure) if matches!(failure.kind(), Kind::Unavailable | Kind::Forbidden) => return Err(failure),
        decisions => decisions.map(|(_, _, release)| of_then(release.decisions)),
    };
    let release =
        ComparedRelease { commit, source_commit: record.source.commit, image: record.image, stands };
    Ok(Stood { release, files, decisions })
}

/// As it was decided then: the image is what the record says, and need not run now.
fn of_then(decisions: Vec<Decision>) -> Vec<Decision> {
    let then = |one: Decision| match one.what.as_str() {
        "image" => Decision { origin: String::new(), ..one },
        _ => one,
    };
    decisions.into_iter().map(then).collect()
}
