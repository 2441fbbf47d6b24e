//! The vocabulary of Fettle: products, images, memory banks, search hits, manuals, inspections and
//! reports as plain data, with the rules that need nothing but the data. No window, no network, no
//! file system.
//!
//! Every other crate of the workspace speaks in these types; this crate depends on none of them.
//! [`Inspection`] is the best place to start: it holds the result of every stage, and from its
//! fields the types of the other modules are reached.

mod anomaly;
mod anomaly_map;
mod capture_deviation;
mod catalog;
mod chat;
mod detection_recipe;
mod display_names;
pub mod english;
mod file_names;
mod geometry;
pub mod hangul;
mod histogram;
mod history;
mod ids;
mod image_damage;
mod image_kind;
mod image_notice;
mod inspection;
mod inspection_area;
mod known_defect;
mod manual;
mod manual_format;
mod model;
mod model_view;
mod normal_form;
mod other_document;
mod particle;
mod picture_names;
mod picture_signature;
mod preprocessing;
mod printable;
mod progress;
mod remote_model;
mod report;
mod search;
mod selection_grammar;
mod stage;
mod threshold_rule;
mod thresholds;
mod unsure_reason;
mod verdict;

pub use anomaly::*;
pub use anomaly_map::*;
pub use capture_deviation::*;
pub use catalog::*;
pub use chat::*;
pub use detection_recipe::*;
pub use display_names::*;
pub use file_names::*;
pub use geometry::*;
pub use histogram::*;
pub use history::*;
pub use ids::*;
pub use image_damage::*;
pub use image_kind::*;
pub use image_notice::*;
pub use inspection::*;
pub use inspection_area::*;
pub use known_defect::*;
pub use manual::*;
pub use manual_format::ManualFormat;
pub use model::*;
pub use model_view::*;
pub use normal_form::*;
pub use other_document::OtherDocument;
pub use particle::*;
pub use picture_names::*;
pub use picture_signature::*;
pub use preprocessing::*;
pub use printable::*;
pub use progress::*;
pub use remote_model::*;
pub use report::*;
pub use search::*;
pub use selection_grammar::*;
pub use stage::*;
pub use threshold_rule::*;
pub use thresholds::*;
pub use unsure_reason::*;
pub use verdict::*;
