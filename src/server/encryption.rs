//! What the server encrypts with.

use std::sync::Arc;

use axum_server::tls_rustls::RustlsConfig;

use super::config::{Encryption, ServerConfig};
use super::error::{Result, ServerError};
use super::own_addresses::own_addresses;
use fettle_engine::{Certificate, Engine, OpenCertificate};

/// The certificate that `config` asks for; `None`: the server does not encrypt.
///
/// # Errors
/// [`ServerError::Certificate`].
pub(crate) fn certificate(config: &ServerConfig, engine: &Engine) -> Result<Option<Certificate>> {
    let request = match &config.encryption {
        Encryption::None => return Ok(None),
        Encryption::Files { certificate, key } => {
            OpenCertificate::Files { certificate: certificate.clone(), key: key.clone() }
        }
        Encryption::SelfSigned => OpenCertificate::SelfSigned { names: names(config) },
    };
    let opened = engine.submit(request).and_then(|job| job.wait(|_| {}));
    opened.map(Some).map_err(ServerError::Engine)
}

/// The names and addresses under which callers reach this machine.
fn names(config: &ServerConfig) -> Vec<String> {
    let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let bound = config.bind.ip();
    if bound.is_unspecified() {
        names.extend(own_addresses(bound).iter().map(ToString::to_string));
    } else if !bound.is_loopback() {
        names.push(bound.to_string());
    }
    names.extend(config.host_names.iter().cloned());
    names
}

/// What TLS is spoken with.
///
/// # Errors
/// [`ServerError::Certificate`] where certificate and key do not belong together.
pub(crate) async fn tls(certificate: &Certificate) -> Result<RustlsConfig> {
    let pem = [&certificate.certificate_pem, &certificate.key_pem];
    let [certificate, key] = pem.map(|pem| pem.clone().into_bytes());
    let config =
        RustlsConfig::from_pem(certificate, key).await.map_err(ServerError::Certificate)?;
    // HTTP/1.1 alone is spoken: a client that is offered HTTP/2 would take it.
    let mut offered = config.get_inner().as_ref().clone();
    offered.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(RustlsConfig::from_config(Arc::new(offered)))
}
