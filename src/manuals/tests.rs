//! Tests of the whole crate: real manuals, generated ones, damaged ones.

mod beside;
mod broken;
mod cases;
mod damaged_pages;
mod encodings;
mod generated;
mod layouts;
mod page_writer;
mod pictures;
pub(crate) mod reading;
mod real_manuals;
mod seen;
mod unpaged;
