//! The registry of all that is fuzzed: `cargo test --release -p fettle-fuzz`, or for hours
//! `tests/fuzz_long.sh SECONDS`. See `lib.rs`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used
)]

mod targets;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    fettle_fuzz::main(&targets::all(), &Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz"))
}
