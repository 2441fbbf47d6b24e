//! Who asks for a job, and whether that is still who it was when the job begins.

use fettle_domain::Actor;

/// Whoever asks for a job.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    pub(crate) actor: Actor,
    /// Whether it is a person who signed in, whose role the library may take away meanwhile.
    pub(crate) is_signed_in: bool,
}

impl Asker {
    /// Somebody whose role another one vouches for: the command line, the server, the settings.
    pub(crate) fn named(actor: Actor) -> Self {
        Self { actor, is_signed_in: false }
    }
}
