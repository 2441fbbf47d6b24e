//! The window: what inspectors, supervisors and engineers work with all day.
//!
//! The window sends requests to the engine and draws the answers; it never waits. Each frame
//! ([`mod@window`]) takes the answers of jobs, turns keys into [`command::Command`]s, draws the panels
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
mod figure_cache;
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
mod server_switch;
mod shell;
mod tab_context;
mod tabs;
mod tasks;
mod texture_cache;
mod theme;
mod toasts;
mod view_state;
mod whole_progress;
mod widgets;
mod window;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use fettle_domain::Language;
use fettle_engine::Engine;

pub use error::{AppError, Result};
pub use log_lines::LogLines;
pub use server_switch::{PartLink, ServerAddresses, ServerFault, ServerState, ServerSwitch};

/// Opens the window, inspects `images` in it if there are any, and returns when the window is
/// closed. `server` answers other systems where the settings say so; `log` holds the lines of the
/// program's log.
///
/// # Errors
/// [`AppError::Window`] when the system gives no window: no display, no graphics driver.
pub fn run(
    engine: Arc<Engine>,
    server: Arc<dyn ServerSwitch>,
    language: Language,
    log: LogLines,
    images: Vec<PathBuf>,
) -> Result<()> {
    window::open(engine, server, language, log, images)
}

/// The window as [`run`] opens it, for a program that drives it in another way, as tests do.
pub fn window(
    cc: &eframe::CreationContext<'_>,
    engine: Arc<Engine>,
    server: Arc<dyn ServerSwitch>,
    language: Language,
    log: LogLines,
) -> impl eframe::App + use<> {
    window::FettleWindow::new(cc, engine, server, language, log)
}
