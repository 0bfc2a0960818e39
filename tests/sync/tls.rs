//! TLS by a certificate authority that nobody knows, in front of a plain server.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

pub(crate) struct Front {
    /// `127.0.0.1:PORT`.
    pub(crate) host: String,
    /// The authority's certificate.
    pub(crate) authority: PathBuf,
}

/// Serves TLS for the plain server at `behind`; the authority's certificate is written into `folder`.
pub(crate) fn front(behind: &str, folder: &Path) -> Front {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let authority = folder.join(format!("authority-{}.pem", behind.replace([':', '.'], "-")));
    std::fs::write(&authority, made.cert.pem()).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let behind = behind.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (config, behind) = (Arc::clone(&config), behind.clone());
            std::thread::spawn(move || forward(stream, config, &behind));
        }
    });
    Front { host, authority }
}

/// Carries bytes both ways until one side ends.
fn forward(client: TcpStream, config: Arc<ServerConfig>, behind: &str) -> Option<()> {
    let mut server = TcpStream::connect(behind).ok()?;
    for stream in [&client, &server] {
        stream.set_read_timeout(Some(Duration::from_millis(5))).ok()?;
        stream.set_nodelay(true).ok()?;
    }
    let mut client = StreamOwned::new(ServerConnection::new(config).ok()?, client);
    let mut buffer = vec![0; 16_384];
    let waits = |error: &std::io::Error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
    loop {
        match client.read(&mut buffer) {
            Ok(0) => return None,
            Ok(count) => server.write_all(&buffer[..count]).ok()?,
            Err(error) if waits(&error) => {}
            Err(_) => return None,
        }
        match server.read(&mut buffer) {
            Ok(0) => {
                client.conn.send_close_notify();
                return client.flush().ok();
            }
            Ok(count) => client.write_all(&buffer[..count]).and_then(|()| client.flush()).ok()?,
            Err(error) if waits(&error) => {}
            Err(_) => return None,
        }
    }
}
