//! What the operating system is asked for, with one rule for each: how a file from outside is
//! opened ([`open`]), how a file of ours takes its place ([`AtomicFile`]) and with which mode, how a
//! folder is made ([`create_folders`]), and how another program is started ([`HelperProgram`]).
//!
//! The room knows no inspection and speaks in `std::io::Error`; each room that asks adds the path
//! and its own words.

mod atomic_file;
mod disk;
mod folders;
mod helper_program;
mod lock_file;
mod modes;
mod owner;
mod regular_file;
mod scratch_folder;

pub use atomic_file::{AtomicFile, replace};
pub use disk::free_bytes;
pub use folders::{create_folders, sync_folder};
pub use helper_program::{HelperProgram, find_program, kill_group};
pub use lock_file::LockFile;
pub use modes::share_as_folder;
pub use owner::owner_of;
pub use regular_file::{NotAFile, open, read, read_to_string};
pub use scratch_folder::{ScratchFolder, sweep_scratch};
