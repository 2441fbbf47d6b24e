//! Fettle.
pub mod domain;
pub mod library;
pub mod models;
