//! Manuals: registering, parsing, versions, search.

mod correction_files;
mod embed_manuals;
pub(crate) mod in_force;
mod ingest_manuals;
mod manual_corrections;
pub(crate) mod manual_figures;
mod manual_file;
mod manual_page;
pub(crate) mod manual_text;
mod manual_versions;
mod open_manual;
mod passage_index;
mod preview_manual;
pub(crate) mod register_manual;
pub(in crate::jobs) mod search_manual;

pub use correction_files::{
    ApplyManualCorrections, ExportManualCorrections, ListManualCorrections, ListedCorrections,
};
pub use embed_manuals::{EmbedManuals, EmbeddedManuals};
pub use ingest_manuals::IngestManuals;
pub use manual_corrections::{
    ManualReview, OpenManualReview, SaveManualCorrections, UndoManualCorrections,
};
pub use manual_figures::ManualFigures;
pub use manual_page::ManualPage;
pub use manual_versions::{ListManualVersions, ManualVersion, RemoveManual};
pub use open_manual::{ListManuals, OpenManual, OpenedManual};
pub use preview_manual::{ManualPreview, PreviewManual};
pub use register_manual::{ParsedManual, RegisterManual};
pub use search_manual::{
    Candidate, FoundPassage, ManualAnswer, ManualReply, PassageGroup, SearchManual,
};
