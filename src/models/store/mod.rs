//! The files of the models on this machine: which are present, whether they are intact, and how
//! missing ones are fetched.
//!
//! A file lies at `<models>/<model id>/<file>`, complete and with the right hash, or is absent.
//! `<models>/.partial/<model id>/` keeps what an interrupted [`ModelStore::pull`] left.

mod checksums;
mod directory;
mod disk;
mod hash;
mod hub;
mod model_store;
mod pip;
mod progress;
mod pull;
mod source;
#[cfg(test)]
mod tests;
mod wheel;

pub use model_store::{FileCheck, ModelFiles, ModelState, ModelStore, Verdict};
pub use pip::PipCommand;
pub use pull::{PullOptions, PullReport, PulledFile};
