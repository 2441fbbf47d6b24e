//! Fettle finds a part's defect, shows it beside the nearest normal part, finds similar known
//! defects, reads the product's manual, and says what to do.
//!
//! The rooms, in reading order; ARCHITECTURE.md is the map, and a test holds its invariants.

pub mod domain;

pub mod demo;
pub mod i18n;
pub mod library;
pub mod manuals;
pub mod models;
pub mod report;
pub mod retrieval;
pub mod settings;
pub mod vision;

pub mod engine;

pub mod app;

pub mod cli;
