//! What stands around the tabs.

pub(super) mod jobs_panel;
pub(super) mod log_panel;
pub(super) mod menu_bar;
pub(super) mod palette;
pub(super) mod remote_sign;
pub(super) mod shortcuts;
pub(super) mod toasts;
pub(super) mod unfinished;
