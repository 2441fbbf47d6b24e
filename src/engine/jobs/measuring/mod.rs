//! Measuring in pictures of parts: the scale of a product, and lines that a person drew.

mod find_checkerboard;
mod product_scale;
pub(crate) mod scale_in_force;
mod set_measurements;
#[cfg(test)]
mod tests;

pub use find_checkerboard::{FindCheckerboard, FoundCheckerboard};
pub use product_scale::{GetScale, NewScale, SetScale};
pub use set_measurements::SetMeasurements;
