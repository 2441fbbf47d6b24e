//! Turning the result of a stage into its recorded outcome.

use crate::error::{EngineError, Result};
use crate::protocol::JobContext;
use fettle_domain::{SkipReason, Stage};

/// Splits the outcome of a stage into the recorded part and the part for later stages. A local error
/// becomes `Failed`; any other error ends the job.
pub(super) fn split_stage<T, R, Extra>(
    job: &JobContext,
    outcome: Result<Stage<T>>,
    parts: impl FnOnce(T) -> (R, Extra),
) -> Result<(Stage<R>, Option<Extra>)> {
    job.check()?;
    Ok(match outcome {
        Ok(Stage::Done(result)) => {
            let (recorded, extra) = parts(result);
            (Stage::Done(recorded), Some(extra))
        }
        Ok(Stage::Skipped(reason)) => (Stage::Skipped(reason), None),
        Ok(Stage::Failed { message }) => (Stage::Failed { message }, None),
        Err(error) => (failed_stage(job, error)?, None),
    })
}

/// The outcome of a stage that failed with `error`; an error that is not local is returned.
pub(crate) fn failed_stage<T>(job: &JobContext, error: EngineError) -> Result<Stage<T>> {
    match error {
        EngineError::Models(fettle_models::ModelsError::Missing { model, .. }) => {
            Ok(Stage::Skipped(SkipReason::NoModel { model }))
        }
        error if error.is_recoverable() => {
            tracing::warn!(%error, "stage failed");
            Ok(Stage::Failed { message: error.explain(job.shared.report_language()) })
        }
        error => Err(error),
    }
}
