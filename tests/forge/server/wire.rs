//! Requests as they come over the connection, and answers as they go back.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Fault, Heard, Manner, Shared, answer, base};

pub(super) fn serve(stream: &TcpStream, shared: &Shared) -> Option<()> {
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

/// Keeps the request for those who compare it with what the forge's project says of its API. What git asks is none.
fn write_down(manner: Manner, heard: &Heard) {
    let Some(folder) = std::env::var_os("CUPAAS_FORGE_RECORD") else { return };
    if heard.path.ends_with("/info/refs") {
        return;
    }
    let line = json!({"method": heard.method, "path": heard.path, "query": heard.query, "body": heard.body});
    let name = format!("{manner:?}.jsonl").to_lowercase();
    let mut file =
        std::fs::OpenOptions::new().append(true).create(true).open(PathBuf::from(folder).join(name)).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
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
