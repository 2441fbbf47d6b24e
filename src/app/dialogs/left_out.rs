//! What folders and archives hold beside the images, in words.

use std::path::PathBuf;

use crate::tab_context::TabContext;
use fettle_engine::UnreadFolders;

/// Names shown at most.
const MAX_NAMES: usize = 5;

/// How many files are no images, with the first names, and how many sub-folders were not looked
/// into; nothing where there are none.
pub(super) fn left_out(
    cx: &TabContext<'_>,
    passed_over: &[PathBuf],
    unread: UnreadFolders,
) -> Vec<String> {
    let mut lines = Vec::new();
    if !passed_over.is_empty() {
        let name = |path: &PathBuf| {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = passed_over.iter().take(MAX_NAMES).map(name).collect();
        if passed_over.len() > MAX_NAMES {
            names.push("…".to_owned());
        }
        let values = [("count", passed_over.len().into()), ("names", names.join(", ").into())];
        lines.push(cx.localizer.with("registered-passed-over", &values));
    }
    if unread.folders > 0 {
        let values = [("folders", unread.folders.into()), ("images", unread.images.into())];
        lines.push(cx.localizer.with("dialog-unread", &values));
    }
    lines
}
