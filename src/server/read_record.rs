//! Records of inspections as callers may see them.

use super::app_state::AppState;
use super::ask_engine::ask;
use super::failure::Failure;
use super::machine_paths::MachinePaths;
use fettle_domain::{InspectionId, Stage};
use fettle_engine::{ReadInspection, RecordedInspection};

/// Reads a record; what it says in words names no path of this machine.
///
/// # Errors
/// Where there is no such inspection.
pub(crate) async fn read_record(
    state: &AppState,
    id: InspectionId,
) -> Result<RecordedInspection, Failure> {
    let mut record = ask(state, ReadInspection(id)).await?;
    let (inspection, paths) = (&mut record.inspection, state.paths());
    for notice in &mut inspection.notices {
        *notice = paths.hidden_in(notice);
    }
    hide(&mut inspection.similarity, paths);
    hide(&mut inspection.anomaly, paths);
    hide(&mut inspection.manual, paths);
    hide(&mut inspection.report, paths);
    hide(&mut inspection.view, paths);
    Ok(record)
}

fn hide<T>(stage: &mut Stage<T>, paths: &MachinePaths) {
    if let Stage::Failed { message } = stage {
        *message = paths.hidden_in(message);
    }
}
