//! The window: what inspectors, supervisors and engineers work with all day.
//!
//! The window sends requests to the engine and draws the answers; it never waits. Each frame
//! ([`window`]) takes the answers of jobs, turns keys into [`command::Command`]s, draws the panels
//! and the tab shown, which send commands too, and then executes the commands. Nothing else changes
//! state that belongs to another part of the window.

mod background_task;
mod bank_fits;
mod catalogue;
mod clock;
mod command;
mod composition;
mod dialogs;
mod download_meter;
mod error;
mod fonts;
mod frame_times;
mod job_progress;
mod licences;
mod loadable;
mod localizer;
mod log_lines;
mod model_pull;
mod outcome_toasts;
mod period;
mod product_state;
mod shell;
mod tab_context;
mod tabs;
mod tasks;
mod theme;
mod toasts;
mod view_state;
mod whole_progress;
mod widgets;
mod window;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use fettle_domain::Language;
use fettle_engine::Engine;

pub use error::{AppError, Result};
pub use log_lines::LogLines;

/// Opens the window, inspects `images` in it if there are any, and returns when the window is
/// closed. `log` holds the lines of the program's log.
///
/// # Errors
/// [`AppError::Window`] when the system gives no window: no display, no graphics driver.
pub fn run(engine: Engine, language: Language, log: LogLines, images: Vec<PathBuf>) -> Result<()> {
    window::open(engine, language, log, images)
}
