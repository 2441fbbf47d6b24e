//! From a picture and its feature maps to an anomaly map, regions and pictures of them.
//!
//! `PatchCore` (Roth et al., CVPR 2022, arXiv 2106.08265) in the order of its steps:
//! [`preprocess`] makes the network's input, [`tiles`] cuts it up where it is large,
//! [`patch_embedding`] turns its feature maps into one row a patch, [`whitening`] makes their
//! distances mean something, [`coreset`] chooses the rows worth keeping, [`memory_bank`] fits to more patches
//! than memory holds and keeps the rows ([`bank_rows`]) with their origin, [`scoring`] measures how far the patches of a new picture are from them,
//! [`anomaly_map`] spreads those distances over the picture, [`thresholds`] says from held-out
//! normal pictures what is too far. [`inspection_area`] says which patches and pixels count.
//! [`regions`], [`heatmap`] and [`compare`] show the result, [`align`] and [`difference`] hold it
//! against a normal picture, [`part_area`] says where in the picture the part is;
//! [`metrics`] says how good it is where the truth is known.
//!
//! Pure functions: no networks, no database; the only files are memory banks.

pub mod align;
pub mod anomaly_map;
pub mod bank_rows;
mod cholesky;
pub mod compare;
mod contours;
pub mod coreset;
pub mod difference;
mod distance;
mod error;
pub mod heatmap;
pub mod inspection_area;
mod matrix;
pub mod memory_bank;
pub mod metrics;
pub mod part_area;
pub mod patch_embedding;
mod plane;
pub mod preprocess;
mod projection;
pub mod regions;
mod resample;
pub mod scoring;
pub mod seed_bank;
pub mod thresholds;
pub mod tiles;
pub mod whitening;

pub use error::{Result, VisionError};

#[cfg(test)]
mod golden;
