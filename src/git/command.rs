//! Arguments -> a `git` process: the one place that starts a program. The user's own configuration counts for
//! credentials, proxies and certificates; nothing that a repository says is run, nothing is asked on a
//! terminal, and a token is in the child's environment alone, for one address.
#![allow(clippy::disallowed_methods)] // Command and the environment that git inherits

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::diagnostic::{Code, Failure};
use crate::git::address::RepositoryUrl;
use crate::git::asked::{Asked, Remote};
use crate::git::environment;
use crate::git::local;
use crate::git::process::{self, Broken, Timeout};
use crate::git::stderr;
use crate::token::Secret;

/// Set for every call. A hook, a monitor or a background job would be a second program, and a second cost.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "protocol.version=2",
    "protocol.ext.allow=never",
    "protocol.file.allow=always",
    "credential.interactive=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.writeCommitGraph=false",
    "fetch.recurseSubmodules=false",
    "push.recurseSubmodules=no",
    "push.pushOption=",
    "push.negotiate=false",
    "pack.useSparse=true",
    "init.defaultBranch=main",
    "advice.pushUpdateRejected=false",
];

/// What git may inherit of its own variables; the rest names another repository or prints secrets.
const INHERITED: &[&str] = &[
    "GIT_ASKPASS",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_SYSTEM",
    "GIT_EXEC_PATH",
    "GIT_PROXY_COMMAND",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_TRACE2_EVENT",
];
const INHERITED_FAMILIES: &[&str] =
    &["GIT_SSL_", "GIT_HTTP_", "GIT_PROXY_SSL_", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"];

/// How a token reaches the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bearer {
    /// With every request, which saves a round trip. git would repeat the header after a redirect to another
    /// host, so redirects are refused.
    Header,
    /// Only where the address's own host asks for it, over git's credential protocol: redirects are followed.
    Helper,
}

/// `git` for one remote repository and one temporary one.
pub(super) struct Git {
    address: RepositoryUrl,
    remote: Remote,
    secret: Option<Secret>,
    bearer: std::cell::Cell<Bearer>,
    timeout: Timeout,
    folder: PathBuf,
}

/// A process that ran to its end, well or not.
pub(super) struct GitOutput {
    pub(super) good: bool,
    pub(super) stdout: Vec<u8>,
    /// Cleaned: one state a line, no progress. For judging alone: what is shown goes through [`stderr::brief`].
    pub(super) words: Zeroizing<String>,
}

impl Git {
    /// `folder` is where the temporary repository is or will be made.
    pub(super) fn new(
        address: &RepositoryUrl,
        secret: Option<&Secret>,
        timeout: Duration,
        folder: &Path,
    ) -> Self {
        let secret = secret.filter(|secret| address.is_http() && !secret.is_empty()).cloned();
        let (address, folder) = (address.clone(), folder.to_owned());
        let timeout = Timeout { silent: timeout, whole: None };
        let bearer = std::cell::Cell::new(Bearer::Header);
        Self { address, remote: Remote::Gitops, secret, bearer, timeout, folder }
    }

    /// The same, for an app's own repository.
    pub(super) fn of_app(mut self) -> Self {
        self.remote = Remote::App;
        self
    }

    /// The same, with an end to each call, also where the other side keeps talking.
    pub(super) fn within(mut self, whole: Option<Duration>) -> Self {
        self.timeout.whole = whole;
        self
    }

    /// The remote's address as an argument.
    pub(super) fn url(&self) -> &str {
        self.address.as_str()
    }

    /// Whether no forge has it.
    pub(super) fn is_local(&self) -> bool {
        self.address.is_on_this_machine()
    }

    /// The remote, where it is a repository that can be read in place.
    pub(super) fn at_hand(&self) -> Option<git2::Repository> {
        local::at_hand(&self.address)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs `git <args>` in the temporary repository.
    ///
    /// # Errors
    /// `Unavailable` where git is silent for too long, `Usage` where there is no git. A git that fails is an
    /// answer: its callers know what its words mean.
    pub(super) fn run(&self, args: &[&str], input: Vec<u8>) -> Result<GitOutput, Failure> {
        let answer = self.once(args, input.clone())?;
        let redirected = !answer.good && stderr::is_redirect(&answer.words);
        if redirected && self.secret.is_some() && self.bearer.replace(Bearer::Helper) == Bearer::Header {
            return self.once(args, input);
        }
        Ok(answer)
    }

    /// What a person calls the remote.
    pub(super) fn called(&self) -> &'static str {
        match self.remote {
            Remote::Gitops => "the GitOps repository",
            Remote::App => "the app's repository",
        }
    }

    /// The failure of a call that was to read the remote, by git's words.
    pub(super) fn unreadable(&self, words: &str) -> Failure {
        stderr::failure("cannot read", &self.asked(), words)
    }

    /// The failure of a call that was to write to the remote, by git's words.
    pub(super) fn unwritable(&self, words: &str) -> Failure {
        stderr::failure("cannot write to", &self.asked(), words)
    }

    fn asked(&self) -> Asked<'_> {
        Asked { url: self.url(), remote: self.remote, secret: self.secret.as_ref() }
    }

    /// What of the remote's words matters to a person, without our secrets.
    pub(super) fn brief(&self, words: &str) -> String {
        stderr::brief(words, self.secret.as_ref())
    }

    /// A text of the remote's without our secrets.
    pub(super) fn scrub(&self, text: &str) -> String {
        crate::token::scrub(text, self.secret.as_ref())
    }

    fn once(&self, args: &[&str], input: Vec<u8>) -> Result<GitOutput, Failure> {
        let mut command = Command::new("git");
        command.current_dir(&self.folder);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        let seconds = self.timeout.silent.as_secs().max(1);
        command.args(["-c", "http.lowSpeedLimit=1", "-c", &format!("http.lowSpeedTime={seconds}")]);
        command.args(args);
        self.set_environment(&mut command);
        match process::run(command, input, self.timeout, self.is_local()) {
            Ok(output) => Ok(GitOutput {
                good: output.status.success(),
                words: stderr::clean(&output.stderr),
                stdout: output.stdout,
            }),
            Err(Broken::Silent(time)) => {
                let text = format!("{} did not answer for {} s", self.address, time.as_secs().max(1));
                Err(Failure::new(Code::RepositoryUnavailable, text))
            }
            Err(Broken::Endless(time)) => {
                let text = format!("{} did not finish within {} s", self.address, time.as_secs().max(1));
                Err(Failure::new(Code::RepositoryUnavailable, text))
            }
            Err(Broken::Start(error)) => {
                Err(Failure::new(Code::GitNotInstalled, format!("cannot run git: {error}"))
                    .hint("install git 2.39 or newer"))
            }
        }
    }

    fn set_environment(&self, command: &mut Command) {
        // Who names a token wants no helper, and only http asks one.
        let helped = self.address.is_http() && self.secret.is_none() && may_ask_helpers();
        for (name, _) in std::env::vars_os() {
            let foreign = |name: &str| name.starts_with("GIT_") && !is_inherited(name);
            if name.to_str().is_some_and(|name| foreign(name) || environment::is_withheld(name, helped)) {
                command.env_remove(&name);
            }
        }
        command
            .env("LC_ALL", "C")
            .env("LANGUAGE", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1");
        // The temporary repository is named, so that no folder above it is ever searched for one.
        command.env("GIT_DIR", ".").env("GIT_TEMPLATE_DIR", "");
        if self.address.is_ssh() && asks_through_plain_ssh() {
            // In a process group of its own, an ssh that asks on the terminal would be stopped for ever.
            command.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
        }
        if let Some(secret) = &self.secret {
            let first = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
            let settings = bearer_settings(self.address.as_str(), secret, self.bearer.get());
            command.env("GIT_CONFIG_COUNT", (first + settings.len()).to_string());
            for (index, (key, value)) in settings.iter().enumerate() {
                let index = first + index;
                command.env(format!("GIT_CONFIG_KEY_{index}"), key);
                command.env(format!("GIT_CONFIG_VALUE_{index}"), value.as_str());
            }
            // Who names a token wants no other: neither a helper's, nor one that somebody types.
            command.env("GIT_ASKPASS", "").env_remove("SSH_ASKPASS");
            if self.bearer.get() == Bearer::Helper {
                let (user, password) = secret.user_and_password();
                command.env("CUPAAS_GIT_USER", user).env("CUPAAS_GIT_PASSWORD", password);
            }
        }
    }
}

fn is_inherited(name: &str) -> bool {
    INHERITED.contains(&name) || INHERITED_FAMILIES.iter().any(|family| name.starts_with(family))
}

/// Whether there is a credential helper, in git's files or in the environment, where a program may be one too.
fn may_ask_helpers() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value: OsString| !value.is_empty());
    set("GIT_ASKPASS") || set("GIT_CONFIG_COUNT") || set("GIT_CONFIG_PARAMETERS") || environment::has_helper()
}

/// Whether nobody has chosen another ssh, in the environment or in git's configuration.
fn asks_through_plain_ssh() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value: OsString| !value.is_empty());
    let configured = git2::Config::open_default().and_then(|config| config.get_string("core.sshCommand"));
    !set("GIT_SSH") && !set("GIT_SSH_COMMAND") && configured.is_err()
}

/// Settings that hold for this address alone. The empty value first takes away what a more general setting
/// gave: two `Authorization` headers are refused by most servers.
fn bearer_settings(url: &str, secret: &Secret, bearer: Bearer) -> Vec<(String, Zeroizing<String>)> {
    let plain = |text: &str| Zeroizing::new(text.to_owned());
    let helper = format!("credential.{}.helper", origin(url));
    match bearer {
        Bearer::Header => {
            let key = format!("http.{url}.extraHeader");
            let header = Zeroizing::new(format!("Authorization: {}", *secret.basic()));
            vec![
                (key.clone(), plain("")),
                (key, header),
                (format!("http.{url}.followRedirects"), plain("false")),
                (helper, plain("")),
            ]
        }
        Bearer::Helper => {
            let script = r#"!f() { test "$1" = get && printf 'username=%s\npassword=%s\n' "$CUPAAS_GIT_USER" "$CUPAAS_GIT_PASSWORD"; }; f"#;
            vec![(helper.clone(), plain("")), (helper, plain(script))]
        }
    }
}

/// Scheme and host of a URL.
pub(super) fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    &url[..end]
}
