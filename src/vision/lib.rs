//! Anomaly detection with `PatchCore`, and the image processing before and after it.
//!
//! `PatchCore` (Roth et al., CVPR 2022, arXiv 2106.08265) in the order of its steps: [`preprocess`]
//! makes the network input and [`tiles`] splits it where it is large, [`patch_embedding`] turns
//! feature maps into one row a patch, [`moments`] and [`whitening`] give the metric, [`coreset`]
//! selects rows, [`memory_bank`] fits banks to more patches than memory holds and keeps the rows
//! ([`bank_rows`]) with their origin, [`scoring`] measures the distance of the patches of a new
//! image to the rows, [`anomaly_map`] upsamples those distances to the image, [`thresholds`] sets
//! limits from held-out normal images, [`defect_term`] adds what known defects teach about the patches
//! farthest from the bank ([`oddest_patches`]). [`inspection_area`] restricts patches and pixels to an area.
//!
//! [`capture`] measures light and focus of a picture, [`align::position`] where its part lies: scores
//! depend on them, and [`sensitivity`] says how much. [`checkerboard`] finds the scale of a picture.
//!
//! [`regions`], [`heatmap`] and [`compare`] present the result, [`align`] and [`difference`]
//! compare with a normal image, [`part_area`] finds the part in the image; [`metrics`] evaluates
//! against ground truth; [`legacy_bank`] scores banks of the system that Fettle replaces.
//!
//! Pure functions without networks or database; the only files are memory banks.

pub mod align;
pub mod anomaly_map;
pub mod bank_rows;
pub mod capture;
pub mod checkerboard;
mod cholesky;
pub mod compare;
mod connected_components;
mod contours;
pub mod coreset;
pub mod defect_term;
pub mod difference;
mod distance;
mod error;
mod extent;
mod gray_image;
pub mod grid;
pub mod heatmap;
pub mod inspection_area;
pub mod legacy_bank;
mod matrix;
pub mod memory_bank;
pub mod metrics;
pub mod moments;
pub mod oddest_patches;
pub mod part_area;
pub mod patch_embedding;
pub mod patches;
pub mod preprocess;
mod projection;
pub mod regions;
mod resample;
pub mod robust;
mod scoring;
pub mod sensitivity;
pub mod thresholds;
pub mod tiles;
pub mod whitening;

pub use error::{Result, VisionError};

#[cfg(test)]
mod test_data;
