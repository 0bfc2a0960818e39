//! What the forge tells of what happened: the payloads of a webhook, which its own runners get too.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::gitea::{Gitea, USER};

/// How long the forge may take to tell.
const SOON: Duration = Duration::from_secs(60);

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name, such as `push` or `pull_request`.
    pub name: String,
    /// The forge's account of it.
    pub payload: Value,
}

/// The receiver of a repository's webhook.
#[derive(Debug)]
pub struct Hook {
    listener: TcpListener,
    /// What was told and not asked for yet.
    waiting: VecDeque<Event>,
}

impl Hook {
    /// Has the forge tell of these events of a repository.
    pub async fn of(gitea: &Gitea, repository: &str, events: &[&str]) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let hook = json!({
            "type": "gitea", "active": true, "events": events,
            "config": {"url": format!("http://{}/", listener.local_addr()?), "content_type": "json"},
        });
        let made = gitea.post(&format!("/api/v1/repos/{USER}/{repository}/hooks"), &hook).await?;
        ensure!(made.taken(), "{}", made.body);
        Ok(Self { listener, waiting: VecDeque::new() })
    }

    /// Waits for an event that `wanted` is true of; others are kept for later.
    pub async fn heard(&mut self, wanted: impl Fn(&Event) -> bool) -> Result<Event> {
        let heard = async {
            loop {
                if let Some(at) = self.waiting.iter().position(&wanted) {
                    return self.waiting.remove(at).context("an event");
                }
                let (stream, _) = self.listener.accept().await?;
                self.waiting.push_back(read(stream).await?);
            }
        };
        timeout(SOON, heard).await.context("the forge told of no such event")?
    }

    /// Waits until a commit was pushed.
    pub async fn pushed(&mut self, commit: &str) -> Result<Event> {
        self.heard(|event| event.name == "push" && event.payload["after"] == commit).await
    }
}

async fn read(mut stream: TcpStream) -> Result<Event> {
    let mut request = Vec::new();
    let event = loop {
        ensure!(stream.read_buf(&mut request).await? > 0, "the forge's request was cut off");
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&request[..end]).into_owned();
        let header = |wanted: &str| {
            let mut headers = head.lines().filter_map(|line| line.split_once(':'));
            headers
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value.trim().to_owned())
        };
        let length: usize = header("content-length").context("no length")?.parse()?;
        let body = &request[end + 4..];
        if body.len() >= length {
            let name = header("x-gitea-event").context("no event")?;
            break Event { name, payload: serde_json::from_slice(body)? };
        }
    };
    stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await?;
    Ok(event)
}
