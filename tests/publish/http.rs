//! A small HTTP server in front of `git http-backend`, which can misbehave.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// What a client asked for.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: BTreeMap<String, String>,
}

/// What the server does with a request.
pub(crate) enum Answer {
    /// As git does.
    Pass,
    /// As git did before protocol v2.
    OldProtocol,
    /// Does the work and then breaks the connection.
    WorkAndBreak,
    /// Breaks the connection at once.
    Break,
    /// Never answers.
    Silence,
    /// A status, and a header where it has text.
    Status(u16, String),
    /// Files, as a server without git would.
    Dumb,
}

type Rule = dyn Fn(&Request) -> Answer + Send + Sync;

/// A server that lives as long as the test.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Serves the repositories in `root` as `rule` says.
    pub(crate) fn start(root: &Path, rule: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (root, rule, log) = (root.to_owned(), Arc::new(rule) as Arc<Rule>, Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (root, rule, log) = (root.clone(), Arc::clone(&rule), Arc::clone(&log));
                std::thread::spawn(move || serve(&stream, &root, &*rule, &log));
            }
        });
        Self { url, seen }
    }

    pub(crate) fn address(&self) -> cupaas::parts::git::RepositoryUrl {
        super::support::address(&format!("{}/repo.git", self.url))
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

fn serve(stream: &TcpStream, root: &Path, rule: &Rule, log: &Mutex<Vec<Request>>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let request = head(&mut reader)?;
        log.lock().unwrap().push(request.clone());
        let mut out = stream;
        if request.headers.get("expect").is_some_and(|value| value.contains("100-continue")) {
            out.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
        }
        let body = body(&mut reader, &request)?;
        match rule(&request) {
            Answer::Pass => reply(out, &backend(root, &request, &body, true))?,
            Answer::OldProtocol => reply(out, &backend(root, &request, &body, false))?,
            Answer::WorkAndBreak => {
                backend(root, &request, &body, true);
                return stream.shutdown(std::net::Shutdown::Both).ok();
            }
            Answer::Break => return stream.shutdown(std::net::Shutdown::Both).ok(),
            Answer::Silence => std::thread::sleep(std::time::Duration::from_secs(3600)),
            Answer::Status(status, header) => {
                let header = if header.is_empty() { header } else { format!("{header}\r\n") };
                let text = format!("HTTP/1.1 {status} No\r\n{header}Content-Length: 0\r\n\r\n");
                out.write_all(text.as_bytes()).ok()?;
            }
            Answer::Dumb => {
                let file = std::fs::read(root.join(request.path.trim_start_matches('/')));
                let status = if file.is_ok() { "200 OK" } else { "404 Not Found" };
                let file = file.unwrap_or_default();
                let text = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
                    file.len()
                );
                out.write_all(&[text.as_bytes(), &file].concat()).ok()?;
            }
        }
    }
}

fn head(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    Some(Request { method, path: path.to_owned(), query: query.to_owned(), headers })
}

fn body(reader: &mut impl BufRead, request: &Request) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    if request.headers.get("transfer-encoding").is_some_and(|value| value == "chunked") {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let size = usize::from_str_radix(line.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            body.extend(&chunk[..size]);
            if size == 0 {
                return Some(body);
            }
        }
    }
    let length = request.headers.get("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    body.resize(length, 0);
    reader.read_exact(&mut body).ok()?;
    Some(body)
}

fn backend_path() -> PathBuf {
    let output = Command::new("git").arg("--exec-path").output().unwrap();
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim()).join("git-http-backend")
}

/// Runs the CGI program and returns what it printed.
fn backend(root: &Path, request: &Request, body: &[u8], new_protocol: bool) -> Vec<u8> {
    static PROGRAM: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    let header = |name: &str| request.headers.get(name).cloned().unwrap_or_default();
    let mut command = Command::new(PROGRAM.get_or_init(backend_path));
    command.env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1").env("REMOTE_USER", "tester");
    command
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", &request.path)
        .env("QUERY_STRING", &request.query);
    command.env("CONTENT_TYPE", header("content-type")).env("CONTENT_LENGTH", body.len().to_string());
    command.env("HTTP_CONTENT_ENCODING", header("content-encoding")).env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.env_remove("GIT_TRACE2_EVENT");
    if new_protocol {
        command.env("GIT_PROTOCOL", header("git-protocol"));
    }
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let body = body.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&body));
    let mut out = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut out).unwrap();
    child.wait().unwrap();
    let _ = writer.join();
    out
}

/// Turns a CGI answer into an HTTP one.
fn reply(mut out: &TcpStream, cgi: &[u8]) -> Option<()> {
    let end = cgi.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&cgi[..end]).into_owned();
    let body = &cgi[end + 4..];
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK").to_owned();
    let headers: String =
        head.lines().filter(|line| !line.starts_with("Status:")).map(|line| format!("{line}\r\n")).collect();
    let text = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    out.write_all(&[text.as_bytes(), body].concat()).ok()
}
