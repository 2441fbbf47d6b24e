//! CLIP (Radford et al., arXiv 2103.00020): pictures and texts in one space.

mod config;
mod encoder;
mod image_tower;
mod text_tower;
mod words;

pub use image_tower::ClipImageEncoder;
pub use text_tower::ClipTextTower;
pub use words::ClipWords;

#[cfg(test)]
mod tests;
