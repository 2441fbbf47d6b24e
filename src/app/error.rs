//! Errors of the window itself. Errors of jobs are the engine's.

/// Errors of the window.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The system gives no window.
    #[error("no window: {0}")]
    Window(#[from] eframe::Error),
}

/// A result with an [`AppError`].
pub type Result<T, E = AppError> = std::result::Result<T, E>;
