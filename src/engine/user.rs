//! Who works on this machine, and what it is called.

/// Name of the user of this computer.
pub(crate) fn user_name() -> String {
    whoami::username().unwrap_or_else(|error| {
        tracing::warn!(%error, "the system does not say who the user is");
        "?".to_owned()
    })
}

/// Name of this machine.
pub(crate) fn host_name() -> String {
    whoami::hostname().unwrap_or_else(|error| {
        tracing::warn!(%error, "the system does not say what the machine is called");
        "?".to_owned()
    })
}
