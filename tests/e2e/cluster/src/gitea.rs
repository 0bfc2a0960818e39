//! A forge: Gitea, with one user, whose token may do everything.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kube::{Client, Config};
use serde_json::{Value, json};

use crate::parts;
use crate::running::Running;
use crate::server::{Answer, send};
use crate::wait::{Seen, until};

/// The user that owns every repository.
pub const USER: &str = "me";
/// Its address.
pub const ADDRESS: &str = "http://127.0.0.1:3000";
const PASSWORD: &str = "correct-horse-battery-staple";

/// A running Gitea.
pub struct Gitea {
    client: Client,
    /// A token with every right of [`USER`].
    pub token: String,
    /// One that may comment and read repositories, and nothing else.
    pub narrow: String,
    /// One that may read no repository.
    pub strange: String,
}

impl Gitea {
    /// Starts it, and makes the user and the token.
    pub async fn start(running: &mut Running) -> Result<Self> {
        let folder = running.folder("gitea")?;
        let settings = folder.join("app.ini");
        fs::write(&settings, ini(&folder))?;
        // The tables must be there before the user.
        output(program(&settings)?.arg("migrate"))?;
        let admin = ["--admin", "--email", "me@example.cu", "--must-change-password=false"];
        let user = ["admin", "user", "create", "--username", USER, "--password", PASSWORD];
        output(program(&settings)?.args(user).args(admin))?;
        let token = |name: &str, scopes: &str| -> Result<String> {
            let words = ["admin", "user", "generate-access-token", "--username", USER, "--raw"];
            let said =
                output(program(&settings)?.args(words).args(["--token-name", name, "--scopes", scopes]))?;
            // It may say more, before it and behind it.
            let token = said.lines().map(str::trim).find(|line| is_token(line));
            token.map(str::to_owned).context("no token")
        };
        let narrow = token("narrow", "write:issue,read:repository")?;
        let strange = token("strange", "read:user")?;
        let token = token("all", "all")?;
        running.run("gitea", program(&settings)?.arg("web"))?;
        let client = Client::try_from(Config::new(ADDRESS.parse()?))?;
        let gitea = Self { client, token, narrow, strange };
        until("Gitea", Duration::from_secs(60), async || {
            running.alive()?;
            Ok(match gitea.get("/api/v1/version").await {
                Ok(answer) if answer.taken() => Seen::Yes(()),
                Ok(answer) => Seen::NotYet(answer.status.to_string()),
                Err(error) => Seen::NotYet(error.to_string()),
            })
        })
        .await?;
        Ok(gitea)
    }

    /// Makes an empty private repository, whose branch will be `main`; its address, which holds no credentials.
    pub async fn create_repository(&self, name: &str) -> Result<String> {
        let wanted = json!({"name": name, "private": true, "default_branch": "main"});
        let answer = self.post("/api/v1/user/repos", &wanted).await?;
        ensure!(answer.taken(), "repository {name}: {} {}", answer.status, answer.body);
        Ok(format!("{ADDRESS}/{USER}/{name}.git"))
    }

    /// Asks its API.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        send(&self.client, self.request(http::Method::GET, path).body(Vec::new())?).await
    }

    /// Tells its API.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        let request = self.request(http::Method::POST, path).header("Content-Type", "application/json");
        send(&self.client, request.body(serde_json::to_vec(body)?)?).await
    }

    fn request(&self, method: http::Method, path: &str) -> http::request::Builder {
        let token = format!("token {}", self.token);
        http::Request::builder().method(method).uri(path).header("Authorization", token)
    }
}

fn is_token(word: &str) -> bool {
    word.len() == 40 && word.chars().all(|c| c.is_ascii_hexdigit())
}

fn program(settings: &Path) -> Result<Command> {
    let mut command = Command::new(parts::folder("gitea")?.join("gitea"));
    command.arg("--config").arg(settings).env("GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT", "true");
    Ok(command)
}

fn output(command: &mut Command) -> Result<String> {
    let out = command.output().context("gitea")?;
    ensure!(out.status.success(), "gitea: {}", String::from_utf8_lossy(&out.stderr));
    Ok(String::from_utf8(out.stdout)?)
}

/// Everything below `folder`, on the loopback alone; what a small forge does by the clock is off.
fn ini(folder: &Path) -> String {
    let files = static_files().map(|root| format!("STATIC_ROOT_PATH = {}\n", root.display()));
    let (files, folder) = (files.unwrap_or_default(), folder.display());
    format!(
        "RUN_USER = root\nWORK_PATH = {folder}\n\
         [database]\nDB_TYPE = sqlite3\nPATH = {folder}/gitea.db\nSQLITE_JOURNAL_MODE = WAL\n\
         [repository]\nROOT = {folder}/repositories\nDEFAULT_BRANCH = main\n\
         [server]\n{files}HTTP_ADDR = 127.0.0.1\nHTTP_PORT = 3000\nROOT_URL = {ADDRESS}/\nDISABLE_SSH = true\n\
         OFFLINE_MODE = true\n\
         [security]\nINSTALL_LOCK = true\nSECRET_KEY = only-for-this-run\n\
         [service]\nDISABLE_REGISTRATION = true\n\
         [webhook]\nALLOWED_HOST_LIST = loopback\n[cron]\nENABLED = false\n[mailer]\nENABLED = false\n[log]\nMODE = console\nLEVEL = Info\n"
    )
}

/// What a Gitea that was built from its module reads at run time; a released one has it within.
fn static_files() -> Option<PathBuf> {
    let module = parts::repository().join("tests/e2e/parts/gitea");
    let mut list = Command::new("go");
    list.args(["list", "-m", "-f", "{{.Dir}}", "code.gitea.io/gitea"]).current_dir(module);
    let answer = list.output().ok().filter(|answer| answer.status.success())?;
    let folder = PathBuf::from(String::from_utf8(answer.stdout).ok()?.trim_end());
    folder.is_dir().then_some(folder)
}
