//! Parts that several tabs draw with.

pub(super) mod bank_warnings;
pub(super) mod choice;
pub(super) mod comparison;
pub(super) mod file_picture;
pub(super) mod image_view;
pub(super) mod judging;
pub(super) mod part_view;
pub(super) mod patches;
pub(super) mod thumbnails;
pub(super) mod view_copy;
mod why;
