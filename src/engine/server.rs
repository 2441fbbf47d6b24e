//! Models on a server.

use fettle_domain::RemoteModel;
use fettle_models::remote::{Remote, RemoteError};

/// Connects to the server of `remote`, with the API key that the environment variable of its
/// settings holds.
pub(crate) fn connect(remote: &RemoteModel) -> fettle_models::Result<Remote> {
    let key = match &remote.key_variable {
        None => None,
        Some(variable) => {
            let key = std::env::var(variable).ok().filter(|key| !key.is_empty());
            Some(key.ok_or_else(|| RemoteError::NoKey(variable.clone()))?)
        }
    };
    Remote::connect(remote, key)
}
