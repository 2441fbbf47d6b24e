/// Error of a model on a server. No variant ever contains the API key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// A text that is no address of a server.
    #[error("'{address}' is not the address of a server: {why}")]
    BadAddress {
        /// The text.
        address: String,
        /// The defect.
        why: String,
    },
    /// The environment variable for the API key is not set or empty.
    #[error("the variable {0} holds no API key")]
    NoKey(String),
    /// The server cannot be reached.
    #[error("{address} cannot be reached: {why}")]
    Unreachable {
        /// The server.
        address: String,
        /// The error of the connection.
        why: String,
    },
    /// The operating system starts no further thread.
    #[error("no thread for the request: {0}")]
    Thread(String),
    /// The server refuses the API key.
    #[error("{address} wants another API key")]
    Unauthorized {
        /// The server.
        address: String,
    },
    /// The server is overloaded or fails, after retries.
    #[error("{address} is overloaded or fails (status {status})")]
    Overloaded {
        /// The server.
        address: String,
        /// HTTP status code.
        status: u16,
    },
    /// The server refuses the request.
    #[error("{address} refused (status {status}): {said}")]
    Refused {
        /// The server.
        address: String,
        /// HTTP status code.
        status: u16,
        /// Beginning of its answer.
        said: String,
    },
    /// The server sent nothing for too long.
    #[error("{address} said nothing for {seconds} s")]
    Silent {
        /// The server.
        address: String,
        /// Seconds without a byte.
        seconds: u64,
    },
    /// The response does not follow the protocol, or is incomplete.
    #[error("{address} answered something that is no answer: {why}")]
    BadAnswer {
        /// The server.
        address: String,
        /// The defect.
        why: String,
    },
}
