//! The one widget that shows pictures of parts, with zoom, pan and heatmaps.
//!
//! A [`Picture`] is uploaded to the graphics card once. What a person moves afterwards (threshold,
//! opacity, colours, zoom) reaches the shader as a few uniforms a frame; nothing is computed or
//! uploaded again. Views that share a [`Camera`] move together.

mod camera;
mod gpu;
mod heatmap;
pub(crate) mod heatmap_controls;
mod picture;
pub(crate) mod rectangle;
mod region_outlines;
#[cfg(test)]
pub(crate) mod tests;
mod tile;
mod view;

pub(crate) use camera::{Camera, Placement, Screen, same_aspect};
pub(crate) use gpu::Gpu;
pub(crate) use heatmap::Heatmap;
pub(crate) use picture::Picture;
pub(crate) use view::{ImageResponse, Layer, Layers, Pixel, paint, show, upload};
