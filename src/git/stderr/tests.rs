use super::*;
use crate::git::asked::Remote;

#[test]
fn a_full_disk_of_this_machine_is_no_servers_fault() {
    let asked = Asked { url: "x", remote: Remote::Gitops, secret: None };
    let code = |words: &str| failure("cannot read", &asked, words).code;
    assert_eq!(
        code("fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output"),
        Code::WriteFailed
    );
    assert_eq!(code("error: unable to create temporary file: Disk quota exceeded"), Code::WriteFailed);
    assert_eq!(code("remote: fatal: write error: No space left on device"), Code::RepositoryUnavailable);
    let made = std::io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error());
    assert_eq!(internal(made).code, Code::WriteFailed);
    assert_eq!(internal("damaged").code, Code::TemporaryFiles);
}

#[test]
fn a_password_may_be_any_word_of_gits_and_is_shown_nowhere() {
    let said = "fatal: unable to access 'https://a.example/x/': The requested URL returned error: 403\n\
                remote: ref main";
    for password in ["ref", "remote", "fatal", "main", "error", "403", "error: 403", "unable to access"] {
        let secret = Secret::new(password);
        let words = clean(said.as_bytes());
        let asked = Asked { url: "https://a.example/x", remote: Remote::Gitops, secret: Some(&secret) };
        let failure = failure("cannot read", &asked, &words);
        assert_eq!(failure.code, Code::RepositoryAccessDenied, "{password}");
        let message = failure.message.to_string();
        let (_, shown) = message.split_once("x: ").unwrap();
        assert!(!shown.contains(password), "{password}: {shown}");
    }
}

#[test]
fn words_of_the_address_are_none_of_gits() {
    let url = "https://a.example/access denied/not found";
    let words = format!("fatal: unable to access '{url}/': Could not resolve host: a.example");
    let asked = Asked { url, remote: Remote::App, secret: None };
    assert_eq!(failure("cannot read", &asked, &words).code, Code::RepositoryUnavailable);
}

const HTTPS: &str = "https://git.example/me/g.git";
const SSH: &str = "ssh://git@git.example:2222/me/g.git";

/// Message and hints.
fn said(url: &str, words: &str, remote: Remote, secret: Option<&Secret>) -> String {
    let failed = failure("cannot read", &Asked { url, remote, secret }, words);
    let hints: Vec<String> = failed.hints.iter().map(ToString::to_string).collect();
    format!("{}\n{}", failed.message, hints.join("\n"))
}

#[test]
fn a_refused_token_is_named_and_a_missing_one_is_asked_for() {
    let words = "fatal: could not read Username for 'https://git.example': terminal prompts disabled";
    let token = Secret::of_variable("CUPAAS_GITOPS_TOKEN", "s3cr3t");
    let refused = said(HTTPS, words, Remote::Gitops, Some(&token));
    assert!(refused.contains("git.example refused the token in CUPAAS_GITOPS_TOKEN"), "{refused}");
    assert!(refused.contains("it may have expired") && refused.contains(words), "{refused}");
    assert!(!refused.contains("s3cr3t"), "{refused}");
    let missing = said(HTTPS, words, Remote::Gitops, None);
    assert!(missing.contains("set CUPAAS_GITOPS_TOKEN to a token that may write"), "{missing}");
    assert!(!missing.contains("refused"), "{missing}");
    let job = Secret::of_variable("GITHUB_TOKEN", "s3cr3t");
    let refused = said(HTTPS, words, Remote::Gitops, Some(&job));
    assert!(
        refused.contains("GITHUB_TOKEN does not open this repository: set CUPAAS_GITOPS_TOKEN"),
        "{refused}"
    );
    let source = Secret::of_variable("CUPAAS_SOURCE_TOKEN", "s3cr3t");
    let refused = said(HTTPS, words, Remote::App, Some(&source));
    assert!(refused.contains("refused the token in CUPAAS_SOURCE_TOKEN"), "{refused}");
    let missing = said(HTTPS, words, Remote::App, None);
    assert!(
        missing.contains("set CUPAAS_SOURCE_TOKEN") && missing.contains("CUPAAS_SOURCE_HOSTS"),
        "{missing}"
    );
    // A login that a checkout was cloned with has no variable.
    let refused = said(HTTPS, words, Remote::Gitops, Some(&Secret::new("s3cr3t")));
    assert!(refused.contains("refused the login that is known for it"), "{refused}");
}

#[test]
fn the_line_of_ssh_is_kept_and_has_a_hint() {
    let end = "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.";
    for (line, hint) in [
        ("git@git.example: Permission denied (publickey).", "ssh-add -l"),
        (
            "No ED25519 host key is known for git.example.\nHost key verification failed.",
            "ssh-keyscan -p 2222 git.example >>",
        ),
        (
            "@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @\nHost key verification failed.",
            "ssh-keygen -R '[git.example]:2222'",
        ),
        (
            "ssh: Could not resolve hostname git.example: Name or service not known",
            "no address for that name",
        ),
        ("ssh: connect to host git.example port 2222: Connection refused", "nothing answers there"),
        ("ssh: connect to host git.example port 2222: Connection timed out", "nothing answers there"),
        ("kex_exchange_identification: Connection closed by remote host", "git ls-remote ssh://"),
    ] {
        let said = said(SSH, &format!("{line}\n{end}"), Remote::Gitops, None);
        assert!(said.contains(line.lines().last().unwrap()) && said.contains(hint), "{said}");
        assert!(said.contains("fatal: Could not read") && !said.contains("Please make sure"), "{said}");
    }
}

#[test]
fn without_a_network_gits_line_is_kept_and_has_a_hint() {
    for (line, hint) in [
        ("fatal: unable to access 'x': Could not resolve host: git.example", "no address for that name"),
        ("fatal: unable to access 'x': Failed to connect to git.example port 443", "nothing answers there"),
        ("fatal: unable to access 'x': The requested URL returned error: 503", "try again later"),
    ] {
        let said = said(HTTPS, line, Remote::Gitops, None);
        assert!(said.contains(line) && said.contains(hint), "{said}");
    }
}
