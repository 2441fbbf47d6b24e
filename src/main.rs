//! The `fettle` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    fettle_cli::run()
}
