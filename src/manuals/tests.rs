//! Tests of the whole crate: real manuals, generated ones, damaged ones.

mod action_records;
mod beside;
mod broken;
mod cases;
mod claims;
mod corrections;
mod damaged_pages;
mod document_kinds;
mod encodings;
mod figures;
mod formats;
mod generated;
mod growth;
mod hostile;
mod layouts;
mod misread;
mod page_writer;
mod part_styles;
mod pictures;
mod printed_tables;
pub(crate) mod reading;
mod real_manuals;
mod seen;
mod sniffed;
mod unpaged;
mod unseen;
