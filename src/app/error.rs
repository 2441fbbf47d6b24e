//! What can go wrong with the window itself. What goes wrong in a job is the engine's to explain.

/// Errors of the window.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The system gives no window.
    #[error("no window: {0}")]
    Window(#[from] eframe::Error),
}

/// Results of this room.
pub type Result<T, E = AppError> = std::result::Result<T, E>;
