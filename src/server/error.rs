use std::net::SocketAddr;

use fettle_domain::Language;

/// Errors of starting and running the server. Those of a request are answers (`failure.rs`).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address can be reached from other machines.
    #[error("{0} can be reached from other machines")]
    NotLoopback(SocketAddr),
    /// The socket cannot be had.
    #[error("{address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
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
        let (id, values) = match self {
            Self::NotLoopback(address) => {
                ("error-server-not-loopback", vec![("address", address.to_string().into())])
            }
            Self::Bind { address, source } => (
                "error-server-bind",
                vec![
                    ("address", address.to_string().into()),
                    ("reason", source.to_string().into()),
                ],
            ),
            Self::Threads(source) => {
                ("error-no-thread", vec![("reason", source.to_string().into())])
            }
            Self::Serve(source) => {
                ("error-server-ended", vec![("reason", source.to_string().into())])
            }
        };
        fettle_i18n::text_with(language, id, &values)
    }
}
