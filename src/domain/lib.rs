//! Plain data and its rules: what a product, an image, a hit, a manual section
//! and an inspection *are*. No windows, no networks, no files.
//!
//! Every other room speaks in these types; this room imports none of them.

mod catalog;
mod detection;
mod geometry;
mod histogram;
mod history;
mod ids;
mod image_file;
mod inspection;
mod inspection_area;
mod manual;
mod manual_format;
mod map;
mod model;
mod model_view;
mod names;
mod progress;
mod remote;
mod report;
mod search;
mod threshold;

pub use catalog::*;
pub use detection::*;
pub use geometry::*;
pub use histogram::*;
pub use history::*;
pub use ids::*;
pub use image_file::*;
pub use inspection::*;
pub use inspection_area::*;
pub use manual::*;
pub use manual_format::*;
pub use map::*;
pub use model::*;
pub use model_view::*;
pub use names::*;
pub use progress::*;
pub use remote::*;
pub use report::*;
pub use search::*;
pub use threshold::*;
