//! One HTTP request over a connection of its own, so that a test sees each failure that a visitor would see.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What was answered.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The body, as text.
    pub body: String,
}

/// Asks `address` for a path of `host`, with a JSON body where one is given.
pub async fn request(
    address: &str,
    host: &str,
    method: &str,
    path: &str,
    json: Option<&str>,
) -> Result<Response> {
    let asked = async {
        let mut stream = TcpStream::connect(address).await?;
        let body = json.unwrap_or_default();
        let kind = if json.is_some() { "Content-Type: application/json\r\n" } else { "" };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{kind}Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        parse(&String::from_utf8_lossy(&answer))
    };
    tokio::time::timeout(Duration::from_secs(10), asked).await.context("no answer within 10 s")?
}

fn parse(answer: &str) -> Result<Response> {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { bail!("cut off: {answer:?}") };
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    if length.is_some_and(|length: usize| length != body.len()) {
        bail!("cut off: {head}");
    }
    Ok(Response { status: status.with_context(|| format!("no HTTP: {head}"))?, body: body.to_owned() })
}
