//! Widgets that more than one tab or dialog uses.

pub(super) mod bank_warnings;
pub(super) mod bank_words;
pub(super) mod catalogue_error;
pub(super) mod combo_box;
pub(super) mod comparison_view;
pub(super) mod feedback_buttons;
pub(super) mod file_picture;
#[cfg(test)]
pub(super) mod gallery;
pub(super) mod image_view;
pub(super) mod inspection;
pub(super) mod judgement_editor;
pub(super) mod manual_figures;
pub(super) mod measuring;
mod nearest_normal;
pub(super) mod part_view;
pub(super) mod patch_viewer;
pub(super) mod period;
pub(super) mod primary_button;
pub(super) mod qr_code;
pub(super) mod screenshot;
pub(super) mod side_panel;
pub(super) mod threshold_rule;
pub(super) mod thumbnail_cache;
pub(super) mod verdict_mark;
