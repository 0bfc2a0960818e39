//! What a CI job's variables and its event say → [`Ci`]: where this run takes place, and on whose behalf. A function of
//! what it is given; nothing in it is trusted, and what is odd is left out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use crate::cli::{Ci as Given, CiForge};
pub(crate) use crate::forge::Forge;

/// The most bytes of an event that are looked at; GitHub sends none above 25 MB.
pub(crate) const EVENT: u64 = 32 << 20;

/// A job of a forge's CI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ci {
    /// Whose it is.
    pub forge: Forge,
    /// The forge's address, without `/` at its end.
    pub server: Option<String>,
    /// The address of its API, without `/` at its end.
    pub api: Option<String>,
    /// The repository whose job this is: `owner/name`.
    pub repository: Option<String>,
    /// The commit that the job is about: of a pull request its own last one, not the merge that the forge tries.
    pub commit: Option<String>,
    /// The commit that the forge gives to the job's checkout.
    pub checkout: Option<String>,
    /// The branch that was pushed; none for a pull request or a tag.
    pub branch: Option<String>,
    /// Who started it.
    pub actor: Option<String>,
    /// The job's page.
    pub run_url: Option<String>,
    /// The pull request that it is about.
    pub pull_request: Option<PullRequest>,
    /// The folder that the job's repository is checked out into.
    pub workspace: Option<PathBuf>,
    /// Where a step writes its outputs.
    pub output: Option<PathBuf>,
    /// Where a step writes its summary.
    pub summary: Option<PathBuf>,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Its own last commit.
    pub head: Option<String>,
    /// The branch that it comes from, in whichever repository.
    pub branch: Option<String>,
    /// The branch that it is to be merged into.
    pub base: Option<String>,
    /// Whether it comes from another repository, or from who knows where.
    pub fork: bool,
}

/// What a CI job says of one checkout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Built {
    /// The repository's address.
    pub repository: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The branch, or the one that a pull request is to be merged into.
    pub branch: Option<String>,
    /// Whether it is a pull request's.
    pub pull_request: bool,
}

impl Ci {
    /// Where this is, or `None` outside of a CI job. `event` gives the bytes of a file, at most [`EVENT`].
    pub fn read(
        variables: &BTreeMap<String, String>,
        given: &Given,
        event: impl FnOnce(&str) -> Option<Vec<u8>>,
    ) -> Option<Self> {
        let said = Said { variables, forge: forge(variables, given.ci)? };
        let flag = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let server = flag(&given.ci_server).or_else(|| said.text("SERVER_URL")).and_then(address);
        let api = flag(&given.ci_api).or_else(|| said.text("API_URL")).and_then(address);
        let repository =
            flag(&given.ci_repository).or_else(|| said.text("REPOSITORY")).filter(|r| is_repository(r));
        let payload = said.text("EVENT_PATH").and_then(|path| event(&path));
        let payload = payload.map(|bytes| Payload::read(&bytes)).unwrap_or_default();
        let found = said.pull_request(&payload);
        let pull_request = match number(given.ci_pull_request.as_deref()) {
            Some(number) => Some(found.filter(|found| found.number == number).unwrap_or(PullRequest {
                number,
                head: None,
                branch: None,
                base: None,
                fork: true,
            })),
            None => found,
        };
        let checkout = said.text("SHA").filter(|sha| is_commit(sha));
        // An event of the target is about the target's own commit.
        let proposed = said.text("EVENT_NAME").as_deref() != Some("pull_request_target");
        let own = pull_request.as_ref().and_then(|request| request.head.clone()).filter(|_| proposed);
        Some(Self {
            run_url: flag(&given.run_url)
                .or_else(|| said.run_url(server.as_deref()?, repository.as_deref()?)),
            api: api.or_else(|| server.as_deref().map(|server| said.api(server))),
            actor: flag(&given.ci_actor).or_else(|| said.text("ACTOR")).filter(|actor| is_word(actor, 100)),
            branch: said.branch(),
            commit: own.or_else(|| checkout.clone()),
            checkout,
            pull_request,
            workspace: said.path("WORKSPACE"),
            output: said.path("OUTPUT"),
            summary: said.path("STEP_SUMMARY"),
            forge: said.forge,
            server,
            repository,
        })
    }

    /// What the job says of a checkout whose `origin` and commit are these. Of one that is not the job's own, nothing.
    pub fn built(&self, origin: Option<&str>, head: Option<&str>) -> Option<Built> {
        if let (Some(origin), Some(repository)) = (origin, &self.repository)
            && !is_of(origin, repository)
        {
            return None;
        }
        let is = |commit: &Option<String>| match (head, commit) {
            (Some(head), Some(commit)) => head.eq_ignore_ascii_case(commit),
            _ => false,
        };
        let given = is(&self.checkout) || head.is_none();
        // The job of an event of the target has the target's branch and commit, unless it fetches what was proposed.
        let target = self.branch.is_some() && self.commit == self.checkout;
        let request = self.pull_request.as_ref().filter(|request| is(&request.head) || (given && !target));
        if !given && request.is_none() {
            return None;
        }
        let address = |server: &String| Some(format!("{server}/{}", self.repository.as_deref()?));
        Some(Built {
            repository: self.server.as_ref().and_then(address),
            commit: match request {
                Some(request) => request.head.clone(),
                None => self.checkout.clone(),
            },
            branch: match request {
                Some(request) => request.base.clone(),
                None => self.branch.clone(),
            },
            pull_request: request.is_some(),
        })
    }
}

/// Forgejo says that it is Gitea too, and both that they are GitHub.
fn forge(variables: &BTreeMap<String, String>, given: Option<CiForge>) -> Option<Forge> {
    let says =
        |name: &str| variables.get(name).is_some_and(|text| !["", "0", "false"].contains(&text.as_str()));
    match given {
        Some(CiForge::Github) => Some(Forge::Github),
        Some(CiForge::Gitea) => Some(Forge::Gitea),
        Some(CiForge::Forgejo) => Some(Forge::Forgejo),
        Some(CiForge::None) => None,
        None if says("FORGEJO_ACTIONS") => Some(Forge::Forgejo),
        None if says("GITEA_ACTIONS") => Some(Forge::Gitea),
        None if says("GITHUB_ACTIONS") => Some(Forge::Github),
        None => None,
    }
}

/// The variables of a job, and whose they are.
struct Said<'a> {
    variables: &'a BTreeMap<String, String>,
    forge: Forge,
}

impl Said<'_> {
    /// A variable under the forge's own name, else under that of the forge which it takes after.
    fn text(&self, name: &str) -> Option<String> {
        let prefixes: &[&str] = match self.forge {
            Forge::Forgejo => &["FORGEJO_", "GITEA_", "GITHUB_"],
            Forge::Gitea => &["GITEA_", "GITHUB_"],
            Forge::Github => &["GITHUB_"],
        };
        let found =
            |prefix: &&str| self.variables.get(&format!("{prefix}{name}")).filter(|text| !text.is_empty());
        prefixes.iter().find_map(found).cloned()
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.text(name).map(PathBuf::from)
    }

    fn api(&self, server: &str) -> String {
        match self.forge {
            Forge::Github if server == "https://github.com" => "https://api.github.com".to_owned(),
            Forge::Github => format!("{server}/api/v3"),
            Forge::Gitea | Forge::Forgejo => format!("{server}/api/v1"),
        }
    }

    /// The page of a run: GitHub's and Gitea's (since 1.26) is named after its id, Forgejo's after its number in the
    /// repository.
    fn run_url(&self, server: &str, repository: &str) -> Option<String> {
        let id = match self.forge {
            Forge::Github | Forge::Gitea => self.text("RUN_ID"),
            Forge::Forgejo => self.text("RUN_NUMBER"),
        };
        let id = number(id.as_deref())?;
        Some(format!("{server}/{repository}/actions/runs/{id}"))
    }

    /// Only a whole reference says that it is a branch: the short name of a pull request's may look like one.
    fn branch(&self) -> Option<String> {
        let branch = match self.text("REF") {
            Some(reference) => reference.strip_prefix("refs/heads/")?.to_owned(),
            None => self.text("REF_NAME").filter(|_| self.text("REF_TYPE").as_deref() == Some("branch"))?,
        };
        Some(branch).filter(|branch| is_branch(branch))
    }

    fn pull_request(&self, payload: &Payload) -> Option<PullRequest> {
        let (request, whose) = (&payload.pull_request, payload.repository["full_name"].as_str());
        let text = |side: &str, key: &str| request[side][key].as_str().map(str::to_owned);
        let repository = |side: &str| request[side]["repo"]["full_name"].as_str();
        if let Some(number) = request["number"].as_u64().filter(|number| *number > 0) {
            let same = repository("head").zip(repository("base").or(whose));
            return Some(PullRequest {
                number,
                head: text("head", "sha").filter(|sha| is_commit(sha)),
                branch: text("head", "ref").filter(|branch| is_branch(branch)),
                base: text("base", "ref").filter(|branch| is_branch(branch)),
                // A repository that has been deleted was another one.
                fork: !same.is_some_and(|(head, base)| head.eq_ignore_ascii_case(base)),
            });
        }
        // An event that cannot be read: the reference has the number, and nothing says that it is no fork.
        let reference = self.text("REF")?;
        let number = number(reference.strip_prefix("refs/pull/")?.split('/').next())?;
        let branch = |name: &str| self.text(name).filter(|branch| is_branch(branch));
        Some(PullRequest {
            number,
            head: None,
            branch: branch("HEAD_REF"),
            base: branch("BASE_REF"),
            fork: true,
        })
    }
}

/// Of an event what says which pull request it is about; the rest is not even kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Payload {
    pull_request: Value,
    repository: Value,
}

impl Payload {
    fn read(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }
}

fn number(text: Option<&str>) -> Option<u64> {
    let text = text.filter(|text| text.chars().all(|c| c.is_ascii_digit()))?;
    text.parse().ok().filter(|number| *number > 0)
}

/// An address without `/` at its end, a login or a query.
fn address(text: String) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let odd = |c: char| c.is_control() || c.is_whitespace() || "@?#\\\"<>".contains(c);
    let host = rest.trim_end_matches('/');
    (!host.is_empty() && !host.starts_with('/') && !rest.contains(odd))
        .then(|| text.trim_end_matches('/').to_owned())
}

fn is_repository(text: &str) -> bool {
    let word = |part: &str| {
        let plain = part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        plain && !["", ".", ".."].contains(&part) && part.len() <= 100
    };
    text.split_once('/').is_some_and(|(owner, name)| word(owner) && word(name))
}

/// SHA-1 or SHA-256.
pub(super) fn is_commit(text: &str) -> bool {
    [40, 64].contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit())
}

fn is_branch(text: &str) -> bool {
    is_word(text, 255) && !text.starts_with('-') && !text.contains(char::is_whitespace)
}

fn is_word(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && !text.contains(char::is_control)
}

/// Whether an address is that of `owner/name`, by whichever way and under whichever of the server's names.
pub(super) fn is_of(origin: &str, repository: &str) -> bool {
    let origin = origin.trim_end_matches('/').to_ascii_lowercase();
    let origin = origin.strip_suffix(".git").unwrap_or(&origin);
    let rest = origin.strip_suffix(&repository.to_ascii_lowercase());
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(['/', ':']))
}

#[cfg(test)]
mod tests;
