//! Wants -> objects in the temporary repository, with as few processes and as few objects as the server allows.
//!
//! The branch comes with its commit, root folder, the root's files and first-level folders (`tree:2`): that
//! costs the server nothing that grows with the apps. Everything else is wanted by its id. A repository that is a folder of
//! this machine is asked for nothing: its objects are seen where they are.

use std::path::Path;

use git2::Oid;

use crate::diagnostic::{Code, Failure};
use crate::git::address::BranchName;
use crate::git::command::{Git, GitOutput};
use crate::git::local;
use crate::git::stderr::internal;

/// How much the first fetch asks for; each next one is for servers that refuse those before.
pub(super) const LADDER: &[Asking] = &[
    Asking::Filter("tree:2"),
    Asking::Filter("tree:0"),
    Asking::Filter("blob:none"),
    Asking::Shallow,
    Asking::All,
];

/// The same for an app's repository, whose root may hold files of any size that nobody looks at.
pub(super) const FOLDERS: &[Asking] = &[
    Asking::Filter("tree:1"),
    Asking::Filter("tree:0"),
    Asking::Filter("blob:none"),
    Asking::Shallow,
    Asking::All,
];

/// A name that no configuration of the user's has: git would add what it says of an `origin`.
pub(super) const REMOTE: &str = "cupaas-gitops";

/// One process for the branch's name, state and first objects.
const CLONE: &[&str] = &[
    "clone",
    "--progress",
    "--bare",
    "--no-local",
    "--no-tags",
    "--single-branch",
    "--template=",
    "--origin=cupaas-gitops",
    "--no-reject-shallow",
];

/// The temporary repository's own settings: git's are on the command line, so that a push does not take it
/// for a partial clone and fetch what it will not need.
const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";

/// How much of a commit is fetched with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// Nothing: it is a folder of this machine, whose objects are seen where they are.
    Nothing,
    /// What the filter lets through.
    Filter(&'static str),
    /// All files of the newest commit.
    Shallow,
    /// With the whole history, from a server that only serves files.
    All,
}

impl Asking {
    fn options(self) -> Vec<String> {
        match self {
            Self::Filter(filter) => vec!["--depth=1".to_owned(), format!("--filter={filter}")],
            Self::Shallow => vec!["--depth=1".to_owned(), "--no-filter".to_owned()],
            Self::Nothing | Self::All => vec!["--no-filter".to_owned()],
        }
    }

    /// Whether the whole history is here, so that nothing is left to ask for.
    pub(super) fn is_whole(self) -> bool {
        matches!(self, Self::Nothing | Self::All)
    }
}

/// Where the branch stands.
pub(super) struct Fetched {
    /// The branch, also where it does not exist yet.
    pub(super) branch: BranchName,
    /// How the server was asked at last.
    pub(super) asking: Asking,
}

/// Fills the empty folder of `git` with a repository that has the branch's newest commit, or none where the
/// branch does not exist.
///
/// # Errors
/// Where the remote cannot be read; see [`Git::unreadable`].
pub(super) fn first(git: &Git, branch: Option<&BranchName>, ladder: &[Asking]) -> Result<Fetched, Failure> {
    if let Some(fetched) = in_place(git, branch)? {
        return Ok(fetched);
    }
    let mut refused = Default::default();
    for asking in ladder {
        let options = asking.options();
        let mut args = CLONE.to_vec();
        args.extend(options.iter().map(String::as_str));
        let named = branch.map(|branch| format!("--branch={branch}"));
        args.extend(named.as_deref());
        args.extend(["--", git.url(), "."]);
        let answer = git.run(&args, Vec::new())?;
        if answer.good {
            own_config(git.folder())?;
            let branch = head_branch(git.folder(), branch)?;
            return Ok(Fetched { branch, asking: *asking });
        }
        if git_says(&answer, "fatal: Remote branch ") {
            empty(git.folder())?;
            let branch = branch.cloned().map_or_else(|| BranchName::parse("main"), Ok)?;
            return Ok(Fetched { branch, asking: *asking });
        }
        if !wants_less(*asking, git, &answer) {
            return Err(git.unreadable(&answer.words));
        }
        refused = answer.words;
    }
    Err(git.unreadable(&refused))
}

/// The same of a repository of this machine that can be read in place; nothing where git has to say what there is.
fn in_place(git: &Git, branch: Option<&BranchName>) -> Result<Option<Fetched>, Failure> {
    let Some(there) = git.at_hand() else { return Ok(None) };
    let named = branch.map_or_else(|| local::head_branch(&there), |branch| Ok(Some(branch.clone())));
    let Ok(Some(branch)) = named else { return Ok(None) };
    let Ok(tip) = local::tip(&there, &branch) else { return Ok(None) };
    empty(git.folder())?;
    local::share(&there, git.folder())?;
    point(git.folder(), &branch, tip)?;
    Ok(Some(Fetched { branch, asking: Asking::Nothing }))
}

/// Lets a branch of the repository in `folder` stand at a commit, if there is one.
fn point(folder: &Path, branch: &BranchName, tip: Option<Oid>) -> Result<(), Failure> {
    let Some(tip) = tip else { return Ok(()) };
    let here = git2::Repository::open_bare(folder).map_err(internal)?;
    here.reference(&branch.reference(), tip, true, "").map_err(internal)?;
    Ok(())
}

/// Whether git itself, and not the server, ends with these words: its exit status is 128 for every failure, and it runs in
/// the C locale, where its words are not translated.
pub(super) fn git_says(answer: &GitOutput, words: &str) -> bool {
    answer.words.lines().any(|line| line.starts_with(words))
}

/// Whether the server has refused the way in which it was asked, which git tells by its words alone. The address may hold
/// any word.
fn wants_less(asking: Asking, git: &Git, answer: &GitOutput) -> bool {
    let patterns: &[&str] = match asking {
        // One that can do neither says the latter first.
        Asking::Filter(_) => {
            &["filter", "Filter", "dumb http", "shallow capabilities", "does not support shallow"]
        }
        Asking::Shallow => &["dumb http", "shallow capabilities", "does not support shallow"],
        Asking::Nothing | Asking::All => &[],
    };
    let words = answer.words.replace(git.url(), "");
    patterns.iter().any(|pattern| words.contains(pattern))
}

/// Brings the branch's newest commit into a repository that has been filled before; `false` where the branch
/// is gone.
///
/// # Errors
/// As [`first`].
pub(super) fn again(git: &Git, branch: &BranchName, asking: Asking) -> Result<bool, Failure> {
    if asking == Asking::Nothing
        && let Some(there) = git.at_hand()
        && let Ok(tip) = local::tip(&there, branch)
    {
        point(git.folder(), branch, tip)?;
        return Ok(tip.is_some());
    }
    let options = asking.options();
    let refspec = format!("+{0}:{0}", branch.reference());
    let mut args = settings(git);
    args.extend(["fetch", "--progress", "--no-tags", "--no-write-fetch-head"].map(str::to_owned));
    args.extend(options);
    args.extend(["--".to_owned(), REMOTE.to_owned(), refspec]);
    let answer = git.run(&refs(&args), Vec::new())?;
    if answer.good {
        return Ok(true);
    }
    if git_says(&answer, "fatal: couldn't find remote ref") {
        return Ok(false);
    }
    Err(git.unreadable(&answer.words))
}

/// How wanted objects come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// A folder without what is in it.
    Alone,
    /// A folder with all folders below it, and no file.
    Folders,
    /// A folder with everything below it.
    Whole,
}

impl Depth {
    fn option(self) -> &'static str {
        match self {
            Self::Alone => "--filter=tree:0",
            Self::Folders => "--filter=blob:none",
            Self::Whole => "--no-filter",
        }
    }
}

/// What became of wanted objects.
pub(super) enum FetchScope {
    Here,
    /// The server gives nothing but its branches.
    Refused,
}

/// Brings objects by their ids, in one request.
///
/// # Errors
/// `Unavailable` and `Forbidden`, as the server says.
pub(super) fn objects(
    git: &Git,
    wants: impl Iterator<Item = Oid>,
    depth: Depth,
) -> Result<FetchScope, Failure> {
    let mut args = settings(git);
    args.extend(["fetch", "--progress", "--no-tags", "--no-write-fetch-head"].map(str::to_owned));
    args.push(depth.option().to_owned());
    args.extend(["--stdin", "--", REMOTE].map(str::to_owned));
    let list: String = wants.map(|id| format!("{id}\n")).collect();
    let answer = git.run(&refs(&args), list.into_bytes())?;
    if answer.good {
        return Ok(FetchScope::Here);
    }
    if only_branches(git, &answer) {
        return Ok(FetchScope::Refused);
    }
    Err(git.unreadable(&answer.words))
}

/// Whether the server gives nothing but its branches, which git tells by its words alone. The address may hold any word.
pub(super) fn only_branches(git: &Git, answer: &GitOutput) -> bool {
    let words = answer.words.replace(git.url(), "");
    ["unadvertised object", "not our ref", "filter"].iter().any(|pattern| words.contains(pattern))
}

/// Brings one commit without those before it; `false` where the server gives nothing but its branches.
///
/// # Errors
/// As [`objects`].
pub(super) fn commit(git: &Git, id: Oid, asking: Asking) -> Result<bool, Failure> {
    let mut args = settings(git);
    args.extend(["fetch", "--progress", "--no-tags", "--no-write-fetch-head"].map(str::to_owned));
    args.extend(asking.options());
    args.extend(["--".to_owned(), REMOTE.to_owned(), id.to_string()]);
    let answer = git.run(&refs(&args), Vec::new())?;
    if answer.good || only_branches(git, &answer) {
        return Ok(answer.good);
    }
    Err(git.unreadable(&answer.words))
}

/// Which commits of a branch are younger than `since` (seconds since 1970); no files. Nothing where the server does
/// not say, or none is.
pub(super) fn history(git: &Git, branch: &BranchName, since: i64) -> Option<Vec<String>> {
    let reference = branch.reference();
    let refspec = format!("+{reference}:{reference}");
    let mut args = settings(git);
    args.extend(["fetch", "--progress", "--no-tags", "--no-write-fetch-head"].map(str::to_owned));
    args.extend([format!("--shallow-since={since}"), "--filter=tree:0".to_owned()]);
    args.extend(["--".to_owned(), REMOTE.to_owned(), refspec]);
    git.run(&refs(&args), Vec::new()).ok().filter(|answer| answer.good)?;
    let list = git.run(&["rev-list", &reference, "--"], Vec::new()).ok().filter(|answer| answer.good)?;
    Some(String::from_utf8_lossy(&list.stdout).lines().map(str::to_owned).collect())
}

/// Brings commits of the branch, `depth` generations of them, without their files where the server can leave those out.
/// The branch stays where it is here, also where it has moved on there.
///
/// The server is told which commits are here. Where it only knows at which they were cut off, it looks through the folders
/// of every commit that it sends: with 10,000 apps that is 5 ms of each. No file is missed by that: all come by their ids.
///
/// # Errors
/// As [`first`].
pub(super) fn deepen(git: &Git, branch: &BranchName, depth: u32, asking: Asking) -> Result<(), Failure> {
    let filter = match asking {
        Asking::Filter(filter) if filter.starts_with("tree:") => "--filter=tree:0".to_owned(),
        Asking::Filter(filter) => format!("--filter={filter}"),
        Asking::Nothing | Asking::Shallow | Asking::All => "--no-filter".to_owned(),
    };
    let mut args = settings(git);
    args.extend(["-c", "fetch.negotiationAlgorithm=skipping"].map(str::to_owned));
    args.extend(["fetch", "--progress", "--no-tags", "--no-write-fetch-head"].map(str::to_owned));
    args.extend([format!("--depth={depth}"), filter]);
    args.extend(["--".to_owned(), REMOTE.to_owned(), branch.reference()]);
    let answer = git.run(&refs(&args), Vec::new())?;
    if answer.good { Ok(()) } else { Err(git.unreadable(&answer.words)) }
}

pub(super) fn refs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

/// The remote, for one call. Objects that are absent are so by agreement; nothing that we have makes the
/// server leave out what we ask for.
pub(super) fn settings(git: &Git) -> Vec<String> {
    let url = format!("remote.{REMOTE}.url={}", git.url());
    let promisor = format!("remote.{REMOTE}.promisor=true");
    let filter = format!("remote.{REMOTE}.partialclonefilter=tree:0");
    let all = [url.as_str(), &promisor, &filter, "fetch.negotiationAlgorithm=noop"];
    all.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]).collect()
}

#[allow(clippy::disallowed_methods)] // the temporary repository's own file
fn own_config(folder: &Path) -> Result<(), Failure> {
    std::fs::write(folder.join("config"), CONFIG).map_err(internal)
}

pub(super) fn empty(folder: &Path) -> Result<(), Failure> {
    let mut options = git2::RepositoryInitOptions::new();
    options.bare(true).external_template(false).initial_head("main");
    git2::Repository::init_opts(folder, &options).map_err(internal)?;
    own_config(folder)
}

/// The branch that the remote's HEAD names, unless one was asked for.
#[allow(clippy::disallowed_methods)] // the temporary repository's own file
fn head_branch(folder: &Path, asked: Option<&BranchName>) -> Result<BranchName, Failure> {
    if let Some(asked) = asked {
        return Ok(asked.clone());
    }
    let head = std::fs::read_to_string(folder.join("HEAD")).map_err(internal)?;
    match head.trim().strip_prefix("ref: refs/heads/") {
        Some(branch) => BranchName::parse(branch),
        None => Err(Failure::new(Code::NoDefaultBranch, "the GitOps repository has no default branch")
            .hint("name the branch with --gitops-branch")
            .hint("or create one there from what is checked out: `git switch --create NAME`")),
    }
}
