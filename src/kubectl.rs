//! What a person asks of their cluster → what their own `kubectl` printed: with their login, and for them alone. No job that
//! deploys needs it.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // starts a program that a person has

use std::io::{ErrorKind, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::Pid;
use serde_json::Value;

use crate::clock::{self, Stopwatch};
use crate::diagnostic::{Code, Failure};
use crate::stop::{self, Group, Kept};

/// How long what kubectl has started may write after its end.
const LINGERS: Duration = Duration::from_secs(1);
/// How often a program is looked at that has not ended.
const PACE: Duration = Duration::from_millis(20);
/// What kubectl says where no API server has answered, or one that has failed; anything else does not go away by itself.
const AWAY: [&str; 11] = [
    "unable to connect to the server",
    "connection to the server",
    "connection refused",
    "connection reset",
    "timeout",
    "timed out",
    "deadline exceeded",
    "(serviceunavailable)",
    "(internalerror)",
    "(toomanyrequests)",
    "unexpected eof",
];

/// What it says as "unable to connect" too, and is wrong with the settings or the login.
const OF_THE_LOGIN: [&str; 4] = ["getting credentials", "x509:", "tls: failed to verify", "context \""];

/// The person's `kubectl`.
#[derive(Debug, Clone)]
pub struct Kubectl {
    /// The context of its settings; nothing where it is the one that is set there.
    pub context: Option<String>,
    /// How long one answer may take.
    pub timeout: Duration,
}

impl Kubectl {
    /// The objects that it prints for `get`; none where there are none of these names.
    ///
    /// # Errors
    /// It is not there; the cluster does not answer, or does not let us.
    pub(crate) fn get(&self, namespace: &str, words: &[&str]) -> Result<Vec<Value>, Failure> {
        let mut arguments = vec![format!("--namespace={namespace}")];
        arguments.extend(self.context.as_ref().map(|context| format!("--context={context}")));
        arguments.push(format!("--request-timeout={}s", self.timeout.as_secs().max(1)));
        arguments.push("get".to_owned());
        arguments.extend(words.iter().map(|word| (*word).to_owned()));
        arguments.extend(["--ignore-not-found", "--output=json"].map(str::to_owned));
        let printed = self.run(&arguments)?;
        if printed.iter().all(u8::is_ascii_whitespace) {
            return Ok(Vec::new());
        }
        let odd = |what: &str| {
            Failure::new(Code::ClusterRefused, format!("kubectl printed {what}: {}", beginning(&printed)))
                .hint("whether it is the program that you mean: `command -v kubectl`")
        };
        let Ok(read) = serde_json::from_slice(&printed) else { return Err(odd("what is no JSON")) };
        let objects = match read {
            Value::Object(mut list) if list.get("items").is_some_and(Value::is_array) => {
                match list.remove("items") {
                    Some(Value::Array(items)) => items,
                    _ => Vec::new(),
                }
            }
            one => vec![one],
        };
        match objects.iter().all(Value::is_object) {
            true => Ok(objects),
            false => Err(odd("no object of Kubernetes")),
        }
    }

    fn run(&self, arguments: &[String]) -> Result<Vec<u8>, Failure> {
        let mut command = Command::new("kubectl");
        command.args(arguments).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let begun = stop::register(|| begin(&mut command));
        let ((mut child, group), registered) = begun.map_err(|error| missing(&error))?;
        let (stdout, stderr) = (listen(child.stdout.take()), listen(child.stderr.take()));
        let clock = Stopwatch::begin();
        // A login's own program may wait for ever.
        let patience = self.timeout.saturating_add(Duration::from_secs(2));
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if clock.elapsed() < patience => clock::wait(PACE),
                Ok(None) => {
                    stop::hold();
                    thread::spawn(move || child.wait());
                    group.end();
                    let message = format!("kubectl did not end within {} s", patience.as_secs());
                    return Err(Failure::new(Code::ClusterUnavailable, message));
                }
                Err(error) => return Err(missing(&error)),
            }
        };
        group.ended.store(true, Ordering::Release);
        // One that a signal has ended says nothing about the cluster.
        stop::hold();
        drop(registered);
        // A login's program may leave one of its own behind, which holds the pipes open.
        let is_open = || !(stdout.is_finished() && stderr.is_finished());
        let lingers = || {
            let clock = Stopwatch::begin();
            while is_open() && clock.elapsed() < LINGERS {
                clock::wait(PACE);
            }
            is_open()
        };
        if lingers() {
            group.end();
            if lingers() {
                let message = "a program that kubectl has started keeps its output open";
                return Err(Failure::new(Code::ClusterUnavailable, message));
            }
        }
        let said = |pipe: JoinHandle<Vec<u8>>| pipe.join().unwrap_or_default();
        let (stdout, stderr) = (said(stdout), said(stderr));
        match status.success() {
            true => Ok(stdout),
            false => Err(refused(&String::from_utf8_lossy(&stderr), &format!("it ended with {status}"))),
        }
    }
}

/// The beginning of what was printed, for people.
fn beginning(printed: &[u8]) -> String {
    const SHOWN: usize = 60;
    let text = String::from_utf8_lossy(printed);
    let line = text.trim_start().lines().next().unwrap_or_default();
    format!("{:?}", line.chars().take(SHOWN).collect::<String>())
}

/// Starts it as the leader of a group.
fn begin(command: &mut Command) -> std::io::Result<((Child, Group), Kept)> {
    let child = command.spawn()?;
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let id = id.ok_or_else(|| std::io::Error::other("a process without a number"))?;
    let group = Group { id, both_ends: false, ended: Arc::new(AtomicBool::new(false)) };
    Ok(((child, group.clone()), Kept::Group(group)))
}

fn listen(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut text = Vec::new();
        // What came before the error is what it said.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut text));
        text
    })
}

fn missing(error: &std::io::Error) -> Failure {
    let failure = Failure::new(Code::ProgramNotInstalled, format!("cannot run kubectl: {error}"));
    match error.kind() {
        ErrorKind::NotFound => failure.hint(
            "install kubectl, or put the folder that it is in into PATH; without --via, the forge is asked",
        ),
        _ => failure,
    }
}

/// What kubectl said last, in its own words; `ended` where it said nothing.
fn refused(stderr: &str, ended: &str) -> Failure {
    let last = stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(ended).trim();
    let lower = last.to_lowercase();
    let has = |words: &&str| lower.contains(words);
    match AWAY.iter().any(&has) && !OF_THE_LOGIN.iter().any(has) {
        true => Failure::new(Code::ClusterUnavailable, format!("the cluster does not answer: {last}"))
            .hint("which one kubectl asks: `kubectl config current-context`; another: --context NAME"),
        false => Failure::new(Code::ClusterRefused, format!("kubectl does not get an answer: {last}"))
            .hint("which cluster it asks: `kubectl config current-context`; another: --context NAME")
            .hint("whether you may: `kubectl auth can-i get kustomizations.kustomize.toolkit.fluxcd.io --all-namespaces`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_away_by_itself_is_told_from_what_does_not() {
        for away in [
            "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?",
            "Unable to connect to the server: dial tcp: lookup k8s.example.cu: no such host",
            "Unable to connect to the server: net/http: TLS handshake timeout\n",
            "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
            "E1128 memcache.go:265] couldn't get\nerror: Get \"https://10.0.0.1\": context deadline exceeded",
        ] {
            assert_eq!(refused(away, "").code, Code::ClusterUnavailable, "{away}");
        }
        for stays in [
            "Error from server (Forbidden): kustomizations is forbidden: User \"ana\" cannot list",
            "error: You must be logged in to the server (Unauthorized)",
            "error: context \"home\" does not exist",
            "error: context \"prod-timeout\" does not exist",
            "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255",
            "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "error: the server doesn't have a resource type \"kustomizations\"",
            "",
        ] {
            assert_eq!(refused(stays, "").code, Code::ClusterRefused, "{stays}");
        }
        for (stderr, said) in [("a\nerror: b \n\n", "error: b"), (" \n", "it ended with 77")] {
            let message = refused(stderr, "it ended with 77").message.to_string();
            assert_eq!(message, format!("kubectl does not get an answer: {said}"));
        }
    }
}
