//! The demo world: two products with rendered normal and defective parts, their manuals, and three
//! parts to inspect. All pictures and texts are made by this crate from one seed; none are taken
//! from other people's data.
//!
//! [`render()`] writes the world to a folder and returns its files as a [`DemoWorld`]; the engine
//! registers and fits them. `recipe` describes the world, `casting` and `leather` render the
//! surfaces, `manual_pdf` the manuals.

mod casting;
mod defects;
mod error;
mod leather;
mod manual_pdf;
#[cfg(test)]
mod mask_checks;
mod noise;
mod picture;
mod recipe;
mod render;
mod shading;
mod surface;
mod typeface;
mod world;

pub use error::{DemoError, Result};
pub use render::render;
pub use typeface::korean_font;
pub use world::{DemoDefectImage, DemoInspection, DemoProduct, DemoWorld};
