//! A forge, as far as it is told of deploys: pull requests, comments, labels, statuses and deployments in memory, by
//! GitHub's rules or Gitea's. It writes down every request, and can misbehave.

mod gitea;
mod github;
mod issues;
mod page;
mod pulls;
mod reviews;
mod wire;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

pub(crate) use wire::decoded;

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
}

type Rule = dyn Fn(&Heard, usize) -> Option<Fault> + Send + Sync;

#[derive(Default)]
pub(crate) struct State {
    pub(crate) pulls: Vec<Value>,
    pub(crate) comments: Vec<Value>,
    pub(crate) labels: Vec<String>,
    pub(crate) statuses: Vec<Value>,
    /// Checks of commits, which GitHub alone has.
    pub(crate) checks: Vec<Value>,
    pub(crate) deployments: Vec<Value>,
    /// Pull requests of the app's repository that have ended, with the commit that each has brought.
    pub(crate) brought: Vec<(String, Value)>,
    /// Their reviews, by number.
    pub(crate) reviews: BTreeMap<u64, Vec<Value>>,
    pub(crate) deployment_statuses: BTreeMap<u64, Vec<Value>>,
    /// Whether merging has to wait for something.
    pub(crate) protected: bool,
    /// Whether a page's links are those of another address.
    pub(crate) behind_a_proxy: bool,
    /// What its clock says when it is asked for statuses, as HTTP has it.
    pub(crate) clock: Option<String>,
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
    /// The app's repository.
    app: Mutex<Option<PathBuf>>,
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
            app: Mutex::default(),
            rule: Box::new(rule),
            state: Mutex::default(),
            heard: Mutex::default(),
        });
        let mine = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&mine);
                std::thread::spawn(move || wire::serve(&stream, &shared));
            }
        });
        Self { url, manner, shared }
    }

    pub(crate) fn api(&self) -> String {
        format!("{}{}", self.url, base(self.manner))
    }

    /// From now on it knows the history of the app's repository.
    pub(crate) fn knows(&self, app: PathBuf) {
        *self.shared.app.lock().unwrap() = Some(app);
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

/// Status, header lines, body.
type Said = (u16, String, Value);

fn say(status: u16, body: Value) -> Said {
    (status, String::new(), body)
}

fn missing() -> Said {
    say(404, json!({"message": "Not Found"}))
}

/// What is heard, by whom, and the words of its path.
#[derive(Clone, Copy)]
struct Call<'a> {
    heard: &'a Heard,
    shared: &'a Shared,
    method: &'a str,
    parts: &'a [&'a str],
}

impl Call<'_> {
    fn github(&self) -> bool {
        self.shared.manner == Manner::Github
    }

    /// Whether a job's own token asks.
    fn of_a_job(&self) -> bool {
        self.heard.authorization.as_deref().is_some_and(|is| is.ends_with(JOB))
    }

    /// What the query says under a name.
    fn asked(&self, key: &str) -> Option<String> {
        let mut pairs = self.heard.query.split('&');
        pairs.find_map(|part| part.strip_prefix(&format!("{key}=")).map(decoded))
    }
}

fn answer(heard: &Heard, shared: &Shared) -> Said {
    let mut state = shared.state.lock().unwrap();
    let path = decoded(&heard.path);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let call = Call { heard, shared, method: &heard.method, parts: &parts };
    let (version, own) = match shared.manner {
        Manner::Github => (github::version(call), github::answer as fn(Call<'_>, &mut State) -> Option<Said>),
        Manner::Gitea | Manner::Forgejo => (gitea::version(call), gitea::answer as _),
    };
    if let Some(said) = version {
        return said;
    }
    if heard.authorization.is_none() && !(call.method == "GET" && parts.first() == Some(&"api")) {
        return say(401, json!({"message": "Requires authentication"}));
    }
    own(call, &mut state)
        .or_else(|| standing(call))
        .or_else(|| reviews::answer(call, &state))
        .or_else(|| pulls::answer(call, &mut state))
        .or_else(|| issues::answer(call, &mut state))
        .unwrap_or_else(missing)
}

/// Who asks, and what the repository is like.
fn standing(call: Call<'_>) -> Option<Said> {
    Some(match (call.method, call.parts) {
        // A job's own token is no user.
        ("GET", ["user"]) if call.github() && call.of_a_job() => {
            say(403, json!({"message": "Resource not accessible by integration"}))
        }
        ("GET", ["user"]) => say(200, author(call)),
        ("GET", ["repos", _, _]) => say(
            200,
            json!({"default_merge_style": "squash", "allow_merge_commit": false, "allow_squash_merge": true}),
        ),
        ("GET", ["repos", _, _, "compare", both]) => {
            let (base, head) = both.split_once("...").unwrap();
            compared(call, base, head).unwrap_or_else(missing)
        }
        ("GET", ["repos", _, _, "branches", rest @ ..]) => match tip(call.shared, &rest.join("/")) {
            Some(commit) => {
                let commit = if call.github() { json!({"sha": commit}) } else { json!({"id": commit}) };
                say(200, json!({"commit": commit}))
            }
            None => missing(),
        },
        _ => return None,
    })
}

/// Whom a token stands for. Gitea's and Forgejo's users have no type.
fn author(call: Call<'_>) -> Value {
    match (call.of_a_job(), call.shared.manner) {
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

/// How two commits of the app's repository stand to each other, where it is said where that is.
fn compared(call: Call<'_>, base: &str, head: &str) -> Option<Said> {
    let app = call.shared.app.lock().unwrap().clone()?;
    let count = |from: &str, to: &str| {
        let mut git = Command::new("git");
        git.arg("-C").arg(&app).args(["rev-list", "--count", &format!("{from}..{to}")]);
        let output = git.env("GIT_CONFIG_NOSYSTEM", "1").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then(|| text.parse::<u64>().ok())?
    };
    let (ahead, behind) = (count(base, head)?, count(head, base)?);
    let status = match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    Some(say(200, json!({"status": status, "total_commits": ahead, "commits": []})))
}

/// Where a branch of the GitOps repository stands.
fn tip(shared: &Shared, branch: &str) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(&shared.gitops).args(["rev-parse", "--verify", "-q", &format!("refs/heads/{branch}")]);
    let output = git.env("GIT_CONFIG_NOSYSTEM", "1").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
