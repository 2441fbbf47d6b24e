//! Fettle.
pub mod demo;
pub mod domain;
pub mod models;
