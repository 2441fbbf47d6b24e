//! Dialogs: modals that ask a person for input, and the system's file dialogs.

pub(super) mod about;
pub(super) mod defect_type;
pub(super) mod delete_entry;
mod dialog;
pub(super) mod export_pdf;
mod file_picker;
pub(super) mod form;
pub(super) mod image_files;
pub(super) mod import_actions;
pub(super) mod inspection_area;
mod left_out;
pub(super) mod load_demo;
mod preview;
pub(super) mod product;
pub(super) mod quit;
mod region_marking;
mod region_picker;
pub(super) mod register_defect;
pub(super) mod register_images;
pub(super) mod register_manual;
mod registration_toast;
pub(super) mod removal_question;
pub(super) mod remove_images;
pub(super) mod save_file;
pub(super) mod show_on_phone;
pub(super) mod sign_in;
pub(super) mod tidy_pictures;

pub(super) use dialog::Dialog;
