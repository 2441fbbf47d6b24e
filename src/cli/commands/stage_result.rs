//! Results of stages, and messages for stages without one.

use crate::terminal::Terminal;
use fettle_domain::Stage;
use fettle_i18n::Value;

/// The result of a stage, or the reason why there is none.
pub(super) fn done_or_reason<'a, T>(
    terminal: &Terminal,
    stage: &'a Stage<T>,
) -> Result<&'a T, String> {
    match stage {
        Stage::Done(result) => Ok(result),
        Stage::Skipped(reason) => {
            let values: Vec<(&str, Value)> =
                reason.values().into_iter().map(|(name, value)| (name, value.into())).collect();
            Err(terminal.text(&format!("skip-{}", reason.key()), &values))
        }
        Stage::Failed { message } => Err(message.clone()),
    }
}

/// The result of a stage; where there is none, prints the reason as the field `label`.
pub(super) fn done_or_print<'a, T>(
    terminal: &Terminal,
    label: &str,
    stage: &'a Stage<T>,
) -> Option<&'a T> {
    done_or_reason(terminal, stage).map_err(|why| terminal.print_field(label, &why)).ok()
}
