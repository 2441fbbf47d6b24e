//! What stands around the tabs: menus, palette, panels, and what reads keys and clipboard.

pub(super) mod catalogue_loader;
pub(super) mod clipboard;
pub(super) mod command_palette;
pub(super) mod defect_learning;
pub(super) mod drop_sign;
pub(super) mod dropped_files;
pub(super) mod due_backup;
pub(super) mod jobs_panel;
pub(super) mod keyboard;
mod learning_queue;
pub(super) mod log_panel;
pub(super) mod measurement_keeper;
pub(super) mod menu_bar;
mod paste_shortcut;
pub(super) mod remote_indicator;
pub(super) mod server_sign;
pub(super) mod session;
pub(super) mod shortcut_list;
pub(super) mod undo_history;
pub(super) mod unfinished_jobs;
