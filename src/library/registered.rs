//! The outcome of a registration.

/// The id of a registered file, and whether the registration added it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered<Id> {
    /// The file was added under this id.
    New(Id),
    /// The same bytes were registered before under the same label; nothing was copied.
    Already(Id),
}

impl<Id: Copy> Registered<Id> {
    /// The id either way.
    pub fn id(self) -> Id {
        match self {
            Self::New(id) | Self::Already(id) => id,
        }
    }

    pub(crate) fn map<Other>(self, f: impl FnOnce(Id) -> Other) -> Registered<Other> {
        match self {
            Self::New(id) => Registered::New(f(id)),
            Self::Already(id) => Registered::Already(f(id)),
        }
    }
}
