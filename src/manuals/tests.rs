//! Tests of the whole crate: real manuals, generated ones, damaged ones.

mod broken;
mod formats;
mod generated;
mod layouts;
mod part_styles;
mod pictures;
mod printed_tables;
pub(crate) mod reading;
mod real_manuals;
mod unpaged;
