//! Whether a newer commit stands already: by history, wherever that can be had; by the committers' clocks where not,
//! and then it is said.

use crate::diagnostic::{Code, Diagnostic, Failure, Source, Span};
use crate::git::Order;
use crate::load::current::Current;
use crate::load::inputs::Inputs;
use crate::load::release_file::{ReleaseFile, SourceFacts};
use crate::repository::{same_repository, short};
use crate::run::orders::Orders;
use crate::run::spec::RunSpec;

/// What was found out of a commit and the one that stands there.
#[derive(Debug, Default)]
pub(crate) struct Overtaken {
    /// Why the newer one stands already, where it does.
    pub(crate) why: Option<String>,
    /// What could not be known.
    pub(crate) warning: Option<Diagnostic>,
}

/// Compares with `release`, which is `word`: deployed, or proposed by a pull request.
///
/// # Errors
/// As [`Orders::of`].
pub(crate) fn by(
    spec: &RunSpec,
    current: &Current,
    release: Option<&ReleaseFile>,
    inputs: &Inputs,
    orders: &Orders,
    word: &str,
) -> Result<Overtaken, Failure> {
    let Some(release) = release.filter(|release| !release.removed) else { return Ok(Overtaken::default()) };
    let (was, is) = (&release.source, &inputs.query.source);
    let (Some(old), Some(new)) = (was.commit.as_deref(), is.commit.as_deref()) else {
        return Ok(Overtaken::default());
    };
    // Of commits of two repositories none follows the other.
    let repositories = was.repository.as_ref().zip(is.repository.as_ref());
    if repositories.is_some_and(|(was, is)| !same_repository(was, is)) {
        return Ok(Overtaken::default());
    }
    let (old, new) = (old.to_owned(), new.to_owned());
    match orders.of(spec, &old, &new)? {
        Order::Same | Order::Newer | Order::Diverged => Ok(Overtaken::default()),
        Order::Older => {
            let why = format!("{} is {word} already, which follows {}", short(&old), short(&new));
            Ok(Overtaken { why: Some(why), warning: None })
        }
        Order::Unknown => Ok(by_time((was, &old), (is, &new), word, record(current, &old))),
    }
}

/// The last resort. A branch has its own order, so that commits of two branches have none; a tag's and a detached
/// checkout's may be of any.
fn by_time(
    (was, old): (&SourceFacts, &str),
    (is, new): (&SourceFacts, &str),
    word: &str,
    place: Span,
) -> Overtaken {
    let (old, new) = (short(old), short(new));
    let known = was.repository.is_some() && is.repository.is_some();
    let branches = was.branch.as_ref().zip(is.branch.as_ref());
    let (later, how) = match (branches, was.time.zip(is.time)) {
        _ if !known => (false, format!("it may be another repository's, so that {new} replaces it")),
        (Some((was, is)), _) if was != is => {
            (false, format!("it is of another branch, {was:?}, so that {new} replaces it"))
        }
        (_, Some((was, is))) if was > is => {
            (true, format!("its committer's clock is ahead of that of {new}, which is taken for the older"))
        }
        (_, Some((was, is))) if was < is => {
            (false, format!("its committer's clock is behind that of {new}, which is taken for the newer"))
        }
        (_, Some(_)) => (false, format!("it was made in the same second as {new}, which replaces it")),
        (_, None) => (false, format!("nothing says when both were made, so that {new} replaces it")),
    };
    let message = format!("no history at hand says whether {old}, which is {word}, follows {new}: {how}");
    let hint = "let the job read the app's repository: a clone with its whole history (`fetch-depth: 0`), or a token";
    let warning = Diagnostic::warning(Code::HistoryMissing, place, message).hint(hint);
    let why = format!("{old} is {word} already, which by its commit time is newer than {new}");
    Overtaken { why: later.then_some(why), warning: Some(warning) }
}

/// Where the record names the commit.
fn record(current: &Current, commit: &str) -> Span {
    let release = &current.folders.release;
    let path = format!("{release}/release.yaml");
    let text =
        current.release_files.iter().find(|(at, _)| at.as_str() == path).map(|(_, text)| text.as_str());
    let source = Source::new(path, text.unwrap_or_default());
    match source.text.find(commit) {
        Some(at) => Span::new(&source, at..at + commit.len()),
        None => Span::file(&source),
    }
}
