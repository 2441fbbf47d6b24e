//! CLIP (Radford et al., arXiv 2103.00020): pictures and texts in one space.

mod config;
mod encoder;
mod image_tower;
mod text_tower;

pub use image_tower::ClipImageEncoder;
pub use text_tower::ClipTextTower;

#[cfg(test)]
mod tests;
