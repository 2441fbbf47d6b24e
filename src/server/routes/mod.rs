//! The handlers of `/api/v1`: one file a resource.

mod audit;
mod bank_extensions;
mod bank_thresholds;
mod banks;
mod cached;
mod defect_types;
mod images;
mod index;
mod inspection_pictures;
mod inspections;
mod jobs;
mod judgements;
mod links;
mod manuals;
mod products;
mod reports;
mod search;
mod system;
mod tokens;

use utoipa_axum::router::OpenApiRouter;

use super::app_state::AppState;

pub(crate) use cached::cached;
pub(crate) use inspection_pictures::picture_of;
pub(crate) use inspections::{Inspected, inspect_upload};

/// All resources.
pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(inspections::router())
        .merge(inspection_pictures::router())
        .merge(reports::router())
        .merge(judgements::router())
        .merge(links::router())
        .merge(search::router())
        .merge(products::router())
        .merge(defect_types::router())
        .merge(images::router())
        .merge(banks::router())
        .merge(bank_extensions::router())
        .merge(bank_thresholds::router())
        .merge(index::router())
        .merge(manuals::router())
        .merge(jobs::router())
        .merge(system::router())
        .merge(tokens::router())
        .merge(audit::router())
}
