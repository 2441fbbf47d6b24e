//! Exporting inspections as a PDF to print and sign.

use std::path::PathBuf;

use jiff::Zoned;

use crate::error::{EngineError, Result};
use crate::jobs::inspection::export_result::report_text;
use crate::jobs::inspection::open_inspection::{OpenInspection, OpenedInspection};
use crate::jobs::manual::manual_figures::reported_figures;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{HistoryFilter, InspectionId, InspectionRow, Role};
use fettle_library::{Library, LibraryError};
use fettle_report::{PdfReport, ReportedFigure, ReportedPart, write_file};

/// Writes inspections as a PDF: a summary where there are several, then each on pages of its own.
/// Pictures are drawn again as by [`OpenInspection`]; where that fails, the PDF says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportPdf {
    /// The inspections.
    pub which: InspectionSelection,
    /// The file, replaced once the new one is complete.
    pub path: PathBuf,
}

/// A selection of inspections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InspectionSelection {
    /// Inspections by id, in this order.
    Ids(Vec<InspectionId>),
    /// All inspections that match the filter, newest first.
    Filtered(HistoryFilter),
}

/// Result of [`ExportPdf`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedPdf {
    /// Number of inspections.
    pub parts: usize,
    /// The written file.
    pub path: PathBuf,
    /// Letters that no font of this machine has: the PDF shows their numbers.
    pub missing_letters: String,
}

impl Request for ExportPdf {
    type Answer = ExportedPdf;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "export-pdf"
    }

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<ExportedPdf> {
        let Self { which, path } = self;
        // A missing folder is reported before the long work.
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            folder
                .read_dir()
                .map_err(|source| EngineError::File { path: folder.to_owned(), source })?;
        }
        let rows = job.library(move |library| rows(library, which))?;
        let language = job.shared.report_language();
        let words = report_text(language);
        let names = job.library(|library| library.names())?;
        let mut report = PdfReport::new(language, Zoned::now(), &words)?.with_names(names);
        if rows.len() != 1 {
            report.summary(&rows);
        }
        for (done, row) in rows.iter().enumerate() {
            job.check()?;
            job.report("progress-export", row.file_name(), done as u64, rows.len() as u64);
            let opened = OpenInspection(row.id).run(job)?;
            let manual = opened.inspection.manual.done();
            let figures = manual.map(|manual| reported_figures(job, manual)).transpose()?;
            report.add(&part(&opened, &figures.unwrap_or_default()))?;
        }
        let missing_letters = report.missing_letters();
        let bytes = report.finish()?;
        job.check()?;
        write_file(&path, &bytes)?;
        Ok(ExportedPdf { parts: rows.len(), path, missing_letters })
    }
}

/// The rows of the selected inspections.
fn rows(
    library: &mut Library,
    which: InspectionSelection,
) -> Result<Vec<InspectionRow>, LibraryError> {
    match which {
        InspectionSelection::Filtered(filter) => Ok(library.history(&filter, 0, usize::MAX)?.rows),
        InspectionSelection::Ids(ids) => {
            ids.into_iter().map(|id| library.history_row(id)).collect()
        }
    }
}

fn part<'a>(opened: &'a OpenedInspection, figures: &'a [ReportedFigure]) -> ReportedPart<'a> {
    ReportedPart {
        inspection: &opened.inspection,
        judgement: opened.judgement.as_ref(),
        action: opened.action.as_ref(),
        picture: opened.picture.as_deref(),
        pictures: opened.pictures.as_deref(),
        figures,
        notice: opened.notice.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, EngineOptions, Inspect, JudgeInspection};
    use fettle_domain::{Language, Opinion, Verdict};
    use fettle_settings::{Settings, Workspace};

    fn text(path: &std::path::Path) -> String {
        let lines = fettle_manuals::read_lines(path).unwrap();
        lines.iter().map(|line| line.text.clone() + "\n").collect()
    }

    /// Three inspections, unsure without models.
    fn three_inspections(dir: &std::path::Path) -> (Engine, Vec<PathBuf>) {
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let workspace = Workspace::at(dir.join("workspace")).with_models(dir);
        workspace.create().unwrap();
        let root = workspace.root().to_owned();
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let mut kept = Vec::new();
        for name in ["a.png", "b.png", "c.png"] {
            let image = dir.join(name);
            image::RgbImage::from_pixel(16, 16, image::Rgb([name.as_bytes()[0]; 3]))
                .save(&image)
                .unwrap();
            let inspect = Inspect { image, product: None, with_llm: false, out: None };
            let inspected = engine.submit(inspect).unwrap().wait(|_| {}).unwrap();
            kept.push(root.join(inspected.inspection.image_path.unwrap()));
        }
        (engine, kept)
    }

    #[test]
    fn one_some_or_all_are_written_and_what_is_gone_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let (engine, kept) = three_inspections(dir.path());
        std::fs::remove_file(&kept[1]).unwrap();
        let opinion = Opinion { verdict: Verdict::Ng, defect: None, note: "scratched".to_owned() };
        let judge = JudgeInspection { inspection: InspectionId(1), opinion: Some(opinion) };
        engine.submit(judge).unwrap().wait(|_| {}).unwrap();
        let path = dir.path().join("parts.pdf");
        let export = |which| {
            let request = ExportPdf { which, path: path.clone() };
            engine.submit(request).unwrap().wait(|_| {}).map(|written| written.parts)
        };
        let these =
            |ids: &[i64]| InspectionSelection::Ids(ids.iter().copied().map(InspectionId).collect());

        assert_eq!(export(these(&[2])).unwrap(), 1);
        let read = text(&path);
        assert!(read.starts_with("Inspection 2 · b.png") && read.contains("not in the workspace"));
        assert_eq!(export(these(&[3, 1])).unwrap(), 2);
        let read = text(&path);
        assert!(read.starts_with("Inspection summary") && read.contains("scratched"), "{read}");
        assert!(read.contains("c.png") && !read.contains("b.png"), "{read}");
        let ng = HistoryFilter { verdict: Some(Verdict::Ng), ..HistoryFilter::default() };
        assert_eq!(export(InspectionSelection::Filtered(ng)).unwrap(), 1);
        assert_eq!(export(InspectionSelection::Filtered(HistoryFilter::default())).unwrap(), 3);

        // A failed export leaves the existing file unchanged.
        let before = std::fs::read(&path).unwrap();
        let error = export(these(&[1, 99])).unwrap_err();
        assert!(matches!(error, EngineError::Library(LibraryError::UnknownInspection(_))));
        let all = InspectionSelection::Ids((0..300).map(|n| InspectionId(n % 3 + 1)).collect());
        let job = engine.submit(ExportPdf { which: all.clone(), path: path.clone() }).unwrap();
        job.cancel_token().cancel();
        assert!(matches!(job.wait(|_| {}).unwrap_err(), EngineError::Cancelled));
        assert_eq!(std::fs::read(&path).unwrap(), before);
        let nowhere = ExportPdf { which: all, path: dir.path().join("no/parts.pdf") };
        let error = engine.submit(nowhere).unwrap().wait(|_| {}).unwrap_err();
        assert!(matches!(error, EngineError::File { .. }), "{error}");
        let left = std::fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(left, 5, "three images, the workspace and the PDF");
    }
}
