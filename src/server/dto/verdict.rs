//! Verdicts and languages in words of the interface.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use fettle_domain::{ActionState, ReviewState, Verdict};

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

/// What people said of an inspection's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewState)]
pub(crate) enum ReviewDto {
    /// Nobody has judged the part yet.
    Unjudged,
    /// A person confirmed the verdict.
    Confirmed,
    /// A person gave another verdict.
    Overruled,
}

impl From<ReviewDto> for ReviewState {
    fn from(review: ReviewDto) -> Self {
        match review {
            ReviewDto::Unjudged => Self::Unjudged,
            ReviewDto::Confirmed => Self::Confirmed,
            ReviewDto::Overruled => Self::Overruled,
        }
    }
}
