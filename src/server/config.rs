//! What the server is told when it starts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::error::ServerError;
use fettle_domain::Language;

/// The port of the system that Fettle replaces: its callers need only another host.
const PORT: u16 = 5000;

/// What the server is told when it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// The address that it listens on; port 0 takes any that is free.
    pub bind: SocketAddr,
    /// Whether it only answers questions: nothing is inspected, registered or judged.
    pub read_only: bool,
    /// The language of callers that name none.
    pub language: Language,
    /// How what is sent is encrypted.
    pub encryption: Encryption,
    /// Whether other machines may send tokens and pictures without encryption.
    pub insecure_http: bool,
    /// Host names, beside addresses and `localhost`, under which callers may reach it.
    pub host_names: Vec<String>,
}

/// How what is sent is encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all (HTTP).
    #[default]
    None,
    /// By TLS (HTTPS), with the owner's certificate and key, both PEM.
    Files {
        /// The certificate, or the chain of them.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// By TLS, with a certificate of Fettle's own.
    SelfSigned,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            bind: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT),
            read_only: false,
            language: Language::default(),
            encryption: Encryption::None,
            insecure_http: false,
            host_names: Vec::new(),
        }
    }
}

impl ServerConfig {
    /// Whether only this machine can reach the server.
    pub(crate) fn is_local(&self) -> bool {
        self.bind.ip().is_loopback()
    }

    /// Checks that what other machines send cannot be read on the way, unless the owner said so.
    ///
    /// # Errors
    /// [`ServerError::NotEncrypted`].
    pub fn check(&self) -> Result<(), ServerError> {
        let is_private = self.is_local() || self.encryption != Encryption::None;
        match is_private || self.insecure_http {
            true => Ok(()),
            false => Err(ServerError::NotEncrypted(self.bind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_served_with_encryption_or_a_word() {
        // Address, taken without encryption.
        let cases = [
            ("127.0.0.1:5000", true),
            ("[::1]:5000", true),
            ("127.9.9.9:0", true),
            ("0.0.0.0:5000", false),
            ("[::]:5000", false),
            ("192.168.0.4:5000", false),
        ];
        for (bind, taken) in cases {
            let config = ServerConfig { bind: bind.parse().unwrap(), ..ServerConfig::default() };
            assert_eq!(config.check().is_ok(), taken, "{bind}");
            let insecure = ServerConfig { insecure_http: true, ..config.clone() };
            let encrypted = ServerConfig { encryption: Encryption::SelfSigned, ..config };
            assert!(insecure.check().is_ok() && encrypted.check().is_ok(), "{bind}");
        }
    }
}
