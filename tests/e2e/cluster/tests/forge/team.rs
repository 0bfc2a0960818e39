//! An app's repository and a GitOps repository on the forge, and the jobs of the app's workflow.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use cupaas_cluster_tests::git::WorkTree;
use cupaas_cluster_tests::gitea::{ADDRESS, USER};
use cupaas_cluster_tests::hook::{Event, Hook};
use cupaas_cluster_tests::parts;
use cupaas_cluster_tests::runner::{self, Runner};
use cupaas_cluster_tests::watch::Watch;
use serde_json::{Value, json};

use crate::World;

/// One app, its two repositories, and the runner of its jobs.
pub(crate) struct Team {
    pub(crate) world: Arc<World>,
    pub(crate) name: String,
    /// The app, as its developer has it.
    pub(crate) app: WorkTree,
    /// The GitOps repository, as whoever looks at it has it.
    pub(crate) gitops: WorkTree,
    pub(crate) hook: Hook,
    /// The token that its jobs comment with.
    pub(crate) comments_with: String,
    work: PathBuf,
    jobs: std::cell::Cell<u32>,
}

impl Team {
    /// Begins both repositories; the app's has this workflow.
    pub(crate) async fn begin(world: &Arc<World>, name: &str, workflow: &str) -> Result<Self> {
        let (gitea, work) = (&world.gitea, world.running.folder(name)?);
        let gitops_name = format!("{name}-gitops");
        let gitops = gitea.create_repository(&gitops_name).await?;
        let address = gitea.create_repository(name).await?;
        let tree =
            |folder: &str, address: &str| WorkTree::init(&work.join(folder), address, Some(&gitea.token));
        let (app, gitops) = (tree("app", &address)?, tree("gitops", &gitops)?);
        let hook = Hook::of(gitea, name, &["push", "pull_request"]).await?;
        let team = Self {
            world: Arc::clone(world),
            name: name.to_owned(),
            app,
            gitops,
            hook,
            comments_with: gitea.token.clone(),
            work: work.clone(),
            jobs: std::cell::Cell::new(0),
        };
        let words = ["init", "--domain", "apps.example.cu", "--registry", "registry.example.cu/me", "--url"];
        let mut init = team.command(parts::cupaas()?);
        let init =
            init.args(words).arg(team.address(&gitops_name)).current_dir(&team.gitops.folder).output()?;
        ensure!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
        team.gitops.publish("Begin")?;
        team.app.write(".github/workflows/ci.yaml", workflow)?;
        Ok(team)
    }

    fn address(&self, repository: &str) -> String {
        format!("{ADDRESS}/{USER}/{repository}.git")
    }

    /// Writes `.cupaas`; the name and the runtime are said.
    pub(crate) fn says(&self, text: &str) -> Result<()> {
        self.app.write(".cupaas", &format!("name: {}\nruntime: image\n{text}", self.name))
    }

    /// Writes a `.cupaas` whose one process is told this greeting.
    pub(crate) fn greets(&self, greeting: &str) -> Result<()> {
        self.says(&format!("processes: {{web: {{command: serve}}}}\nenv: {{GREETING: '{greeting}'}}\n"))
    }

    /// A program on the runner's machine.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", &self.work);
        command.env("CUPAAS_HOME", self.work.join("home"));
        command
    }

    /// Pushes what the app says to `main`, and waits until the forge tells of it.
    pub(crate) async fn push(&mut self, message: &str) -> Result<Event> {
        let commit = self.app.publish(message)?;
        self.hook.pushed(&commit).await
    }

    /// Runs the workflow for an event, as the forge's runner does; what it said.
    pub(crate) fn job(&self, event: &Event) -> Result<String> {
        self.job_of(event)?.run()
    }

    /// The same, to be run later or beside another.
    pub(crate) fn job_of(&self, event: &Event) -> Result<Job> {
        self.jobs.set(self.jobs.get() + 1);
        let work = self.work.join(format!("job-{}", self.jobs.get()));
        let checkout = work.join("checkout");
        let commit = match event.name.as_str() {
            "push" => &event.payload["after"],
            _ => &event.payload["pull_request"]["head"]["sha"],
        };
        let commit = commit.as_str().context("an event without a commit")?;
        let address = self.app.git(&["remote", "get-url", "origin"])?;
        let tree = WorkTree::init(&checkout, &address, Some(&self.world.gitea.token))?;
        tree.git(&["fetch", "--quiet", "--depth=1", "origin", commit])?;
        tree.git(&["checkout", "--quiet", "-B", "main", commit])?;
        let token = &self.world.gitea.token;
        let runner = Runner::new(self.command(runner::program()?), &work, &checkout, event)?
            .action()?
            .environment("GITEA_ACTIONS", "true")
            .environment("GITHUB_SERVER_URL", ADDRESS)
            .environment("GITHUB_API_URL", &format!("{ADDRESS}/api/v1"))
            .environment("GITHUB_REPOSITORY", &format!("{USER}/{}", self.name))
            .variable("CUPAAS_PROGRAM", &parts::cupaas()?.display().to_string())
            .variable("CUPAAS_GITOPS", &self.address(&format!("{}-gitops", self.name)))
            .secret("CUPAAS_GITOPS_TOKEN", token)
            .secret("GITHUB_TOKEN", &self.comments_with);
        Ok(Job { runner, work, token: token.clone() })
    }

    /// What the forge's API says of one of the two repositories.
    pub(crate) async fn api(&self, repository: &str, path: &str) -> Result<Value> {
        let answer = self.world.gitea.get(&format!("/api/v1/repos/{USER}/{repository}/{path}")).await?;
        ensure!(answer.taken(), "{path}: {} {}", answer.status, answer.body);
        Ok(answer.body)
    }

    /// Tells the forge's API something about one of them.
    pub(crate) async fn tell(&self, repository: &str, path: &str, body: &Value) -> Result<Value> {
        let answer =
            self.world.gitea.post(&format!("/api/v1/repos/{USER}/{repository}/{path}"), body).await?;
        ensure!(answer.taken(), "{path}: {} {}", answer.status, answer.body);
        Ok(answer.body)
    }

    /// The pull requests of the GitOps repository in this state: `open`, `closed` or `all`.
    pub(crate) async fn pulls(&self, state: &str) -> Result<Vec<Value>> {
        let list = self.api(&self.gitops_name(), &format!("pulls?state={state}")).await?;
        Ok(list.as_array().cloned().unwrap_or_default())
    }

    /// How often the forge was told to edit something in the GitOps repository, as its log says.
    pub(crate) fn edits(&self) -> Result<usize> {
        let log = fs::read_to_string(self.world.logs.join("gitea.log"))?;
        let edit = format!("completed PATCH /api/v1/repos/{USER}/{}/", self.gitops_name());
        Ok(log.lines().filter(|line| line.contains(&edit)).count())
    }

    pub(crate) fn gitops_name(&self) -> String {
        format!("{}-gitops", self.name)
    }

    /// Opens a pull request of the app's own repository from a branch; the forge's account of it.
    pub(crate) async fn propose(&mut self, branch: &str) -> Result<Event> {
        self.app.git(&["push", "--quiet", "origin", &format!("HEAD:refs/heads/{branch}")])?;
        let wanted = json!({"title": branch, "head": branch, "base": "main"});
        let name = self.name.clone();
        self.tell(&name, "pulls", &wanted).await?;
        self.hook.heard(|event| event.payload["action"] == "opened").await
    }

    /// Pushes another commit to the branch of an open pull request.
    pub(crate) async fn propose_more(&mut self, branch: &str) -> Result<Event> {
        let commit = self.app.commit("More")?;
        self.app.git(&["push", "--quiet", "--force", "origin", &format!("HEAD:refs/heads/{branch}")])?;
        self.hook
            .heard(|event| {
                event.payload["action"] == "synchronized"
                    && event.payload["pull_request"]["head"]["sha"] == commit.as_str()
            })
            .await
    }
}

/// The text of a pull request or a comment.
pub(crate) fn body(told: &Value) -> &str {
    told["body"].as_str().unwrap_or_default()
}

/// The only one of a list.
pub(crate) fn only(mut list: Vec<Value>) -> Result<Value> {
    ensure!(list.len() == 1, "{} instead of one: {list:?}", list.len());
    list.pop().context("one")
}

/// A run of the workflow.
pub(crate) struct Job {
    runner: Runner,
    work: PathBuf,
    token: String,
}

impl Job {
    /// Runs it, and looks that the token is seen nowhere; what was said.
    pub(crate) fn run(self) -> Result<String> {
        let watch = Watch::begin(&self.token);
        let said = self.runner.run();
        let said = said?;
        watch.end()?;
        let shown = said.lines().find(|line| line.contains(&self.token));
        let shown = shown.map(|line| line.replace(&self.token, "<token>"));
        ensure!(shown.is_none(), "the token is in what the job said: {shown:?}");
        let kept = holding(&self.work.join("checkout"), &self.token)?;
        ensure!(kept.is_empty(), "the token was left in {kept:?}");
        Ok(said)
    }
}

/// The files below a folder that hold a word.
fn holding(folder: &Path, word: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            found.extend(holding(&path, word)?);
        } else if String::from_utf8_lossy(&fs::read(&path)?).contains(word) {
            found.push(path);
        }
    }
    Ok(found)
}
