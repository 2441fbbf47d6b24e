//! All readers, a group a file.

mod banks;
mod documents;
mod manuals;
mod models;
mod pictured_documents;
mod pictures;
mod records;

use fettle_fuzz::Target;

/// Every target.
pub(crate) fn all() -> Vec<Target> {
    [
        pictures::targets(),
        manuals::targets(),
        records::targets(),
        banks::targets(),
        models::targets(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
