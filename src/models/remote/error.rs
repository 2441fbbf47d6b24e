/// What can go wrong with a model on a server. None of it ever holds the API key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// An address that is none.
    #[error("'{address}' is not the address of a server: {why}")]
    BadAddress {
        /// What was given.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// The variable of the environment that shall hold the key is empty.
    #[error("the variable {0} holds no API key")]
    NoKey(String),
    /// Nobody answers there.
    #[error("{address} cannot be reached: {why}")]
    Unreachable {
        /// The server.
        address: String,
        /// The system's reason.
        why: String,
    },
    /// The server wants another key.
    #[error("{address} wants another API key")]
    Unauthorized {
        /// The server.
        address: String,
    },
    /// The server has too much to do, or fails, also when asked again.
    #[error("{address} is overloaded or fails (status {status})")]
    Overloaded {
        /// The server.
        address: String,
        /// HTTP's number.
        status: u16,
    },
    /// The server does not take the request.
    #[error("{address} refused (status {status}): {said}")]
    Refused {
        /// The server.
        address: String,
        /// HTTP's number.
        status: u16,
        /// The beginning of what it said.
        said: String,
    },
    /// The server went silent.
    #[error("{address} said nothing for {seconds} s")]
    Silent {
        /// The server.
        address: String,
        /// For how long, in seconds.
        seconds: u64,
    },
    /// What came is no answer, or ends before its end.
    #[error("{address} answered something that is no answer: {why}")]
    BadAnswer {
        /// The server.
        address: String,
        /// What is wrong with it.
        why: String,
    },
}
