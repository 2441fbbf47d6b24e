//! Parts that several tabs draw with.

pub(super) mod comparison;
pub(super) mod image_view;
pub(super) mod judging;
