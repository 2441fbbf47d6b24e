use crate::{ModelsError, Result};

/// Finds an architecture by its name in the manifest.
///
/// # Errors
/// [`ModelsError::UnknownArchitecture`].
pub(crate) fn find<'a, T>(architectures: &'a [(&str, T)], name: &str) -> Result<&'a T> {
    let found = architectures.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, architecture)| architecture)
        .ok_or_else(|| ModelsError::UnknownArchitecture(name.to_owned()))
}
