//! The window: what inspectors, supervisors and engineers sit before all day.
//!
//! It asks the engine and draws what comes back; it never waits. Each frame, in this order
//! (`window.rs`): answers of jobs are taken, keys become [`command::Command`]s, panels and the
//! tab shown are drawn and send commands too, and then the commands are carried out. Nothing
//! else changes what others own.

mod aside;
mod asked;
mod catalogue;
mod clock;
mod command;
mod desk;
mod dialogs;
mod error;
mod fonts;
mod frame_times;
mod model_pull;
mod paste;
mod shell;
mod tabs;
mod tasks;
mod theme;
mod under_way;
mod view_state;
mod widgets;
mod window;
mod words;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use fettle_domain::Language;
use fettle_engine::Engine;

pub use error::{AppError, Result};
pub use shell::log_panel::LogLines;

/// Opens the window, inspects `images` in it if there are any, and returns when it is closed.
/// `log` is where the program's log also goes.
///
/// # Errors
/// [`AppError::Window`] when the system gives no window: no display, no graphics driver.
pub fn run(engine: Engine, language: Language, log: LogLines, images: Vec<PathBuf>) -> Result<()> {
    window::open(engine, language, log, images)
}
