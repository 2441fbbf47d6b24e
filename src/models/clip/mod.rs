//! CLIP (Radford et al., arXiv 2103.00020): images and texts in one embedding space.

mod config;
mod encoder;
mod image_tower;
#[cfg(test)]
mod tests;
mod text_encoder;
mod text_tower;

pub(crate) use image_tower::ClipImageEncoder;
pub(crate) use text_encoder::ClipTextEncoder;
