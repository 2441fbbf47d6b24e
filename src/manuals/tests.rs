//! The room as a whole: real manuals, made ones, broken ones.

mod broken;
mod layouts;
mod made;
pub(crate) mod paper;
mod pictures;
mod real;
pub(crate) mod unpaged;
