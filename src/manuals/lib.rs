//! Manuals: the text of documents with positions, the causes, actions and other parts of each
//! defect, and reports in which every sentence is traced back to the manual. `docs/manuals.md` says
//! how documents are read.
//!
//! ```text
//! file ┬ pdf → page_content, content_repair → text_device (hayro), font, cmaps → visibility, ink,
//!      │       hidden_layers, overprint, asides, annotations → line_grouping, columns ┬ DocumentLines
//!      ├ docx, hwpx, pptx (package) · xlsx, csv_file (spreadsheet_rows) ──────────────┤
//!      └ html, markdown → html · text_file ───────────────────────────────────────────┘
//! DocumentLines → rows, headers_footers → row_marks (disciplines, questions, long_table, part_order,
//!       inline_labels)
//!     → section_parser ┬ section_headings, label_rows, marked_rows, unknown_parts
//!     │                └ table_rows: cause_action_table, transposed_table, defect_table, summary_table
//!     └ label_words → label_stems, label_denial → part_labels → label_forms, document_look
//! → ManualText with section_warnings (measures → disagreements) and passages
//! ManualText + a person's corrections → corrections (edited_text, corrected_warnings) → ManualText
//! ManualText → section_lookup → korean_action → compose → the report
//!            → prompt → selection → compose (a model orders and chooses)
//!            → prompt → answer → claim → grounding (a model's own sentences, where asked for)
//!            → translation (statements in another language than the report)
//!            → chunk (for retrieval)
//! DocumentLines → action_rows → action_sheet, action_form (records of corrective actions)
//! file → page_picture (hayro) → ocr (tesseract, feature `ocr`) → line_grouping
//! ```

mod action_days;
mod action_draft;
mod action_effect;
mod action_file;
mod action_form;
mod action_labels;
mod action_rows;
mod action_sheet;
mod annotations;
mod answer;
mod answer_validation;
mod asides;
mod bounds;
mod cause_action_table;
mod chunk;
mod claim;
mod claim_frames;
mod claim_words;
mod cmaps;
mod code_letters;
mod columns;
mod compose;
mod content_repair;
mod corrected_warnings;
mod corrections;
mod csv_file;
mod damage;
mod defect_names;
mod defect_table;
mod disagreements;
mod discipline_number;
mod disciplines;
mod ditto;
mod document_lines;
mod document_look;
mod docx;
mod docx_figures;
mod docx_notes;
mod docx_runs;
mod docx_styles;
mod drawing;
mod edited_text;
mod english_clause;
mod error;
mod fallback_font;
mod figure_captions;
mod figure_check;
mod figure_file;
mod figure_places;
mod figures;
mod file;
mod font;
mod found_figures;
mod furniture;
mod geometry;
mod glyph;
mod grounding;
mod grouped_heads;
mod headers_footers;
mod headings;
mod hidden_layers;
mod html;
mod html_items;
mod html_nodes;
mod html_pictures;
mod html_styles;
mod html_table;
mod html_tree;
mod html_unseen;
mod hwpx;
mod ink;
mod ink_probe;
mod inline_labels;
mod korean_action;
mod korean_forms;
mod label_denial;
mod label_forms;
mod label_rows;
mod label_stems;
mod label_words;
mod letter_forms;
mod line_grouping;
mod line_joining;
mod list_marker;
mod long_table;
mod markdown;
mod marked_rows;
mod marks;
mod measures;
mod months;
mod no_statement;
mod number_format;
mod object_nouns;
#[cfg(feature = "ocr")]
mod ocr;
mod orders;
mod overprint;
mod package;
mod page_content;
mod page_figures;
mod page_picture;
mod page_reader;
mod part_labels;
mod part_order;
mod passages;
mod pdf;
mod places;
mod pptx;
mod printed_line;
mod prompt;
mod questions;
mod recurrence;
mod relations;
mod row_marks;
mod rows;
mod section_builder;
mod section_headings;
mod section_lookup;
mod section_parser;
mod section_warnings;
mod sections;
mod selection;
mod sheet_size;
mod skew;
mod split_spans;
mod spreadsheet_rows;
mod statement_ids;
mod steps;
mod stream_guard;
mod summary_table;
mod table_cells;
mod table_grid;
mod table_header;
mod table_rows;
mod text_device;
mod text_file;
mod translation;
mod transposed_table;
mod unknown_parts;
mod unpacked_size;
mod unpaged_lines;
mod verbal_nouns;
mod visibility;
mod words;
mod workbook_parts;
mod xlsx;

#[cfg(test)]
mod tests;

pub use action_file::{ActionRecords, parse_action_records};
pub use answer::whole_sentences;
pub use answer_validation::AnswerProblem;
pub use chunk::{Chunk, chunks, words_with_label};
pub use compose::compose;
pub use corrections::{Corrected, apply_corrections, with_unplaced_lines};
pub use damage::ManualDamage;
pub use defect_names::named_defects;
pub use disagreements::{Disagreement, disagreements};
pub use error::{ManualsError, Result};
pub use figure_file::{FigureContent, FigureFile};
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
