//! Fettle.
pub mod domain;
pub mod models;
pub mod settings;
