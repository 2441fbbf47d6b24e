//! Past inspections: lists, judgements, statistics, exports, deletion of old pictures.

mod export_csv;
mod export_pdf;
mod judge_inspection;
mod list_inspections;
mod print_inspections;
mod statistics;
mod tidy_pictures;

pub use export_csv::{ExportInspections, ExportedInspections};
pub use export_pdf::{ExportPdf, ExportedPdf, InspectionSelection};
pub use judge_inspection::{JudgeInspection, Judged, SetAction};
pub use list_inspections::{FindInspection, ListInspections, PageInspections};
pub use print_inspections::{PrintInspections, PrintedInspections};
pub use statistics::{GetStatistics, ProductState, Statistics};
pub use tidy_pictures::{TidiedPictures, TidyPictures};
