//! Who works on this machine.

/// Name of the user of this computer.
pub(crate) fn user_name() -> String {
    whoami::username().unwrap_or_else(|error| {
        tracing::warn!(%error, "the system does not say who the user is");
        "?".to_owned()
    })
}
