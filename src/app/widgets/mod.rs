//! Parts that several tabs draw with.

pub(super) mod judging;
