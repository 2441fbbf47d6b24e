//! Writing a fitted bank to the workspace.

use super::normal_index::normals_path;
use crate::error::{EngineError, Result};
use crate::protocol::JobContext;
use fettle_domain::BankRef;
use fettle_library::RegisteredBank;
use fettle_retrieval::vector_index::VectorIndex;
use fettle_vision::memory_bank::MemoryBank;

/// Writes the bank and its index of normal images. Each call uses new file names: two fits of one
/// product at once must not write into one file.
pub(super) fn save_bank(
    job: &JobContext,
    bank: &BankRef,
    fitted: &MemoryBank,
    normals: Option<&VectorIndex>,
) -> Result<RegisteredBank> {
    let dir = job.shared.workspace.banks_dir().join(bank.product.as_str());
    std::fs::create_dir_all(&dir)
        .map_err(|source| EngineError::File { path: dir.clone(), source })?;
    let now = jiff::Timestamp::now();
    let stem = format!("v{}-{}-{}", bank.version, now.as_millisecond(), std::process::id());
    let path = dir.join(format!("{stem}.bank"));
    // The index first: an index without a bank is unused, a bank without an index shows no normal
    // reference.
    if let Some(normals) = normals {
        normals.save(&normals_path(&path))?;
    }
    fitted.save(&path)?;
    let relative = path.strip_prefix(job.shared.workspace.root()).unwrap_or(&path);
    let info = fitted.info();
    Ok(RegisteredBank {
        bank: bank.clone(),
        path: relative.to_string_lossy().replace('\\', "/"),
        thresholds: info.thresholds,
        scale: info.scale,
        area: None,
        created_at: now.to_string(),
        active: true,
    })
}
