//! Lists of inspections, and which they are of.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::verdict::{ActionStateDto, ReviewDto, VerdictDto};
use fettle_domain::{HistoryCursor, HistoryPage, InspectionRow};

/// An inspection in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct InspectionSummary {
    /// Its number.
    pub(crate) id: i64,
    /// When, RFC 3339 with offset.
    pub(crate) created_at: String,
    /// Name of the inspected file.
    pub(crate) file_name: String,
    /// The product.
    pub(crate) product: Option<String>,
    /// The defect: a person's, else the one found.
    pub(crate) defect: Option<String>,
    /// The machine's verdict.
    pub(crate) verdict: VerdictDto,
    /// A person's verdict.
    pub(crate) judged: Option<VerdictDto>,
    /// The image score.
    pub(crate) image_score: Option<f32>,
    /// State of the corrective action; absent where none is required.
    pub(crate) action: Option<ActionStateDto>,
    /// Where the whole result is.
    #[schema(example = "/api/v1/inspections/42")]
    pub(crate) href: String,
}

impl From<&InspectionRow> for InspectionSummary {
    fn from(row: &InspectionRow) -> Self {
        Self {
            id: row.id.0,
            created_at: row.created_at.clone(),
            file_name: row.file_name().to_owned(),
            product: row.product.as_ref().map(ToString::to_string),
            defect: row.defect.as_ref().map(ToString::to_string),
            verdict: row.verdict.into(),
            judged: row.judged.map(VerdictDto::from),
            image_score: row.image_score,
            action: row.required_action().map(ActionStateDto::from),
            href: format!("/api/v1/inspections/{}", row.id),
        }
    }
}

/// A page of a list, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct InspectionList {
    /// The inspections.
    pub(crate) inspections: Vec<InspectionSummary>,
    /// How many the filter selects, on all pages.
    pub(crate) total: usize,
    /// Where the next page is; absent on the last.
    pub(crate) next: Option<String>,
}

impl InspectionList {
    /// The page; `next` makes the address of the one that begins with a cursor.
    pub(crate) fn of(page: &HistoryPage, next: impl FnOnce(HistoryCursor) -> String) -> Self {
        Self {
            inspections: page.rows.iter().map(InspectionSummary::from).collect(),
            total: page.total,
            next: page.next.map(next),
        }
    }
}

/// Which inspections to list: those of History.
#[derive(Debug, Clone, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct InspectionQuery {
    /// Of this product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<String>,
    /// With this defect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) defect: Option<String>,
    /// With this verdict: a person's where there is one, else the machine's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub(crate) verdict: Option<VerdictDto>,
    /// With this text in the file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// At this time or later, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(example = "2026-11-30T00:00:00Z")]
    pub(crate) since: Option<String>,
    /// Before this time, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// With a required corrective action in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub(crate) action: Option<ActionStateDto>,
    /// That nobody judged, or whose verdict a person confirmed or overruled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub(crate) review: Option<ReviewDto>,
    /// Also inspections of parts that were inspected again later. Default: each part once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repeated: Option<bool>,
    /// How many on a page, 1 to 500. Default: 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
    /// Where the page begins: from `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
}
