//! Tests of the whole crate: real manuals, generated ones, damaged ones.

mod broken;
mod claims;
mod generated;
mod layouts;
mod pictures;
pub(crate) mod reading;
mod real_manuals;
mod unpaged;
