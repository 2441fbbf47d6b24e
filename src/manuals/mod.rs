//! Manuals: a PDF's text with its positions, each defect's causes and actions, and
//! reports in which every sentence is traced back to them.
//!
//! ```text
//! file → pdf, content, font, cmap → lines → rows → sections, table → ManualText
//! ManualText → find → compose (evidence alone) → prompt → grounding (with a model)
//!            → chunk (to be found by questions)
//! file → page_picture (hayro)
//! ```

mod answer;
mod chunk;
mod cmap;
mod compose;
mod content;
mod error;
mod find;
mod font;
mod grounding;
mod headings;
mod lines;
mod marker;
mod names;
mod page_picture;
mod pdf;
mod prompt;
mod rows;
mod sections;
mod stand_in;
mod table;
mod watch;
mod wrap;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
pub(crate) mod tests;

pub use chunk::{Chunk, chunks};
pub use compose::compose;
pub use error::{ManualsError, Result};
pub use find::find;
pub use grounding::{AnswerProblem, GroundedLine, align, merge, weave};
pub use names::named_defects;
pub use page_picture::{MAX_PICTURE_SIDE, PagePicture, page_picture, page_sizes};
pub use pdf::{MAX_FILE_BYTES, read_file, read_lines};
pub use prompt::{MAX_ANSWER_TOKENS, MOST_STATEMENTS, prompt};
pub use sections::{PARSER_VERSION, read};
pub use watch::AnswerWatch;
