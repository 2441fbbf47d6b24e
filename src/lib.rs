//! Fettle.
pub mod domain;
pub mod models;
pub mod retrieval;
pub mod vision;
