//! Fuzzing of all that reads what comes from outside, or what a crash may have damaged.
//!
//! A [`Target`] is a reader with sound files of our own writers. A child process (`child`)
//! changes them at random ([`mutation`], inside of containers as well: [`wrapping`]) and reads what
//! comes out, with 2 GB of address space; whoever started it (`supervisor`) watches for crashes
//! and hangs and keeps the input that led there. Inputs with an outcome that was not seen
//! before join the sound ones. No instrumentation is needed, so this runs on stable Rust with the
//! program's own dependencies as they were built.
//!
//! `registry.rs` lists the targets.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

mod child;
mod command_line;
pub mod mutation;
mod supervisor;
mod target;
pub mod wrapping;

pub use command_line::main;
pub use target::{Target, outcome};
