//! Inspections: the pipeline and its stages, opening past inspections, reports on defect types.

mod anomaly;
mod composed_report;
mod defect_report;
mod explain_pixel;
pub(crate) mod export_result;
pub(crate) mod inspect;
mod inspect_once;
mod inspected_part;
mod jpeg_traces;
pub(crate) mod manual_section;
mod measurement_summary;
mod model_answers;
mod model_view;
pub(crate) mod open_inspection;
mod product_range;
mod read_inspection;
mod report;
mod report_markdown;
mod rescore;
mod result_pictures;
mod similarity;
pub(crate) mod stage;
pub(crate) mod verdict;

pub use anomaly::FEW_NORMALS;
pub use defect_report::{DefectReport, ReportDefects};
pub use explain_pixel::{ExplainPixel, NearestNormal};
pub use inspect::{Inspect, Inspected, InspectionEvent};
pub use inspect_once::{InspectAgain, InspectOnce};
pub use open_inspection::{OpenInspection, OpenedInspection};
pub use read_inspection::{ReadInspection, RecordedInspection};
pub use report_markdown::ReportMarkdown;
