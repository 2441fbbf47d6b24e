//! Exporting a list of inspections as CSV for spreadsheets.

use std::path::PathBuf;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{HistoryFilter, Role};
use fettle_library::Library;
use fettle_report::InspectionCsv;
use fettle_system::AtomicFile;

/// Rows written between two progress reports.
const PAGE: usize = 500;

/// Writes the inspections that match the filter as CSV, newest first.
#[derive(Debug, Clone)]
pub struct ExportInspections {
    /// Filter of the inspections.
    pub filter: HistoryFilter,
    /// The file, replaced once the new one is complete.
    pub path: PathBuf,
}

/// Result of [`ExportInspections`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedInspections {
    /// Number of inspections.
    pub rows: usize,
    /// The written file.
    pub path: PathBuf,
}

impl Request for ExportInspections {
    type Answer = ExportedInspections;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "export-inspections"
    }

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<ExportedInspections> {
        let Self { filter, path } = self;
        let file_error = |source: std::io::Error| EngineError::File { path: path.clone(), source };
        let mut file = AtomicFile::create(&path).map_err(file_error)?;
        // Read at once: pages would shift with new inspections.
        let list = move |library: &mut Library| library.history(&filter, 0, usize::MAX);
        let rows = job.library(list)?.rows;
        let total = rows.len();
        {
            let mut table = InspectionCsv::new(&mut file).map_err(file_error)?;
            for (page, rows) in rows.chunks(PAGE).enumerate() {
                job.check()?;
                let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
                let sizes = job.library(move |library| {
                    ids.into_iter()
                        .map(|id| library.region_sizes(id))
                        .collect::<Result<Vec<_>, _>>()
                })?;
                for (row, sizes) in rows.iter().zip(sizes) {
                    table.write(row, sizes).map_err(file_error)?;
                }
                let written = page * PAGE + rows.len();
                job.report("progress-export", "", written as u64, total as u64);
            }
            table.flush().map_err(file_error)?;
        }
        job.check()?;
        file.commit().map_err(file_error)?;
        Ok(ExportedInspections { rows: total, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, EngineOptions, Inspect};
    use fettle_domain::Language;
    use fettle_settings::{Settings, Workspace};

    #[test]
    fn a_list_is_written_as_spreadsheets_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::Ko };
        let workspace = Workspace::at(dir.path().join("workspace")).with_models(dir.path());
        workspace.create().unwrap();
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        // The file name has characters that CSV must quote. The verdict is unsure without models.
        let image = dir.path().join("부품 \"1\", 앞.png");
        image::RgbImage::new(16, 16).save(&image).unwrap();
        let inspect = Inspect { image, product: None, with_llm: false, out: None };
        engine.submit(inspect).unwrap().wait(|_| {}).unwrap();
        let path = dir.path().join("list.csv");
        let request = ExportInspections { filter: HistoryFilter::default(), path: path.clone() };
        let exported = engine.submit(request.clone()).unwrap().wait(|_| {}).unwrap();
        assert_eq!(exported, ExportedInspections { rows: 1, path: path.clone() });
        let written = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = written.split("\r\n").collect();
        let columns = "\u{feff}id,time,product,defect,verdict,judged,score,action,file,\
                       regions_area_mm2,longest_region_mm";
        assert_eq!(lines[0], columns);
        assert!(lines[1].starts_with("1,2"), "{lines:?}");
        assert!(lines[1].contains(",,,unsure,,,open,\"/"), "{lines:?}");
        assert!(lines[1].ends_with("부품 \"\"1\"\", 앞.png\",,"), "{lines:?}");
        assert_eq!(lines[2..], [""]);

        // A missing folder is an error.
        let nowhere = ExportInspections { path: dir.path().join("no/list.csv"), ..request };
        let error = engine.submit(nowhere).unwrap().wait(|_| {}).unwrap_err();
        assert!(matches!(error, EngineError::File { .. }), "{error}");
    }
}
