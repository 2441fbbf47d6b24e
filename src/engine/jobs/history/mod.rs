//! Past inspections: lists, judgements, statistics, exports, deletion of old pictures.

mod export_csv;
mod export_pdf;
mod judge_inspection;
mod list_inspections;
mod statistics;
mod tidy_pictures;

pub use export_csv::{ExportInspections, ExportedInspections};
pub use export_pdf::{ExportPdf, ExportedPdf, InspectionSelection};
pub(in crate::jobs) use judge_inspection::user;
pub use judge_inspection::{JudgeInspection, Judged, SetAction};
pub use list_inspections::{FindInspection, ListInspections};
pub use statistics::{GetStatistics, ProductState, Statistics};
pub use tidy_pictures::{TidiedPictures, TidyPictures};
