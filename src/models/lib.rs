//! Networks and their weights.
//!
//! [`roles`] has the traits by which the other crates use a network. Each folder holds the networks
//! of one role, one architecture per file; [`manifest`] and [`store`] know their files.

mod architecture;
pub mod backbone;
mod clip;
pub mod clip_text_encoder;
mod error;
pub mod image_encoder;
pub mod llm;
pub mod manifest;
pub mod remote;
pub mod roles;
pub mod store;
pub mod text_embedder;
mod tokenizer_file;
mod transformer;
pub mod vlm;
pub mod weights;

pub use error::{ModelsError, Result};
