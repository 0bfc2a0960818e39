//! A forge, as far as it is told of deploys: pull requests, comments, labels, statuses and deployments in memory, by
//! GitHub's rules or Gitea's. It writes down every request, and can misbehave.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// Whose rules it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Github,
    Gitea,
    Forgejo,
}

/// What it does instead of answering.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Another answer: status, header lines, body.
    Say(u16, String, String),
    /// Does the work and then breaks the connection.
    WorkAndBreak,
    /// Never answers.
    Silence,
}

/// A request as it was heard.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) method: String,
    /// Below the API's address.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Value,
}

impl Heard {
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn is_of_job(&self) -> bool {
        self.authorization.as_deref().is_some_and(|is| is.ends_with(JOB))
    }
}

type Rule = dyn Fn(&Heard, usize) -> Option<Fault> + Send + Sync;

#[derive(Default)]
pub(crate) struct State {
    pub(crate) pulls: Vec<Value>,
    pub(crate) comments: Vec<Value>,
    pub(crate) labels: Vec<String>,
    pub(crate) statuses: Vec<Value>,
    pub(crate) deployments: Vec<Value>,
    pub(crate) deployment_statuses: BTreeMap<u64, Vec<Value>>,
    /// Whether merging has to wait for something.
    pub(crate) protected: bool,
    /// Whether a page's links are those of another address.
    pub(crate) behind_a_proxy: bool,
    next: u64,
}

impl State {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

struct Shared {
    manner: Manner,
    root: String,
    /// Where the branches are that pull requests are made of.
    gitops: PathBuf,
    rule: Box<Rule>,
    state: Mutex<State>,
    heard: Mutex<Vec<Heard>>,
}

pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    pub(crate) manner: Manner,
    shared: Arc<Shared>,
}

/// The name that the token's user has, and the name of a job's own.
pub(crate) const USER: &str = "ana";
pub(crate) const TOKEN: &str = "s3cr3t-of-a-user";
pub(crate) const JOB: &str = "s3cr3t-of-a-job";

impl Server {
    pub(crate) fn start(
        manner: Manner,
        gitops: &str,
        rule: impl Fn(&Heard, usize) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            manner,
            root: url.clone(),
            gitops: PathBuf::from(gitops),
            rule: Box::new(rule),
            state: Mutex::default(),
            heard: Mutex::default(),
        });
        let mine = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&mine);
                std::thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { url, manner, shared }
    }

    pub(crate) fn api(&self) -> String {
        format!("{}{}", self.url, base(self.manner))
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.shared.heard.lock().unwrap().clone()
    }

    /// What was heard since the last time: method and path.
    pub(crate) fn lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.heard.lock().unwrap()).iter().map(Heard::line).collect()
    }

    pub(crate) fn state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.shared.state.lock().unwrap())
    }
}

fn base(manner: Manner) -> &'static str {
    if manner == Manner::Github { "/api/v3" } else { "/api/v1" }
}

fn serve(stream: &TcpStream, shared: &Shared) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let Some((name, value)) = header.trim_end().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let heard = Heard {
            method,
            path: path.strip_prefix(base(shared.manner)).unwrap_or(path).to_owned(),
            query: query.to_owned(),
            authorization: headers.get("authorization").cloned(),
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        };
        let count = {
            let mut all = shared.heard.lock().unwrap();
            write_down(shared.manner, &heard);
            all.push(heard.clone());
            all.iter().filter(|other| other.line() == heard.line()).count()
        };
        let fault = (shared.rule)(&heard, count);
        let (status, headers, body) = match fault {
            Some(Fault::Silence) => {
                // Until the other side has had enough.
                let _ = reader.read_line(&mut String::new());
                return None;
            }
            Some(Fault::Say(status, headers, body)) => (status, headers, body),
            Some(Fault::WorkAndBreak) => {
                answer(&heard, shared);
                return stream.shutdown(std::net::Shutdown::Both).ok();
            }
            None => {
                let (status, headers, body) = answer(&heard, shared);
                (status, headers, if body.is_null() { String::new() } else { body.to_string() })
            }
        };
        let head = format!(
            "HTTP/1.1 {status} x\r\n{headers}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut out = stream;
        out.write_all(&[head.as_bytes(), body.as_bytes()].concat()).ok()?;
    }
}

/// Keeps the request for those who compare it with what the forge's project says of its API.
fn write_down(manner: Manner, heard: &Heard) {
    let Some(folder) = std::env::var_os("CUPAAS_FORGE_RECORD") else { return };
    let line = json!({"method": heard.method, "path": heard.path, "query": heard.query, "body": heard.body});
    let name = format!("{manner:?}.jsonl").to_lowercase();
    let mut file =
        std::fs::OpenOptions::new().append(true).create(true).open(PathBuf::from(folder).join(name)).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Status, header lines, body.
type Said = (u16, String, Value);

fn say(status: u16, body: Value) -> Said {
    (status, String::new(), body)
}

fn missing() -> Said {
    say(404, json!({"message": "Not Found"}))
}

fn answer(heard: &Heard, shared: &Shared) -> Said {
    let mut state = shared.state.lock().unwrap();
    let path = decoded(&heard.path);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let github = shared.manner == Manner::Github;
    let body = &heard.body;
    match (heard.method.as_str(), parts.as_slice()) {
        ("GET", ["api", "forgejo", "v1", "version"]) if shared.manner == Manner::Forgejo => {
            say(200, json!({"version": "11.0.0+gitea-1.22.0"}))
        }
        ("GET", ["version"]) if !github => say(200, json!({"version": "1.26.0"})),
        ("GET", ["meta"]) if github => say(200, json!({"installed_version": "3.20.0"})),
        ("GET", ["api", ..]) => missing(),
        _ if heard.authorization.is_none() => say(401, json!({"message": "Requires authentication"})),
        // A job's own token is no user.
        ("GET", ["user"]) if github && heard.is_of_job() => {
            say(403, json!({"message": "Resource not accessible by integration"}))
        }
        ("GET", ["user"]) => say(200, author(heard, shared.manner)),
        ("POST", ["api", "graphql"]) if github => graphql(body, &mut state),
        ("GET", ["repos", _, _]) => say(
            200,
            json!({"default_merge_style": "squash", "allow_merge_commit": false, "allow_squash_merge": true}),
        ),
        ("GET", ["repos", _, _, "branches", rest @ ..]) => match tip(shared, &rest.join("/")) {
            Some(commit) => say(
                200,
                json!({"commit": if github { json!({"sha": commit}) } else { json!({"id": commit}) }}),
            ),
            None => missing(),
        },
        ("GET", ["repos", owner, name, "pulls"]) => {
            pulls(heard, shared, &mut state, &format!("{owner}/{name}"))
        }
        ("POST", ["repos", owner, name, "pulls"]) => {
            open(body, shared, &mut state, &format!("{owner}/{name}"))
        }
        ("GET", ["repos", _, _, "pulls", number]) => state
            .pulls
            .iter()
            .find(|pull| is(&pull["number"], number))
            .map_or_else(missing, |pull| say(200, pull.clone())),
        ("PATCH", ["repos", _, _, "pulls", number]) => {
            let Some(pull) = state.pulls.iter_mut().find(|pull| is(&pull["number"], number)) else {
                return missing();
            };
            for (key, value) in body.as_object().unwrap() {
                pull[key] = value.clone();
            }
            say(if github { 200 } else { 201 }, pull.clone())
        }
        ("PUT", ["repos", _, _, "pulls", number, "merge"]) if github => {
            close(&mut state, number);
            say(200, json!({"merged": true}))
        }
        ("POST", ["repos", _, _, "pulls", number, "merge"]) if !github => {
            if state.protected {
                let pull = state.pulls.iter_mut().find(|pull| is(&pull["number"], number)).unwrap();
                if pull["scheduled"] == true {
                    let message = "pull request is already scheduled to auto merge when checks succeed";
                    return say(409, json!({"message": message}));
                }
                pull["scheduled"] = json!(true);
                return say(201, Value::Null);
            }
            close(&mut state, number);
            say(200, Value::Null)
        }
        ("POST", ["repos", _, _, "pulls", number, "requested_reviewers"]) => {
            let pull = state.pulls.iter_mut().find(|pull| is(&pull["number"], number)).unwrap();
            pull["reviewers"] = body.clone();
            say(201, pull.clone())
        }
        ("GET", ["repos", _, _, "labels"]) => {
            let all: Vec<Value> = state
                .labels
                .iter()
                .enumerate()
                .map(|(id, name)| json!({"id": id + 1, "name": name}))
                .collect();
            page(heard, shared, &state, &all)
        }
        ("GET", ["orgs", _, "labels"]) => missing(),
        ("POST", ["repos", _, _, "labels"]) => {
            state.labels.push(body["name"].as_str().unwrap().to_owned());
            say(201, json!({"id": state.labels.len(), "name": body["name"]}))
        }
        ("POST", ["repos", _, _, "issues", number, "labels"]) => {
            let known = state.labels.clone();
            let name = |label: &Value| match label.as_u64() {
                Some(id) if !github => json!({"name": known[usize::try_from(id).unwrap() - 1]}),
                _ => json!({"name": label}),
            };
            let labels: Vec<Value> = body["labels"].as_array().unwrap().iter().map(name).collect();
            let pull = state.pulls.iter_mut().find(|pull| is(&pull["number"], number)).unwrap();
            pull["labels"] = json!(labels);
            say(200, json!(labels))
        }
        ("GET", ["repos", _, _, "issues", _, "comments"]) => {
            let all = state.comments.clone();
            // Gitea gives all of an issue's comments at once.
            if github { page(heard, shared, &state, &all) } else { say(200, json!(all)) }
        }
        ("POST", ["repos", _, _, "issues", _, "comments"]) => {
            let id = state.number();
            let user = author(heard, shared.manner);
            let comment = json!({
                "id": id, "body": body["body"], "user": user, "html_url": format!("{}/comment/{id}", shared.root),
            });
            state.comments.push(comment.clone());
            say(201, comment)
        }
        ("PATCH", ["repos", _, _, "issues", "comments", id]) => {
            match state.comments.iter_mut().find(|comment| is(&comment["id"], id)) {
                Some(comment) => {
                    comment["body"] = body["body"].clone();
                    say(200, comment.clone())
                }
                None => missing(),
            }
        }
        ("DELETE", ["repos", _, _, "issues", "comments", id]) => {
            let before = state.comments.len();
            state.comments.retain(|comment| !is(&comment["id"], id));
            if state.comments.len() < before { say(204, Value::Null) } else { missing() }
        }
        ("POST", ["repos", _, _, "statuses", sha]) => {
            let mut status = body.clone();
            status["sha"] = json!(sha);
            state.statuses.push(status.clone());
            say(201, status)
        }
        ("POST", ["repos", _, _, "deployments"]) if github => {
            let mut made = body.clone();
            made["id"] = json!(state.number());
            state.deployments.push(made.clone());
            say(201, made)
        }
        ("GET", ["repos", _, _, "deployments"]) if github => {
            let wanted = |key: &str| {
                heard.query.split('&').find_map(|part| part.strip_prefix(&format!("{key}=")).map(decoded))
            };
            let (task, environment) = (wanted("task").unwrap(), wanted("environment").unwrap());
            let fits = |made: &&Value| made["task"] == *task && made["environment"] == *environment;
            let found: Vec<&Value> = state.deployments.iter().rev().filter(fits).collect();
            say(200, json!(found))
        }
        ("GET", ["repos", _, _, "deployments", id, "statuses"]) if github => {
            let all = state.deployment_statuses.get(&id.parse().unwrap()).cloned().unwrap_or_default();
            let newest: Vec<&Value> = all.iter().rev().collect();
            say(200, json!(newest))
        }
        ("POST", ["repos", _, _, "deployments", id, "statuses"]) if github => {
            state.deployment_statuses.entry(id.parse().unwrap()).or_default().push(body.clone());
            say(201, body.clone())
        }
        _ => missing(),
    }
}

/// Whom a token stands for. Gitea's and Forgejo's users have no type.
fn author(heard: &Heard, manner: Manner) -> Value {
    match (heard.is_of_job(), manner) {
        (true, Manner::Github) => json!({"id": 41_898_282, "login": "github-actions[bot]", "type": "Bot"}),
        (true, Manner::Gitea) => json!({"id": -2, "login": "gitea-actions"}),
        (true, Manner::Forgejo) => json!({"id": -2, "login": "forgejo-actions"}),
        (false, Manner::Github) => json!({"id": 7, "login": USER, "type": "User"}),
        (false, _) => json!({"id": 7, "login": USER}),
    }
}

/// Whether a number is the one of a path.
fn is(number: &Value, text: &str) -> bool {
    number.as_u64() == text.parse().ok()
}

/// One page of a list, with the links to the next.
fn page(heard: &Heard, shared: &Shared, state: &State, all: &[Value]) -> Said {
    let number = |key: &str| {
        heard.query.split('&').find_map(|part| part.strip_prefix(&format!("{key}="))?.parse::<usize>().ok())
    };
    let size = number("per_page").or(number("limit")).unwrap_or(30).min(if shared.manner == Manner::Github {
        100
    } else {
        50
    });
    let page = number("page").unwrap_or(1);
    let items: Vec<&Value> = all.iter().skip((page - 1) * size).take(size).collect();
    let mut headers = format!("X-Total-Count: {}\r\n", all.len());
    if page * size < all.len() {
        // GitHub names repositories by number there; a forge behind a proxy knows itself by another name.
        let host = if state.behind_a_proxy { "https://elsewhere.example" } else { shared.root.as_str() };
        let word = if shared.manner == Manner::Github { "per_page" } else { "limit" };
        let rest = heard.query.split('&').filter(|part| !part.starts_with("page="));
        let rest: Vec<&str> = rest.filter(|part| !part.starts_with(word)).collect();
        let next = format!("{host}/repositories/1/x?{word}={size}&page={}&{}", page + 1, rest.join("&"));
        headers = format!("Link: <{next}>; rel=\"next\", <{next}>; rel=\"last\"\r\n");
    }
    (200, headers, json!(items))
}

fn pulls(heard: &Heard, shared: &Shared, state: &mut State, repository: &str) -> Said {
    for pull in state.pulls.iter_mut().filter(|pull| pull["state"] == "open") {
        let branch = pull["head"]["ref"].as_str().unwrap().to_owned();
        match tip(shared, &branch) {
            Some(commit) => pull["head"]["sha"] = json!(commit),
            // Without its branch it cannot be merged any more. Gitea needs a moment to see that.
            None if shared.manner == Manner::Github => pull["state"] = json!("closed"),
            None => pull["head"]["ref"] = json!(format!("refs/pull/{}/head", pull["number"])),
        }
    }
    let github = shared.manner == Manner::Github;
    let head = heard.query.split('&').find_map(|part| part.strip_prefix("head=")).map(decoded);
    let owner = repository.split('/').next().unwrap();
    let wanted = if heard.query.contains("state=closed") { "closed" } else { "open" };
    let fits = |pull: &&Value| {
        let label = format!("{owner}:{}", pull["head"]["ref"].as_str().unwrap());
        pull["state"] == *wanted && (!github || head.as_ref().is_none_or(|head| *head == label))
    };
    let all: Vec<Value> = state.pulls.iter().filter(fits).cloned().collect();
    page(heard, shared, state, &all)
}

fn open(body: &Value, shared: &Shared, state: &mut State, repository: &str) -> Said {
    let branch = body["head"].as_str().unwrap();
    let Some(commit) = tip(shared, branch) else {
        return say(
            422,
            json!({"message": "Validation Failed", "errors": [{"field": "head", "code": "invalid"}]}),
        );
    };
    let there = |pull: &Value| {
        pull["state"] == "open" && pull["head"]["ref"] == branch && pull["base"]["ref"] == body["base"]
    };
    if state.pulls.iter().any(there) {
        let message = format!("A pull request already exists for {branch}.");
        return if shared.manner == Manner::Github {
            say(422, json!({"message": "Validation Failed", "errors": [{"message": message}]}))
        } else {
            say(409, json!({"message": message}))
        };
    }
    let number = state.number();
    let owner = repository.split('/').next().unwrap();
    let label = if shared.manner == Manner::Github { format!("{owner}:{branch}") } else { branch.to_owned() };
    let pull = json!({
        "number": number, "node_id": format!("PR_{number}"), "state": "open", "title": body["title"],
        "body": body["body"], "labels": [], "auto_merge": null,
        "html_url": format!("{}/{repository}/pull/{number}", shared.root),
        "head": {"ref": branch, "label": label, "sha": commit, "repo": {"full_name": repository}},
        "base": {"ref": body["base"], "repo": {"full_name": repository}},
    });
    state.pulls.push(pull.clone());
    say(201, pull)
}

fn close(state: &mut State, number: &str) {
    let pull = state.pulls.iter_mut().find(|pull| is(&pull["number"], number)).unwrap();
    pull["state"] = json!("closed");
    pull["merged"] = json!(true);
}

fn graphql(body: &Value, state: &mut State) -> Said {
    assert!(body["query"].as_str().unwrap().contains("enablePullRequestAutoMerge"), "{body}");
    let protected = state.protected;
    let pull = state.pulls.iter_mut().find(|pull| pull["node_id"] == body["variables"]["id"]).unwrap();
    if !protected {
        let message = "Pull request Pull request is in clean status";
        return say(200, json!({"data": null, "errors": [{"type": "UNPROCESSABLE", "message": message}]}));
    }
    pull["auto_merge"] = json!({"merge_method": body["variables"]["method"]});
    say(200, json!({"data": {"enablePullRequestAutoMerge": {"pullRequest": {"number": pull["number"]}}}}))
}

/// Where a branch of the GitOps repository stands.
fn tip(shared: &Shared, branch: &str) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(&shared.gitops).args(["rev-parse", "--verify", "-q", &format!("refs/heads/{branch}")]);
    let output = git.env("GIT_CONFIG_NOSYSTEM", "1").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex: String = rest.by_ref().take(2).map(char::from).collect();
            bytes.push(u8::from_str_radix(&hex, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
