//! Manuals: the text of PDF, Word and text files with positions, the causes and actions of each
//! defect, and reports in which every sentence is traced back to the manual.
//!
//! ```text
//! file ┬ pdf, content_stream, font, to_unicode → line_grouping, columns ┬ DocumentLines
//!      └ docx, docx_styles, text_file ──────────────────────────────────┘
//! DocumentLines → rows, headers_footers → section_parser ┬ cause_action_table → ManualText
//!                                                        └ summary_table
//! ManualText → section_lookup → korean_action → compose → the report
//!            → prompt → selection → compose (a model orders and chooses)
//!            → prompt → answer → claim → grounding (a model's own sentences, where asked for)
//!            → translation (statements in another language than the report)
//!            → chunk (for retrieval)
//! file → page_picture (hayro) → ocr (tesseract, feature `ocr`) → line_grouping
//! ```

mod answer;
mod answer_validation;
mod cause_action_table;
mod chunk;
mod claim;
mod claim_frames;
mod claim_words;
mod columns;
mod compose;
mod content_stream;
mod defect_names;
mod document_lines;
mod docx;
mod docx_styles;
mod english_clause;
mod error;
mod fallback_font;
mod file;
mod font;
mod geometry;
mod glyph;
mod grounding;
mod headers_footers;
mod headings;
mod korean_action;
mod korean_forms;
mod line_grouping;
mod line_joining;
mod list_marker;
mod object_nouns;
#[cfg(feature = "ocr")]
mod ocr;
mod orders;
mod page_picture;
mod pdf;
mod printed_line;
mod prompt;
mod rows;
mod section_builder;
mod section_lookup;
mod section_parser;
mod sections;
mod selection;
mod stream_guard;
mod summary_table;
mod table_grid;
mod text_file;
mod to_unicode;
mod translation;
mod verbal_nouns;
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
pub use grounding::{add_remarks, is_written_in};
#[cfg(feature = "ocr")]
pub use ocr::parse_scanned;
pub use orders::is_order_to_reader;
pub use page_picture::{PagePicture, page_picture, page_sizes};
pub use prompt::{MAX_ANSWER_TOKENS, MAX_SELECTION_TOKENS, MAX_STATEMENTS, PromptTask, prompt};
pub use section_lookup::find_section;
pub use sections::{PARSER_VERSION, parse};
pub use selection::{Selection, parse_selection, selection_grammar};
pub use stream_guard::StreamGuard;
pub use translation::{MAX_TRANSLATION_TOKENS, Untranslated};
