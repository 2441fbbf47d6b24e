//! Inspections as a PDF for people who print and keep: A4, Korean or English, tagged for screen readers
//! (PDF/UA-1), archivable (PDF/A-2a: ISO 19005-2), with embedded font subsets.

mod document;
mod fallback_faces;
mod font_family;
mod line_breaking;
mod manual_figures;
mod page;
mod page_layout;
mod part;
mod part_header;
mod part_measurements;
mod part_past_actions;
mod part_pictures;
mod part_report;
mod picture_arrangement;
mod print_image;
mod report;
mod reported_part;
mod summary;
mod table_layout;
mod tags;
#[cfg(test)]
mod tests;
mod verdict_mark;
mod writer;

pub use report::PdfReport;
pub use reported_part::{ReportedFigure, ReportedPart};
