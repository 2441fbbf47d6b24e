//! Why a stage of the pipeline did not run.

use crate::tab_context::TabContext;
use fettle_domain::{SkipReason, Stage};
use fettle_i18n::Value;

/// Why `stage` was skipped or failed, for people; `None` where it is done.
pub(crate) fn skip_reason<T>(stage: &Stage<T>, cx: &TabContext<'_>) -> Option<String> {
    match stage {
        Stage::Done(_) => None,
        Stage::Failed { message } => Some(message.clone()),
        // The report view has a button for this; the message of the command line names a command.
        Stage::Skipped(SkipReason::NoManual { product }) => {
            let product = [("product", cx.product_name(product).into())];
            Some(cx.localizer.with("report-no-manual", &product))
        }
        Stage::Skipped(reason) => {
            let values = reason.values();
            let values: Vec<(&str, Value)> =
                values.into_iter().map(|(name, value)| (name, value.into())).collect();
            Some(cx.localizer.with(&format!("skip-{}", reason.key()), &values))
        }
    }
}
