//! What the tests of several crates share. No part of the program.
//!
//! [`data`] finds the data of tests and counts what is skipped for want of it; `documents` writes
//! small manuals, `pictured` such with pictures; `tensors` compares with golden values.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used
)]

pub mod data;
#[cfg(feature = "documents")]
pub mod documents;
#[cfg(feature = "documents")]
pub mod pictured;
#[cfg(feature = "tensors")]
pub mod tensors;
