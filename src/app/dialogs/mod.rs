//! What is asked of a person.

pub(super) mod files;
pub(super) mod save;
