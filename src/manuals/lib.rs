//! Manuals: the text of PDF, Word and text files with its positions, each defect's causes and
//! actions, and reports in which every sentence is traced back to them.
//!
//! ```text
//! file ┬ pdf, content, font, cmap → lines, columns ┬ rows → sections, beside, table → ManualText
//!      └ docx, text_file ──────────────────────────┘
//! ManualText → find → compose (evidence alone) → prompt → grounding (with a model)
//!            → chunk (to be found by questions)
//! file → page_picture (hayro) → ocr (tesseract, feature `ocr`) → lines
//! ```

mod answer;
mod babble;
mod beside;
mod chunk;
mod claim;
mod cmap;
mod columns;
mod compose;
mod content;
mod docx;
mod docx_styles;
mod error;
mod file;
mod find;
mod font;
mod grounding;
mod headings;
mod lines;
mod marker;
mod names;
#[cfg(feature = "ocr")]
mod ocr;
mod open_section;
mod page_picture;
mod pdf;
mod prompt;
mod rows;
mod sections;
mod stand_in;
mod table;
mod text_file;
mod watch;
mod wrap;

#[cfg(test)]
pub(crate) mod tests;

pub use answer::whole_sentences;
pub use babble::AnswerProblem;
pub use chunk::{Chunk, chunks};
pub use compose::compose;
pub use error::{ManualsError, Result};
pub use file::{MAX_FILE_BYTES, lines, read_file, read_lines};
pub use find::find;
pub use grounding::{GroundedLine, align, is_in, merge, weave};
pub use names::named_defects;
#[cfg(feature = "ocr")]
pub use ocr::parse_scanned;
pub use page_picture::{MAX_PICTURE_SIDE, PagePicture, page_picture, page_sizes};
pub use prompt::{MAX_ANSWER_TOKENS, MOST_STATEMENTS, prompt};
pub use sections::{PARSER_VERSION, parse, read};
pub use watch::AnswerWatch;
