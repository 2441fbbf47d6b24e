//! Where the files of the index of known defects are.

use std::path::PathBuf;

use crate::shared::Shared;
use fettle_domain::ModelId;

/// File of the index of known defects. Each model has its own file, so that switching back to a
/// model needs no rebuild.
pub(super) fn defects_path(shared: &Shared, model: &ModelId) -> PathBuf {
    shared.workspace.index_dir().join(format!("defects-{model}.index"))
}
