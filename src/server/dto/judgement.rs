//! What people say of inspected parts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::verdict::{ActionStateDto, VerdictDto};
use fettle_domain::Judgement;

/// A person's judgement of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Judgement)]
pub(crate) struct JudgementDto {
    /// The true verdict.
    pub(crate) verdict: VerdictDto,
    /// The defect, where the person named one.
    pub(crate) defect: Option<String>,
    /// A remark.
    pub(crate) note: String,
    /// Who.
    pub(crate) by: String,
    /// When, RFC 3339.
    pub(crate) at: String,
}

impl From<&Judgement> for JudgementDto {
    fn from(judgement: &Judgement) -> Self {
        Self {
            verdict: judgement.opinion.verdict.into(),
            defect: judgement.opinion.defect.as_ref().map(ToString::to_string),
            note: judgement.opinion.note.clone(),
            by: judgement.by.clone(),
            at: judgement.at.clone(),
        }
    }
}

/// A judgement to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"verdict": "ng", "defect": "hole", "note": "at the rim"}))]
pub(crate) struct NewJudgement {
    /// The true verdict.
    pub(crate) verdict: VerdictDto,
    /// The defect.
    pub(crate) defect: Option<String>,
    /// A remark.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub(crate) note: String,
}

/// A new state of the corrective action.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewActionState {
    /// The state.
    pub(crate) state: ActionStateDto,
}
