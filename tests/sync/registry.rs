//! A registry, as far as pulling a manifest goes: the distribution API's HEAD and GET, basic and token logins, and a
//! redirect that must not be given the login.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How it wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// User `ana`, password `s3cr3t`.
    Basic,
    /// A token, which `ana` gets.
    Bearer,
    /// The manifest is elsewhere.
    Redirect,
    /// The digest is in no header.
    Silent,
    /// What is not there is refused, even to `ana`, as Docker Hub does.
    Hidden,
    /// Nor is there a token for it, as with GitLab.
    NoTokenFor,
    /// The token server's address is none of HTTP.
    OddRealm,
}

#[derive(Default)]
struct Shared {
    manners: Vec<Manner>,
    /// `HOST:PORT` that has all manifests.
    elsewhere: Option<String>,
    images: Mutex<BTreeMap<String, Vec<u8>>>,
    seen: Mutex<Vec<String>>,
}

pub(crate) struct Registry {
    /// `127.0.0.1:PORT`.
    pub(crate) host: String,
    shared: Arc<Shared>,
}

/// `ana:s3cr3t`.
const LOGIN: &str = "Basic YW5hOnMzY3IzdA==";

impl Registry {
    pub(crate) fn start(manners: &[Manner]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        Self::serving(listener, host, Shared { manners: manners.to_vec(), ..Shared::default() })
    }

    /// One that wants no login, and sends everybody to another one.
    pub(crate) fn start_redirecting(to: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        Self::serving(listener, host, Shared { elsewhere: Some(to.to_owned()), ..Shared::default() })
    }

    fn serving(listener: TcpListener, host: String, shared: Shared) -> Self {
        let shared = Arc::new(shared);
        let (mine, own) = (Arc::clone(&shared), host.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, own) = (Arc::clone(&mine), own.clone());
                std::thread::spawn(move || serve(&stream, &shared, &own));
            }
        });
        Self { host, shared }
    }

    /// Gives the digest.
    pub(crate) fn push(&self, repository: &str, tag: &str) -> String {
        let manifest = format!("{{\"schemaVersion\":2,\"made\":\"{repository}:{tag}\"}}").into_bytes();
        let digest = digest(&manifest);
        self.shared.images.lock().unwrap().insert(format!("{repository}/manifests/{tag}"), manifest);
        digest
    }

    /// Every request: method, path, and login where there was one.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let hex: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn serve(stream: &TcpStream, shared: &Shared, host: &str) -> Option<()> {
    // Who begins with TLS is told nothing.
    let mut first = [0];
    stream.peek(&mut first).ok()?;
    if first[0] == 0x16 {
        return stream.shutdown(std::net::Shutdown::Both).ok();
    }
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        let (method, path) = line.split_once(' ')?;
        let (method, path) = (method.to_owned(), path.split(' ').next()?.to_owned());
        let mut login = None;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let Some((name, value)) = header.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("authorization") {
                login = Some(value.trim().to_owned());
            }
        }
        let said = login.as_deref().map(|login| format!(" {login}")).unwrap_or_default();
        shared.seen.lock().unwrap().push(format!("{method} {path}{said}"));
        let (status, headers, body) = answer(&method, &path, login.as_deref(), shared, host);
        let length = body.len();
        let body = if method == "HEAD" { Vec::new() } else { body };
        let head = format!("HTTP/1.1 {status} x\r\n{headers}Content-Length: {length}\r\n\r\n");
        let mut out = stream;
        out.write_all(&[head.as_bytes(), &body].concat()).ok()?;
    }
}

fn answer(
    method: &str,
    path: &str,
    login: Option<&str>,
    shared: &Shared,
    host: &str,
) -> (u16, String, Vec<u8>) {
    let has = |manner| shared.manners.contains(&manner);
    if let Some(query) = path.strip_prefix("/token?") {
        let known = login == Some(LOGIN) && query.contains("service=reg");
        let good = known && (query.contains("pull") || !query.contains("scope"));
        let is_empty = shared.images.lock().unwrap().is_empty();
        return if known && query.contains("scope") && has(Manner::NoTokenFor) && is_empty {
            (403, String::new(), Vec::new())
        } else if good {
            (200, String::new(), b"{\"token\": \"t0k3n\"}".to_vec())
        } else {
            (401, String::new(), Vec::new())
        };
    }
    if let Some(to) = shared.elsewhere.as_ref().filter(|_| path != "/v2/") {
        return (307, format!("Location: http://{to}{path}\r\n"), Vec::new());
    }
    if has(Manner::Basic) && login != Some(LOGIN) {
        return (401, "WWW-Authenticate: Basic realm=\"x\"\r\n".to_owned(), Vec::new());
    }
    if has(Manner::Bearer) && login != Some("Bearer t0k3n") {
        let scheme = if has(Manner::OddRealm) { "ftp" } else { "http" };
        let challenge =
            format!("WWW-Authenticate: Bearer realm=\"{scheme}://{host}/token\",service=\"reg\"\r\n");
        return (401, challenge, Vec::new());
    }
    if has(Manner::Redirect) && !path.starts_with("/elsewhere/") {
        let port = host.rsplit_once(':').unwrap().1;
        // Another host by name: what was said to the first one is not for it.
        return (307, format!("Location: http://localhost:{port}/elsewhere{path}\r\n"), Vec::new());
    }
    let name = path.trim_start_matches("/elsewhere").trim_start_matches("/v2/");
    match shared.images.lock().unwrap().get(name) {
        None if name.is_empty() => (200, String::new(), b"{}".to_vec()),
        None if has(Manner::Hidden) && has(Manner::Basic) => (403, String::new(), b"{}".to_vec()),
        None if has(Manner::Hidden) => {
            let challenge =
                format!("WWW-Authenticate: Bearer realm=\"http://{host}/token\",service=\"reg\"\r\n");
            (401, challenge, Vec::new())
        }
        None => (404, String::new(), b"{}".to_vec()),
        Some(_) if method == "HEAD" && has(Manner::Silent) => (405, String::new(), Vec::new()),
        Some(manifest) if has(Manner::Silent) => (200, String::new(), manifest.clone()),
        Some(manifest) => (200, format!("Docker-Content-Digest: {}\r\n", digest(manifest)), manifest.clone()),
    }
}
