//! How a stage of an inspection ended.

use serde::Serialize;
use utoipa::ToSchema;

use fettle_domain::{Language, SkipReason, Stage};
use fettle_i18n::Value;

/// How a stage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StageState {
    /// It ran.
    Done,
    /// It did not run, for want of something: `reason` says of what.
    Skipped,
    /// It ran into an error: `message` says which.
    Failed,
}

/// The outcome of one stage; the others run whatever it is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Stage)]
pub(crate) struct StageDto<T: ToSchema> {
    /// How it ended.
    pub(crate) state: StageState,
    /// Its result, where it ran; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<T>,
    /// Why it did not run, as a stable key.
    #[schema(example = "no-bank")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Why there is no result, in the language of the inspection or the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

impl<T: ToSchema> StageDto<T> {
    /// The outcome of `stage`, its result as `convert` makes it.
    pub(crate) fn of<'a, S>(
        stage: &'a Stage<S>,
        language: Language,
        convert: impl FnOnce(&'a S) -> T,
    ) -> Self {
        let (state, result, reason, message) = match stage {
            Stage::Done(result) => (StageState::Done, Some(convert(result)), None, None),
            Stage::Skipped(reason) => {
                let said = skip_message(reason, language);
                (StageState::Skipped, None, Some(reason.key().to_owned()), Some(said))
            }
            Stage::Failed { message } => (StageState::Failed, None, None, Some(message.clone())),
        };
        Self { state, result, reason, message }
    }
}

/// Why a stage did not run.
pub(crate) fn skip_message(reason: &SkipReason, language: Language) -> String {
    let values: Vec<(&str, Value)> =
        reason.values().into_iter().map(|(name, value)| (name, value.into())).collect();
    fettle_i18n::text_with(language, &format!("skip-{}", reason.key()), &values)
}
