//! Manuals: the text of PDF, Word and text files with positions, the causes and actions of each
//! defect, and reports in which every sentence is traced back to the manual.
//!
//! ```text
//! file ┬ pdf → page_content, content_repair → text_device (hayro), font, cmaps → visibility, ink,
//!      │       hidden_layers, overprint, asides, annotations → line_grouping, columns ┬ DocumentLines
//!      └ docx, docx_styles, text_file ──────────────────────────────────────────────┘
//! DocumentLines → rows, headers_footers → section_parser ┬ cause_action_table → ManualText
//!                                                        └ summary_table
//! ManualText → section_lookup → compose (evidence alone) → prompt → grounding (with a model)
//!            → chunk (for retrieval)
//! file → page_picture (hayro) → ocr (tesseract, feature `ocr`) → line_grouping
//! ```

mod annotations;
mod answer;
mod answer_validation;
mod asides;
mod cause_action_table;
mod chunk;
mod cmaps;
mod code_letters;
mod columns;
mod compose;
mod content_overlap;
mod content_repair;
mod defect_names;
mod document_lines;
mod docx;
mod docx_styles;
mod error;
mod fallback_font;
mod file;
mod font;
mod geometry;
mod glyph;
mod grounding;
mod headers_footers;
mod headings;
mod hidden_layers;
mod ink;
mod ink_probe;
mod letter_forms;
mod line_grouping;
mod line_joining;
mod list_marker;
#[cfg(feature = "ocr")]
mod ocr;
mod overprint;
mod page_content;
mod page_picture;
mod page_reader;
mod pdf;
mod places;
mod printed_line;
mod prompt;
mod rows;
mod section_builder;
mod section_lookup;
mod section_parser;
mod sections;
mod skew;
mod stream_guard;
mod summary_table;
mod table_grid;
mod text_device;
mod text_file;
mod typo;
mod unpacked_size;
mod visibility;
mod words;

#[cfg(test)]
mod tests;

pub use answer::whole_sentences;
pub use answer_validation::AnswerProblem;
pub use chunk::{Chunk, chunks};
pub use compose::compose;
pub use defect_names::named_defects;
pub use error::{ManualsError, Result};
pub use file::{parse_lines, read_file, read_lines};
pub use grounding::{ground_answer, is_written_in};
#[cfg(feature = "ocr")]
pub use ocr::parse_scanned;
pub use page_picture::{PagePicture, page_picture, page_sizes};
pub use prompt::{MAX_ANSWER_TOKENS, MAX_STATEMENTS, prompt};
pub use section_lookup::find_section;
pub use sections::{PARSER_VERSION, parse};
pub use stream_guard::StreamGuard;
