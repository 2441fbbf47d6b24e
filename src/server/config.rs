//! What the server is told when it starts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

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
    /// Host names, beside addresses and `localhost`, under which callers may reach it.
    pub host_names: Vec<String>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            bind: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT),
            read_only: false,
            language: Language::default(),
            host_names: Vec::new(),
        }
    }
}

impl ServerConfig {
    /// Checks that whoever can reach the address may do what the server does.
    ///
    /// # Errors
    /// [`ServerError::NotLoopback`]: other machines could register and delete without saying who
    /// they are.
    pub fn check(&self) -> Result<(), ServerError> {
        match self.bind.ip().is_loopback() {
            true => Ok(()),
            false => Err(ServerError::NotLoopback(self.bind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_served() {
        // Address, taken.
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
        }
    }
}
