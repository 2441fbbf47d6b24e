//! Networks and their weights.
//!
//! [`roles`] says what the rest of Fettle asks of a network; every folder beside
//! it holds networks of one role, one architecture a file.

pub mod backbone;
pub mod clip;
mod error;
pub mod image_encoder;
pub mod llm;
pub mod manifest;
pub mod remote;
pub mod roles;
pub mod store;
#[cfg(test)]
pub(crate) mod test_files;
pub mod text_embedder;
mod tokenizer_file;
mod transformer;
pub mod vlm;
pub mod weights;
pub mod words_encoder;

pub use error::{ModelsError, Result};

/// What a role's list of architectures has under this name.
fn named<'a, T>(architectures: &'a [(&str, T)], name: &str) -> Result<&'a T> {
    let found = architectures.iter().find(|(known, _)| *known == name);
    found.map(|(_, what)| what).ok_or_else(|| ModelsError::UnknownArchitecture(name.to_owned()))
}
