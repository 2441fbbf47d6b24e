//! Products, defect types and images: registering, listing, removing.

pub(crate) mod catalogue;
mod delete_entry;
mod find_image;
mod image_folder;
pub(crate) mod image_sources;
mod list_images;
mod move_images;
mod near_duplicates;
mod preview_images;
pub(crate) mod register_defect;
pub(crate) mod register_images;
pub(crate) mod rejected_file;
mod remove_images;
mod scan_library;
pub(crate) mod undo_registration;

pub use catalogue::{AddDefectType, AddProduct, BankReadiness, ListLibrary, ProductSummary};
pub use delete_entry::{CountDependents, DeleteEntry, DeletedEntry, UndoDeletion};
pub use find_image::FindImage;
pub use image_folder::UnreadFolders;
pub use list_images::ListImages;
pub use move_images::{MoveImages, MovedImage, MovedImages, UndoMoveImages};
pub use near_duplicates::NearDuplicate;
pub use preview_images::{ImagePreview, PreviewImages};
pub use register_defect::{RegisterDefect, RegisteredDefect};
pub use register_images::{RegisterImages, RegisteredImages};
pub use rejected_file::RejectedFile;
pub use remove_images::{FindImages, RemoveImages};
pub use scan_library::ScanLibrary;
pub use undo_registration::{UndoRegistration, UndoneRegistration};
