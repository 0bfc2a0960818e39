//! A proxy before the forge that refuses what it is told to, repository by repository: a forge that is away for some, and not
//! for others who share it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::gitea::{ADDRESS, USER};

/// Its address.
pub const GATE: &str = "http://127.0.0.1:3080";
const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What is refused of a repository's API; git itself goes through always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refuses {
    /// All of it, with an answer that says so.
    All,
    /// All of it, without any answer.
    Silently,
    /// What changes something.
    Posts,
}

/// The proxy.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    refused: Arc<Mutex<BTreeMap<String, Refuses>>>,
}

impl Gate {
    /// Listens from now on, until the tier ends.
    pub async fn start() -> Result<Self> {
        let gate = Self::default();
        let listener = TcpListener::bind(GATE.trim_start_matches("http://")).await?;
        let open = gate.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let gate = open.clone();
                // Whoever asks sees a connection that breaks off.
                tokio::spawn(async move { gate.pass(stream).await });
            }
        });
        Ok(gate)
    }

    /// From now on.
    pub fn refuse(&self, repository: &str, what: Refuses) {
        self.lock().insert(repository.to_owned(), what);
    }

    /// Everything passes again.
    pub fn allow(&self, repository: &str) {
        self.lock().remove(repository);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Refuses>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(&self, mut asking: TcpStream) -> Result<()> {
        let mut request = Vec::new();
        let end = loop {
            if let Some(end) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
            if asking.read_buf(&mut request).await? == 0 {
                bail!("no whole request");
            }
        };
        let head = String::from_utf8_lossy(&request[..end]).into_owned();
        match self.refused(&head) {
            None => {}
            Some(Refuses::Silently) => return Ok(()),
            Some(Refuses::All | Refuses::Posts) => return Ok(asking.write_all(REFUSAL).await?),
        }
        let mut forge = TcpStream::connect(ADDRESS.trim_start_matches("http://")).await?;
        // One request a connection, so that each one is looked at.
        let lines = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
        let lines: Vec<_> = lines.collect();
        forge.write_all(format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n")).as_bytes()).await?;
        forge.write_all(&request[end + 4..]).await?;
        tokio::io::copy_bidirectional(&mut asking, &mut forge).await?;
        Ok(())
    }

    /// How a request with this head is refused.
    fn refused(&self, head: &str) -> Option<Refuses> {
        let (method, rest) = head.split_once(' ')?;
        let (repository, _) = rest.strip_prefix(&format!("/api/v1/repos/{USER}/"))?.split_once('/')?;
        let refuses = self.lock().get(repository).copied()?;
        (refuses != Refuses::Posts || method != "GET").then_some(refuses)
    }
}
