//! Verdicts and languages in words of the interface.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use fettle_domain::{ActionState, Verdict};

/// OK, NG, or unsure: a person has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Verdict)]
pub(crate) enum VerdictDto {
    /// A sound part.
    Ok,
    /// The part has a defect.
    Ng,
    /// Between the two limits, or seen in conditions that the bank has not seen.
    Unsure,
}

impl From<Verdict> for VerdictDto {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Ok => Self::Ok,
            Verdict::Ng => Self::Ng,
            Verdict::Unsure => Self::Unsure,
        }
    }
}

impl From<VerdictDto> for Verdict {
    fn from(verdict: VerdictDto) -> Self {
        match verdict {
            VerdictDto::Ok => Self::Ok,
            VerdictDto::Ng => Self::Ng,
            VerdictDto::Unsure => Self::Unsure,
        }
    }
}

/// State of the corrective action that an inspection calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ActionState)]
pub(crate) enum ActionStateDto {
    /// Not done yet.
    Open,
    /// Done.
    Done,
}

impl From<ActionState> for ActionStateDto {
    fn from(state: ActionState) -> Self {
        match state {
            ActionState::Open => Self::Open,
            ActionState::Done => Self::Done,
        }
    }
}

impl From<ActionStateDto> for ActionState {
    fn from(state: ActionStateDto) -> Self {
        match state {
            ActionStateDto::Open => Self::Open,
            ActionStateDto::Done => Self::Done,
        }
    }
}
