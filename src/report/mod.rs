//! An inspection as files that a person keeps: text, pictures, numbers.

mod error;
mod files;
mod markdown;
mod plot;

pub use error::{ReportError, Result};
pub use files::{Pictures, write_all, write_json};
pub use markdown::{Words, markdown};
pub use plot::{PLOT_BINS, PlotWords, plot_roc, plot_scores, write_png};
