//! What folders and archives hold beside the images taken.

use std::path::{Path, PathBuf};

use crate::terminal::Terminal;
use fettle_engine::UnreadFolders;

/// Names shown at most.
const MAX_NAMES: usize = 5;

/// Prints how many files are no images, with the first names, and how many sub-folders were not
/// looked into; nothing where there are none.
pub(super) fn print_left_out(terminal: &Terminal, passed_over: &[PathBuf], unread: UnreadFolders) {
    if !passed_over.is_empty() {
        let name =
            |path: &PathBuf| path.file_name().map(Path::new).unwrap_or(path).display().to_string();
        let mut names: Vec<String> = passed_over.iter().take(MAX_NAMES).map(name).collect();
        if passed_over.len() > MAX_NAMES {
            names.push("…".to_owned());
        }
        let values = [("count", passed_over.len().into()), ("names", names.join(", ").into())];
        terminal.print_message("registered-passed-over", &values);
    }
    if unread.folders > 0 {
        let values = [("folders", unread.folders.into()), ("images", unread.images.into())];
        terminal.print_message("registered-unread", &values);
    }
}
