//! Names of files without their folders.

/// What follows the last folder in `path`, on any system.
pub(crate) fn file_name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
