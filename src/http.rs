//! The one way to speak HTTP: by an agent that trusts what the system trusts, or what `SSL_CERT_FILE` and `SSL_CERT_DIR`
//! name instead, and that goes through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::config::RedirectAuthHeaders;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// How an agent behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// How long one answer may take, from the connection to its last byte.
    pub(crate) patience: Duration,
    /// Whether it refuses to speak without TLS.
    pub(crate) secure: bool,
    /// How many redirects it follows; none of them is given the `Authorization`.
    pub(crate) redirects: u32,
}

/// An agent that takes every status for an answer.
pub(crate) fn agent(manner: Manner) -> Agent {
    let found = rustls_native_certs::load_native_certs().certs;
    let roots: Vec<Certificate<'static>> =
        found.iter().map(|der| Certificate::from_der(der.as_ref()).to_owned()).collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .https_only(manner.secure)
        .http_status_as_error(false)
        .max_redirects(manner.redirects)
        .redirect_auth_headers(RedirectAuthHeaders::Never)
        .timeout_global(Some(manner.patience))
        .user_agent(concat!("cupaas/", env!("CARGO_PKG_VERSION")))
        .build();
    config.into()
}
