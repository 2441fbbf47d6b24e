//! A small factory to try Fettle with: two products, their normal and defective parts,
//! their manuals, and three parts to inspect. Everything is drawn by this room from one
//! seed; nothing is taken from anybody's pictures or manuals.
//!
//! [`render`] writes it all below a folder and says what it wrote; registering and fitting
//! are the engine's business.

mod casting;
mod defects;
mod error;
mod leather;
mod manual_pdf;
mod noise;
mod recipe;
mod shading;
mod typeface;
mod world;

pub use error::{DemoError, Result};
pub use typeface::korean_font;
pub use world::{DemoDefectImage, DemoInspection, DemoProduct, DemoWorld, render};
