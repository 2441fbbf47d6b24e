//! Fettle.
pub mod domain;
pub mod manuals;
pub mod models;
