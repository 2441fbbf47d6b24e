//! An inspection as files that a person keeps: text, pictures, numbers, print.

mod action_csv;
mod csv_text;
mod error;
mod feedback_csv;
mod files;
mod fonts;
mod inspection_csv;
mod markdown;
mod markdown_text;
mod own_pictures;
mod past_actions;
mod pdf;
mod plot;
mod translate;
mod wording;

pub use action_csv::action_csv;
pub use error::{ReportError, Result};
pub use feedback_csv::feedback_csv;
pub use files::{Pictures, write_all, write_file, write_json};
pub use fonts::{GOTHIC, GOTHIC_BOLD};
pub use inspection_csv::InspectionCsv;
pub use markdown::markdown;
pub use own_pictures::is_own_picture;
pub use pdf::{PdfReport, ReportedFigure, ReportedPart};
pub use plot::{PLOT_BINS, PlotLabels, plot_roc, plot_scores, write_png};
pub use translate::Translate;
