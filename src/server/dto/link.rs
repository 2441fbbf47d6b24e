//! Links to inspections as they are asked for and answered.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How long a link holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkQuery {
    /// Minutes that the link opens the inspection; a day where nothing is said.
    #[param(minimum = 5, maximum = 10080)]
    pub(crate) minutes: Option<u32>,
}

/// A link to an inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Link, example = json!({
    "url": "https://192.168.0.4:5000/parts/7?link=1798761600.2f0c…",
    "expires_at": "2027-01-01T00:00:00Z",
}))]
pub(crate) struct LinkDto {
    /// The address to open. Whoever has it sees the inspection.
    pub(crate) url: String,
    /// Until when (RFC 3339).
    pub(crate) expires_at: String,
}
