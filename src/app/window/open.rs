//! Opens the window.

use std::path::PathBuf;
use std::sync::Arc;

use super::fettle_window::FettleWindow;
use crate::Result;
use crate::command::Command;
use crate::log_lines::LogLines;
use crate::server_switch::ServerSwitch;
use fettle_domain::Language;
use fettle_engine::Engine;

/// Opens the window and returns when it is closed.
///
/// # Errors
/// [`AppError::Window`](crate::AppError::Window) when the system gives no window.
pub(crate) fn open(
    engine: Arc<Engine>,
    server: Arc<dyn ServerSwitch>,
    language: Language,
    log: LogLines,
    images: Vec<PathBuf>,
) -> Result<()> {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Fettle")
            .with_app_id("fettle")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([480.0, 320.0])
            .with_clamp_size_to_monitor_size(true)
            .with_drag_and_drop(true),
        persistence_path: Some(engine.workspace().data_dir().join("window.ron")),
        ..Default::default()
    };
    let make = |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        let mut window = FettleWindow::new(cc, engine, server, language, log);
        if !images.is_empty() {
            window.shared.commands.push(Command::InspectFiles(images));
        }
        Ok(Box::new(window))
    };
    Ok(eframe::run_native("fettle", options, Box::new(make))?)
}
