//! The room as a whole: real manuals, made ones, broken ones.

mod broken;
mod made;
mod paper;
mod real;
