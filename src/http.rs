//! The one way to speak HTTP: by an agent that trusts what the system trusts, or what `SSL_CERT_FILE` and `SSL_CERT_DIR`
//! name instead, and that goes through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.

use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::Agent;
use ureq::config::RedirectAuthHeaders;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// All but the unreserved characters (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one part of a path or query.
pub(crate) fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// How an agent behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AgentConfig {
    /// How long one answer may take, from the connection to its last byte.
    pub(crate) timeout: Duration,
    /// Whether it refuses to speak without TLS.
    pub(crate) secure: bool,
    /// How many redirects it follows; none of them is given the `Authorization`.
    pub(crate) redirects: u32,
}

/// An agent that takes every status for an answer.
pub(crate) fn agent(config: AgentConfig) -> Agent {
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
        .https_only(config.secure)
        .http_status_as_error(false)
        .max_redirects(config.redirects)
        .redirect_auth_headers(RedirectAuthHeaders::Never)
        .timeout_global(Some(config.timeout))
        .user_agent(concat!("cupaas/", env!("CARGO_PKG_VERSION")))
        .build();
    config.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_unreserved_characters_are_encoded() {
        assert_eq!(percent_encoded("Az09-._~"), "Az09-._~");
        assert_eq!(percent_encoded("ci/a b:ñ%&"), "ci%2Fa%20b%3A%C3%B1%25%26");
    }
}
