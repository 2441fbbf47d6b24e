//! Networks and their weights.
//!
//! [`roles`] says what the rest of Fettle asks of a network; every folder beside
//! it holds networks of one role, one architecture a file.

mod error;
pub mod llm;
mod quantized;
pub mod roles;
pub mod text_embedder;

pub use error::{ModelsError, Result};
