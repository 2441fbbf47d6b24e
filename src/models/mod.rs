//! Networks and their weights.
//!
//! [`roles`] says what the rest of Fettle asks of a network; every folder beside
//! it holds networks of one role, one architecture a file. [`manifest`] lists the
//! models that exist, [`store`] has their files.

mod error;
pub mod manifest;
pub mod roles;
pub mod store;

pub use error::{ModelsError, Result};
