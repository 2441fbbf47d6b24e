use std::net::SocketAddr;

use fettle_domain::Language;
use fettle_engine::EngineError;

/// Errors of starting and running the server. Those of a request are answers (`failure.rs`).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address can be reached from other machines, and nobody was given a token.
    #[error("{0} can be reached from other machines, and no token is in force")]
    NoToken(SocketAddr),
    /// The address can be reached from other machines, and nothing is encrypted.
    #[error("{0} can be reached from other machines, and nothing is encrypted")]
    NotEncrypted(SocketAddr),
    /// The certificate and its key cannot be used.
    #[error("certificate: {0}")]
    Certificate(std::io::Error),
    /// What the server needs to start cannot be read.
    #[error(transparent)]
    Engine(EngineError),
    /// The socket cannot be had.
    #[error("{address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The system gave no random numbers for the key of links.
    #[error("no random numbers: {0}")]
    NoRandomness(String),
    /// The system gave no threads.
    #[error("no threads: {0}")]
    Threads(std::io::Error),
    /// The socket broke while it was served.
    #[error("serving ended: {0}")]
    Serve(std::io::Error),
}

/// The room's result.
pub type Result<T, E = ServerError> = std::result::Result<T, E>;

impl ServerError {
    /// What happened and what to do, in `language`.
    pub fn explain(&self, language: Language) -> String {
        let address_of = |address: &SocketAddr| vec![("address", address.to_string().into())];
        let reason_of = |source: &std::io::Error| vec![("reason", source.to_string().into())];
        let (id, values) = match self {
            Self::NoToken(address) => ("error-server-no-token", address_of(address)),
            Self::NotEncrypted(address) => ("error-server-not-encrypted", address_of(address)),
            Self::Certificate(source) => ("error-server-certificate", reason_of(source)),
            Self::Engine(error) => return error.explain(language),
            Self::Bind { address, source } => {
                ("error-server-bind", [address_of(address), reason_of(source)].concat())
            }
            Self::NoRandomness(reason) => {
                ("error-no-randomness", vec![("reason", reason.clone().into())])
            }
            Self::Threads(source) => ("error-no-thread", reason_of(source)),
            Self::Serve(source) => ("error-server-ended", reason_of(source)),
        };
        fettle_i18n::text_with(language, id, &values)
    }
}
