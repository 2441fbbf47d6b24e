//! An inspection as files that a person keeps: text, pictures, numbers, print.

mod error;
mod facts;
mod files;
mod markdown;
mod pdf;
mod plot;

pub use error::{ReportError, Result};
pub use files::{Pictures, write_all, write_file, write_json};
pub use markdown::markdown;
pub use pdf::{PdfReport, ReportedPart};
pub use plot::{PLOT_BINS, PlotWords, plot_roc, plot_scores, write_png};

/// Where words come from: message id and values to text. This room knows no language.
pub type Words<'a> = dyn Fn(&str, &[(&str, String)]) -> String + 'a;

/// The letters of pictures and print: Latin and all Hangul syllables. See `assets/fonts/OFL.txt`.
pub const GOTHIC: &[u8] = include_bytes!("../../assets/fonts/FettleGothic-Regular.ttf");
/// The same, bold.
const GOTHIC_BOLD: &[u8] = include_bytes!("../../assets/fonts/FettleGothic-Bold.ttf");
