//! The environment variables that cupaas reads: those that stand for flags, from the flags themselves, and the others.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::{Arg, Command};

/// Variables with one purpose: a title, and each with what it says.
pub(super) type Group = (&'static str, &'static [(&'static str, &'static str)]);

/// What cupaas itself reads, and no flag stands for.
pub(super) const READ: &[Group] = &[
    (
        "Tokens and logins, which no argument may hold",
        &[
            ("CUPAAS_GITOPS_TOKEN", "Token for the GitOps repository and its pull requests"),
            ("CUPAAS_FORGE_TOKEN", "Token for the app's forge: comments, statuses, deployments"),
            (
                "CUPAAS_SOURCE_TOKEN",
                "Token that reads the apps' repositories: for `sync`, and for the history that `deploy` lacks",
            ),
            ("CUPAAS_SOURCE_HOSTS", "Hosts that are given CUPAAS_SOURCE_TOKEN, with commas between"),
            ("CUPAAS_REGISTRY_USER", "User for the image registry"),
            ("CUPAAS_REGISTRY_PASSWORD", "Password for the image registry"),
            ("REGISTRY_AUTH_FILE", "File with registry logins, as podman writes it"),
            ("DOCKER_CONFIG", "Folder of the config.json with registry logins, as docker writes it"),
            ("SOPS_AGE_KEY", "An age identity, for commands that decrypt"),
            ("SOPS_AGE_KEY_FILE", "File with age identities"),
        ],
    ),
    (
        "Everything else",
        &[
            ("CUPAAS_APP", "The app's name, as --app"),
            ("CUPAAS_HOME", "Folder of the local repository and its age identity; an absolute path"),
            ("XDG_DATA_HOME", "Without CUPAAS_HOME: its folder `cupaas` is used"),
            ("HOME", "Without either: .local/share/cupaas below it is used"),
            ("CUPAAS_FORGE_TIMEOUT", "Seconds that one answer of a forge may take [default: 30]"),
            ("CUPAAS_REGISTRY_INSECURE", "Registries that are spoken to without TLS, with commas between"),
            ("CUPAAS_COMPLETE", "Set by the completion scripts: the shell that asks for candidates"),
            ("GIT_AUTHOR_NAME", "Author of the commits [default: cupaas]"),
            ("GIT_AUTHOR_EMAIL", "The author's address [default: cupaas@localhost]"),
        ],
    ),
    (
        "A CI job, under FORGEJO_ and GITEA_ too, which go before GITHUB_",
        &[
            ("CI", "Whether this is a job of any CI: neither empty, `false` nor 0"),
            ("GITHUB_ACTIONS", "Whether this is a job of that forge"),
            ("GITHUB_TOKEN", "The job's token, for its own repository"),
            ("GITHUB_SERVER_URL", "The forge's address"),
            ("GITHUB_API_URL", "The address of its API"),
            ("GITHUB_REPOSITORY", "The repository, as OWNER/NAME"),
            ("GITHUB_ACTOR", "Who started the job"),
            ("GITHUB_EVENT_NAME", "The event that started it"),
            ("GITHUB_EVENT_PATH", "File with that event"),
            ("GITHUB_SHA", "The commit that is built"),
            ("GITHUB_REF", "Its branch, tag or pull request"),
            ("GITHUB_REF_NAME", "The short name of the same"),
            ("GITHUB_REF_TYPE", "Whether that is a branch or a tag"),
            ("GITHUB_HEAD_REF", "A pull request's branch"),
            ("GITHUB_BASE_REF", "The branch that it is to be merged into"),
            ("GITHUB_RUN_ID", "The run, for the address of its page"),
            ("GITHUB_RUN_NUMBER", "The same, on Forgejo"),
            ("GITHUB_WORKSPACE", "Folder of the checkout"),
            ("GITHUB_OUTPUT", "File that takes the step's outputs"),
            ("GITHUB_STEP_SUMMARY", "File that takes the step's summary"),
        ],
    ),
    (
        "What git is given; any other GIT_ variable is kept from it",
        &[
            ("GIT_ASKPASS", "Program that knows a password; not asked where a token is given"),
            ("GIT_SSH", "The ssh program"),
            ("GIT_SSH_COMMAND", "The ssh program with its options"),
            ("GIT_SSH_VARIANT", "Which ssh it is"),
            ("GIT_EXEC_PATH", "Folder of git's own programs"),
            ("GIT_PROXY_COMMAND", "Program that connects to git:// addresses"),
            ("GIT_CONFIG_GLOBAL", "The user's configuration file"),
            ("GIT_CONFIG_SYSTEM", "The system's configuration file"),
            ("GIT_CONFIG_NOSYSTEM", "Whether the system's is left out"),
            ("GIT_CONFIG_PARAMETERS", "Settings, as git hands them to its own children"),
            ("GIT_CONFIG_COUNT", "How many settings GIT_CONFIG_KEY_* and GIT_CONFIG_VALUE_* hold"),
            ("GIT_CONFIG_KEY_*", "The name of one of these settings"),
            ("GIT_CONFIG_VALUE_*", "Its value"),
            ("GIT_HTTP_*", "How git speaks HTTP"),
            ("GIT_SSL_*", "Which certificates git trusts and shows"),
            ("GIT_PROXY_SSL_*", "The same, for a proxy"),
            ("GIT_TRACE2_EVENT", "Where git writes what it does"),
        ],
    ),
];

/// What libraries and git read.
const BY_LIBRARIES: &[Group] = &[
    (
        "Network; upper or lower case",
        &[
            ("HTTPS_PROXY", "Proxy for https:// addresses"),
            ("HTTP_PROXY", "Proxy for http:// addresses"),
            ("ALL_PROXY", "Proxy for both"),
            ("NO_PROXY", "Hosts that are reached without a proxy"),
            ("SSL_CERT_FILE", "File with the certificate authorities that are trusted"),
            ("SSL_CERT_DIR", "Folder with them"),
        ],
    ),
    (
        "Terminal",
        &[
            ("NO_COLOR", "Set to anything: no colours"),
            ("CLICOLOR", "0: no colours"),
            ("CLICOLOR_FORCE", "Set to anything but 0: colours also where no terminal is"),
            ("TERM", "`dumb`: no colours"),
        ],
    ),
];

/// All variables, for people. Each line begins with a blank, which keeps it a line in a manual page too.
pub(crate) fn text(command: &Command) -> String {
    let mut text =
        "Environment variables that cupaas reads. An empty one counts as unset;\na flag that is typed \
        goes before its variable.\n\n Variables for flags:\n"
            .to_owned();
    let mut flags = BTreeMap::new();
    of_flags(command, &mut flags);
    for (name, (flag, says)) in flags {
        let _ = writeln!(text, "  {name} (--{flag})\n      {says}");
    }
    for (title, variables) in READ.iter().chain(BY_LIBRARIES) {
        let _ = writeln!(text, "\n {title}:");
        for (name, says) in *variables {
            let _ = writeln!(text, "  {name}\n      {says}");
        }
    }
    text
}

/// The variable of each flag, with the flag and the first part of its help.
fn of_flags(command: &Command, found: &mut BTreeMap<String, (String, String)>) {
    for argument in command.get_arguments() {
        if let Some((name, entry)) = of_flag(argument) {
            found.entry(name).or_insert(entry);
        }
    }
    for below in command.get_subcommands() {
        of_flags(below, found);
    }
}

fn of_flag(argument: &Arg) -> Option<(String, (String, String))> {
    let name = argument.get_env()?.to_str()?.to_owned();
    let help = argument.get_help()?.to_string();
    let says = help.split("; ").next().unwrap_or_default().to_owned();
    Some((name, (argument.get_long()?.to_owned(), says)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)] // the sources are read

    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use regex_lite::Regex;
    use walkdir::WalkDir;

    use super::*;
    use crate::cli::read::command;

    /// Names of variables in files that read the environment, as the code writes them: some without their forge's prefix,
    /// and families with an underscore at the end.
    fn in_sources() -> BTreeSet<String> {
        let literal = Regex::new("\"([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*_?)\"").unwrap();
        // What git is told, the prefixes of families, and a file in a repository.
        let others =
            ["LC_ALL", "LANGUAGE", "SSH_ASKPASS", "GIT_DIR", "GIT_TEMPLATE_DIR", "GIT_TERMINAL_PROMPT"];
        let others = [&others[..], &["GIT_NO_LAZY_FETCH", "CUPAAS_GIT_USER", "CUPAAS_GIT_PASSWORD"]].concat();
        let others =
            [&others[..], &["GIT_", "GITHUB_", "GITEA_", "FORGEJO_", "HEAD", "CARGO_PKG_VERSION"]].concat();
        let mut names = BTreeSet::new();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for entry in WalkDir::new(source).into_iter().filter_map(Result::ok) {
            let path = entry.path().display().to_string();
            if !path.ends_with(".rs") || path.ends_with("tests.rs") || path.ends_with("variables.rs") {
                continue;
            }
            let text = fs::read_to_string(entry.path()).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            if path.contains("/request/") || text.contains("env::var") {
                names.extend(literal.captures_iter(text).map(|found| found[1].to_owned()));
            }
        }
        names.retain(|name| !others.contains(&name.as_str()));
        names
    }

    #[test]
    fn the_page_has_every_variable_that_the_code_reads() {
        let names = in_sources();
        assert!(names.len() > 40, "{names:?}");
        let page = text(&command());
        let known: BTreeSet<&str> =
            page.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
        let forges = ["", "GITHUB_", "GITEA_", "FORGEJO_"];
        let missing = names.iter().filter(|name| {
            let listed = known.iter().any(|known| {
                let family = known.trim_end_matches('*');
                let other = name.replacen("FORGEJO_", "GITHUB_", 1).replacen("GITEA_", "GITHUB_", 1);
                forges.iter().any(|forge| format!("{forge}{other}") == family)
            });
            !listed
        });
        let missing: Vec<&String> = missing.collect();
        assert!(missing.is_empty(), "read, and not in `cupaas help environment`: {missing:?}");
    }

    #[test]
    fn the_page_has_no_variable_that_nothing_reads() {
        let names = in_sources();
        let listed = READ.iter().flat_map(|(_, variables)| *variables);
        let listed = listed.map(|(name, _)| name.trim_end_matches('*'));
        let stale =
            |name: &&str| !names.contains(*name) && !names.contains(name.trim_start_matches("GITHUB_"));
        assert_eq!(listed.filter(stale).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn every_variable_of_a_flag_has_its_flag_and_its_words() {
        let mut flags = BTreeMap::new();
        of_flags(&command(), &mut flags);
        assert_eq!(flags["CUPAAS_ENV"].0, "env");
        assert!(flags.contains_key("CUPAAS_CI") && flags.len() > 25, "{flags:?}");
        assert!(flags.values().all(|(_, says)| says.len() > 5), "{flags:?}");
    }
}
