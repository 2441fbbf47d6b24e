//! Inspections as a PDF that people print, sign and keep.

use std::path::PathBuf;

use jiff::Zoned;

use super::inspect::words;
use super::open_inspection::{OpenInspection, OpenedInspection};
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{HistoryFilter, InspectionId, InspectionRow};
use fettle_library::{Library, LibraryError};
use fettle_report::{PdfReport, ReportedPart, write_file};

/// Writes inspections as a PDF: several begin with a summary, each is on pages of its own. Pictures
/// are made again as [`OpenInspection`] makes them; where that cannot be, the PDF says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportPdf {
    /// Which.
    pub which: Chosen,
    /// The file, which is replaced once the new one is whole.
    pub path: PathBuf,
}

/// Some of the inspections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// These, in this order.
    These(Vec<InspectionId>),
    /// All that the filter lets through, newest first.
    Filtered(HistoryFilter),
}

/// A PDF that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedPdf {
    /// How many inspections.
    pub parts: usize,
    /// Where.
    pub path: PathBuf,
}

impl Request for ExportPdf {
    type Answer = ExportedPdf;

    fn name(&self) -> &'static str {
        "export-pdf"
    }

    fn run(self, job: &JobContext) -> Result<ExportedPdf> {
        let Self { which, path } = self;
        // A folder that is not there is better known before the work than after it.
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            folder
                .read_dir()
                .map_err(|source| EngineError::File { path: folder.to_owned(), source })?;
        }
        let rows = job.shared.library(move |library| rows(library, which))?;
        let language = job.shared.language_of_text();
        let words = words(language);
        let names = job.shared.library(|library| library.names())?;
        let mut report = PdfReport::new(language, Zoned::now(), &words)?.naming(names);
        if rows.len() != 1 {
            report.summary(&rows);
        }
        for (done, row) in rows.iter().enumerate() {
            job.check()?;
            job.report("progress-export", row.file_name(), done as u64, rows.len() as u64);
            let opened = OpenInspection(row.id).run(job)?;
            report.add(&part(&opened))?;
        }
        let bytes = report.finish()?;
        job.check()?;
        write_file(&path, &bytes)?;
        Ok(ExportedPdf { parts: rows.len(), path })
    }
}

/// What a list shows of each.
fn rows(library: &mut Library, which: Chosen) -> Result<Vec<InspectionRow>, LibraryError> {
    match which {
        Chosen::Filtered(filter) => Ok(library.history(&filter, 0, usize::MAX)?.rows),
        Chosen::These(ids) => ids.into_iter().map(|id| library.history_row(id)).collect(),
    }
}

fn part(opened: &OpenedInspection) -> ReportedPart<'_> {
    ReportedPart {
        inspection: &opened.inspection,
        judgement: opened.judgement.as_ref(),
        action: opened.action.as_ref(),
        picture: opened.picture.as_deref(),
        pictures: opened.pictures.as_deref(),
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

    /// Three inspections; without models they are unsure.
    fn three(dir: &std::path::Path) -> (Engine, Vec<PathBuf>) {
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
        let (engine, kept) = three(dir.path());
        std::fs::remove_file(&kept[1]).unwrap();
        let opinion = Opinion { verdict: Verdict::Ng, defect: None, note: "scratched".to_owned() };
        let judge = JudgeInspection { inspection: InspectionId(1), opinion: Some(opinion) };
        engine.submit(judge).unwrap().wait(|_| {}).unwrap();
        let path = dir.path().join("parts.pdf");
        let export = |which| {
            let request = ExportPdf { which, path: path.clone() };
            engine.submit(request).unwrap().wait(|_| {}).map(|written| written.parts)
        };
        let these = |ids: &[i64]| Chosen::These(ids.iter().copied().map(InspectionId).collect());

        assert_eq!(export(these(&[2])).unwrap(), 1);
        let read = text(&path);
        assert!(read.starts_with("Inspection 2 · b.png") && read.contains("not in the workspace"));
        assert_eq!(export(these(&[3, 1])).unwrap(), 2);
        let read = text(&path);
        assert!(read.starts_with("Inspection summary") && read.contains("scratched"), "{read}");
        assert!(read.contains("c.png") && !read.contains("b.png"), "{read}");
        let ng = HistoryFilter { verdict: Some(Verdict::Ng), ..HistoryFilter::default() };
        assert_eq!(export(Chosen::Filtered(ng)).unwrap(), 1);
        assert_eq!(export(Chosen::Filtered(HistoryFilter::default())).unwrap(), 3);

        // What cannot be written leaves the file that is there.
        let before = std::fs::read(&path).unwrap();
        let error = export(these(&[1, 99])).unwrap_err();
        assert!(matches!(error, EngineError::Library(LibraryError::UnknownInspection(_))));
        let all = Chosen::These((0..300).map(|n| InspectionId(n % 3 + 1)).collect());
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
