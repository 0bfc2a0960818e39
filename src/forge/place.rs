//! What is known of a forge (settings, the CI job, a repository's address) → where its API is, which token it gets, and
//! which repository is meant.

use std::time::Duration;

use crate::diagnostic::{Code, Failure, Kind};
use crate::forge::answers::Object;
use crate::forge::client::{Call, Client, origin};
use crate::forge::kind::Forge;
use crate::forge::repository::Repository;
use crate::forge::rights::Right;
use crate::token::Secret;

/// A repository on a forge, as far as it is known. Addresses have no `/` at their end.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// Which forge.
    pub forge: Option<Forge>,
    /// The address of its API.
    pub api: Option<String>,
    /// `owner/name`.
    pub repository: Option<String>,
    /// The repository's address, as git is told it.
    pub address: Option<String>,
    /// A token that was given for it.
    pub token: Option<Secret>,
    /// Whether that token is for the job's own server alone, where there is a job: the address may be anybody's.
    pub bound: bool,
}

/// The forge's CI job that this is a step of.
#[derive(Debug, Clone)]
pub struct Job {
    /// Which forge.
    pub forge: Forge,
    /// The address of its API.
    pub api: String,
    /// The forge's own address.
    pub server: String,
    /// The repository whose job it is, `owner/name`.
    pub repository: String,
    /// The job's own token, where it was handed on. It goes to the job's own server, for its own repository.
    pub token: Option<Secret>,
}

impl Job {
    /// The job's own token, where this is the address of its own repository, by the scheme and the host of its server.
    pub fn token_for(&self, address: &str) -> Option<&Secret> {
        let Written { server, repository } = Written::read(address)?;
        let own = same(&server, &self.server) && same(&repository, &self.repository);
        self.token.as_ref().filter(|_| own)
    }
}

impl Job {
    /// Whether an address is that of its own repository, under whichever of the server's names.
    pub(super) fn is_of(&self, address: &str) -> bool {
        Written::read(address).is_some_and(|written| same(&written.repository, &self.repository))
    }
}

/// Where a repository is, by its address: `https://host/prefix/owner/name.git`, `ssh://…` or `user@host:owner/name`.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    /// Where the forge answers to a browser.
    server: String,
    repository: String,
}

impl Written {
    fn read(address: &str) -> Option<Self> {
        let (scheme, rest) = match address.split_once("://") {
            Some((scheme @ ("http" | "https"), rest)) => (scheme, rest.to_owned()),
            // The port is that of ssh.
            Some(("ssh", rest)) => {
                let (authority, path) = rest.split_once('/')?;
                let host = authority.rsplit('@').next()?.split(':').next()?;
                ("https", format!("{host}/{path}"))
            }
            Some(_) => return None,
            None => {
                let (authority, path) = address.split_once(':').filter(|(host, _)| !host.contains('/'))?;
                ("https", format!("{}/{}", authority.rsplit('@').next()?, path.trim_start_matches('/')))
            }
        };
        let rest = rest.trim_end_matches('/').trim_end_matches(".git");
        let mut parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
        let (name, owner) = (parts.pop()?, parts.pop()?);
        let host = parts.first()?;
        let server = format!("{scheme}://{}", parts.join("/"));
        (!host.is_empty()).then(|| Self { server, repository: format!("{owner}/{name}") })
    }
}

/// Where a repository is shown to people, by any of its addresses: `https://host/owner/name`.
pub(crate) fn web_address(address: &str) -> Option<String> {
    Written::read(address).map(|Written { server, repository }| format!("{server}/{repository}"))
}

impl Endpoint {
    /// The repository, ready to be spoken to. A forge that nothing names is asked what it is, without a token.
    ///
    /// # Errors
    /// `Usage` with what to say where it cannot be known; `Unavailable` where the forge does not answer.
    pub fn open(&self, job: Option<&Job>, what: &str, timeout: Duration) -> Result<Repository, Failure> {
        let written = self.address.as_deref().and_then(Written::read);
        let repository = self.repository.clone().or_else(|| Some(written.as_ref()?.repository.clone()));
        let Some(repository) =
            repository.filter(|text| text.split('/').filter(|part| !part.is_empty()).count() == 2)
        else {
            let message = format!("the address of {what} does not name a repository on a forge");
            return Err(Failure::new(Code::ForgeUnknown, message).hint(
                "pass --gitops-repository OWNER/NAME and --gitops-api URL; for the app's own repository, --ci-repository and --ci-api",
            ));
        };
        let server = written.map(|written| written.server);
        let own = self.own(job, server.as_deref());
        let (forge, api) = match (&self.api, own, &server) {
            (api, Some(job), _) => {
                (self.forge.unwrap_or(job.forge), api.clone().unwrap_or_else(|| job.api.clone()))
            }
            (Some(api), None, _) => (self.known(api, timeout)?, api.clone()),
            (None, None, Some(server)) => self.find(server, timeout)?,
            (None, None, None) => {
                let message = format!("cannot tell which forge hosts {repository}");
                return Err(Failure::new(Code::ForgeUnknown, message)
                    .hint("pass --gitops-api URL, or --ci-api URL for the app's own repository"));
            }
        };
        let jobs = own.filter(|job| origin(&api) == origin(&job.api) && same(&repository, &job.repository));
        let given = self.token.clone().filter(|_| !self.bound || job.is_none() || own.is_some());
        let token = given.or_else(|| jobs?.token.clone());
        Ok(Repository { client: Client::new(forge, &api, token, timeout), path: repository })
    }

    /// Whether there is a token for it. Nobody is asked, so that one without a token need not be known or there.
    pub(crate) fn has_token(&self, job: Option<&Job>) -> bool {
        let written = self.address.as_deref().and_then(Written::read);
        let own = self.own(job, written.as_ref().map(|written| written.server.as_str()));
        let repository = self.repository.as_deref().or_else(|| Some(written.as_ref()?.repository.as_str()));
        let Some(repository) = repository else { return false };
        let given = self.token.is_some() && (!self.bound || job.is_none() || own.is_some());
        given || own.is_some_and(|job| job.token.is_some() && same(repository, &job.repository))
    }

    /// The job, where it is on the job's own server.
    fn own<'j>(&self, job: Option<&'j Job>, server: Option<&str>) -> Option<&'j Job> {
        job.filter(|job| match (&self.api, server) {
            (Some(api), _) => *api == job.api,
            (None, Some(server)) => same_server(server, &job.server),
            (None, None) => true,
        })
    }

    /// Which forge an API's address is of.
    fn known(&self, api: &str, timeout: Duration) -> Result<Forge, Failure> {
        if let Some(forge) = self.forge {
            return Ok(forge);
        }
        if api.ends_with("/api/v3") || origin(api) == "https://api.github.com" {
            return Ok(Forge::Github);
        }
        match api.strip_suffix("/api/v1") {
            Some(server) => self.find(server, timeout).map(|(forge, _)| forge),
            None => {
                Err(Failure::new(Code::ForgeUnknown, format!("cannot tell which forge {api} belongs to"))
                    .hint("pass --forge github, gitea or forgejo"))
            }
        }
    }

    /// Which forge answers at an address, and where its API is.
    fn find(&self, server: &str, timeout: Duration) -> Result<(Forge, String), Failure> {
        if let Some(forge) = self.forge {
            return Ok((forge, forge.api_of(server)));
        }
        if Forge::Github.api_of(server) != format!("{server}/api/v3") {
            return Ok((Forge::Github, Forge::Github.api_of(server)));
        }
        let questions = [
            (Forge::Forgejo, format!("{server}/api/forgejo/v1/version")),
            (Forge::Gitea, format!("{server}/api/v1/version")),
            (Forge::Github, format!("{server}/api/v3/meta")),
        ];
        for (forge, path) in &questions {
            let client = Client::new(*forge, server, None, timeout);
            let call = Call { method: "GET", path, body: None, right: Right::Nothing, repeatable: true };
            // A page for people is no API's answer.
            let there = match client.send(call) {
                Ok(answer) => answer.read::<Object>().is_some(),
                Err(failure) if failure.kind() == Kind::Unavailable => return Err(failure),
                Err(_) => false,
            };
            if there {
                return Ok((*forge, forge.api_of(server)));
            }
        }
        Err(Failure::new(Code::ForgeUnknown, format!("cannot tell which forge {server} is"))
            .hint("pass --forge github, gitea or forgejo; and --gitops-api URL if its API is elsewhere"))
    }
}

impl Forge {
    /// Which forge a repository's address is of, where the whole world knows it.
    pub fn of_address(address: &str) -> Option<Self> {
        let server = Written::read(address)?.server;
        let host = server.split_once("://")?.1.to_lowercase();
        match host.strip_prefix("ssh.").unwrap_or(&host) {
            "github.com" => Some(Self::Github),
            host if host.ends_with(".ghe.com") => Some(Self::Github),
            "codeberg.org" => Some(Self::Forgejo),
            "gitea.com" => Some(Self::Gitea),
            _ => None,
        }
    }

    /// Where the API of a forge is that answers at `server`.
    fn api_of(self, server: &str) -> String {
        let host = server.split_once("://").map_or(server, |(_, host)| host);
        match self {
            Self::Github if host == "github.com" => "https://api.github.com".to_owned(),
            // GitHub Enterprise Cloud with data residency.
            Self::Github if host.ends_with(".ghe.com") => format!("https://api.{host}"),
            Self::Github => format!("{server}/api/v3"),
            Self::Gitea | Self::Forgejo => format!("{server}/api/v1"),
        }
    }
}

/// Whether two addresses are of one server: a repository's by ssh tells neither scheme nor port of the web.
fn same_server(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/').to_lowercase()
    };
    plain(one) == plain(other)
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(address: &str) -> Option<(String, String)> {
        Written::read(address).map(|written| (written.server, written.repository))
    }

    #[test]
    fn an_address_names_a_server_and_a_repository() {
        let is = |server: &str| Some((server.to_owned(), "me/gitops".to_owned()));
        assert_eq!(written("https://github.com/me/gitops.git"), is("https://github.com"));
        assert_eq!(written("http://10.0.0.2:3000/me/gitops"), is("http://10.0.0.2:3000"));
        assert_eq!(written("https://example.cu/gitea/me/gitops/"), is("https://example.cu/gitea"));
        assert_eq!(written("ssh://git@git.example.cu:2222/me/gitops.git"), is("https://git.example.cu"));
        assert_eq!(written("git@git.example.cu:me/gitops.git"), is("https://git.example.cu"));
        for none in ["/srv/git/gitops.git", "file:///srv/me/gitops.git", "https://git.example.cu/gitops", ""]
        {
            assert_eq!(written(none), None, "{none}");
        }
    }

    #[test]
    fn each_forge_has_its_api_in_its_own_place() {
        assert_eq!(Forge::Github.api_of("https://github.com"), "https://api.github.com");
        assert_eq!(Forge::Github.api_of("https://octo.ghe.com"), "https://api.octo.ghe.com");
        assert_eq!(Forge::Github.api_of("https://git.corp.example"), "https://git.corp.example/api/v3");
        assert_eq!(Forge::Gitea.api_of("https://example.cu/gitea"), "https://example.cu/gitea/api/v1");
    }

    #[test]
    fn some_addresses_are_of_forges_that_all_know() {
        for (address, forge) in [
            ("https://github.com/me/shop.git", Some(Forge::Github)),
            ("git@GitHub.com:me/shop.git", Some(Forge::Github)),
            ("ssh://git@ssh.github.com:443/me/shop.git", Some(Forge::Github)),
            ("ssh://git@codeberg.org/me/shop", Some(Forge::Forgejo)),
            ("https://github.com.evil.example/me/shop", None),
            ("https://git.example.cu/github.com/shop", None),
            ("/srv/github.com/me/shop", None),
        ] {
            assert_eq!(Forge::of_address(address), forge, "{address}");
        }
    }

    fn job() -> Job {
        Job {
            forge: Forge::Gitea,
            api: "https://git.example.cu/api/v1".to_owned(),
            server: "https://git.example.cu".to_owned(),
            repository: "me/shop".to_owned(),
            token: Some(Secret::new("jobs")),
        }
    }

    #[test]
    fn git_gets_the_jobs_own_token_for_its_own_repository_alone() {
        for (address, own) in [
            ("https://git.example.cu/me/shop.git", true),
            ("https://Git.example.cu/Me/Shop", true),
            ("https://git.example.cu/me/gitops", false),
            ("http://git.example.cu/me/shop", false),
            ("https://git.example.cu:8443/me/shop", false),
            ("https://git.example.cu.evil.example/me/shop", false),
            ("/srv/me/shop", false),
        ] {
            assert_eq!(job().token_for(address).is_some(), own, "{address}");
        }
    }

    fn opened(address: &str, token: Option<&str>) -> Result<(Forge, String, bool), Failure> {
        let place = Endpoint {
            forge: Some(Forge::Gitea),
            address: Some(address.to_owned()),
            token: token.map(Secret::new),
            ..Endpoint::default()
        };
        let repository = place.open(Some(&job()), "it", Duration::from_secs(1))?;
        assert_eq!(place.has_token(Some(&job())), repository.has_token(), "{address}");
        Ok((repository.client.forge(), repository.client.api().to_owned(), repository.client.has_token()))
    }

    #[test]
    fn a_jobs_own_token_goes_to_its_own_repository_alone() {
        let own = "https://git.example.cu/api/v1".to_owned();
        let is = |api: &String, token| (Forge::Gitea, api.clone(), token);
        assert_eq!(opened("https://git.example.cu/me/shop", None).unwrap(), is(&own, true));
        assert_eq!(opened("git@git.example.cu:Me/Shop.git", None).unwrap(), is(&own, true));
        assert_eq!(opened("https://git.example.cu/me/gitops", None).unwrap(), is(&own, false));
        assert_eq!(opened("https://git.example.cu/me/gitops", Some("t")).unwrap(), is(&own, true));
        let other = "https://git.example.cu.evil.example/api/v1".to_owned();
        assert_eq!(opened("https://git.example.cu.evil.example/me/shop", None).unwrap(), is(&other, false));
        assert_eq!(opened("/srv/gitops.git", None).unwrap_err().kind(), Kind::Usage);
    }
}
