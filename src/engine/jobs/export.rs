//! A list of inspections as a file that spreadsheets read.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{ActionState, DefectCode, HistoryFilter, InspectionRow, ProductCode, Verdict};
use fettle_library::Library;

/// Rows written between two reports.
const PAGE: usize = 500;
/// Without it spreadsheets take Korean for something else.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
/// The first line. Programs read it too, so it is the same in all languages.
const COLUMNS: [&str; 9] =
    ["id", "time", "product", "defect", "verdict", "judged", "score", "action", "file"];

/// Writes the inspections that the filter lets through as CSV, newest first.
#[derive(Debug, Clone)]
pub struct ExportInspections {
    /// Which.
    pub filter: HistoryFilter,
    /// The file, which is replaced once the new one is whole.
    pub path: PathBuf,
}

/// A list that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedInspections {
    /// How many inspections.
    pub rows: usize,
    /// Where.
    pub path: PathBuf,
}

impl Request for ExportInspections {
    type Answer = ExportedInspections;

    fn name(&self) -> &'static str {
        "export-inspections"
    }

    fn run(self, job: &JobContext) -> Result<ExportedInspections> {
        let Self { filter, path } = self;
        let file = |source: std::io::Error| EngineError::File { path: path.clone(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut whole =
            tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(file)?;
        whole.write_all(UTF8_MARK).map_err(file)?;
        // All at once: those inspected meanwhile would push the rest down the list.
        let list = move |library: &mut Library| library.history(&filter, 0, usize::MAX);
        let rows = job.shared.library(list)?.rows;
        let total = rows.len();
        {
            let mut table = BufWriter::new(&mut whole);
            writeln!(table, "{}", line(&COLUMNS.map(str::to_owned))).map_err(file)?;
            for (page, rows) in rows.chunks(PAGE).enumerate() {
                job.check()?;
                for row in rows {
                    writeln!(table, "{}", line(&cells(row))).map_err(file)?;
                }
                let written = page * PAGE + rows.len();
                job.report("progress-export", "", written as u64, total as u64);
            }
            table.flush().map_err(file)?;
        }
        whole.as_file().sync_all().map_err(file)?;
        job.check()?;
        whole.persist(&path).map_err(|error| file(error.error))?;
        Ok(ExportedInspections { rows: total, path })
    }
}

/// A record as RFC 4180 has it, up to the `\n` at its end.
fn line(cells: &[String]) -> String {
    let quoted = cells.iter().map(|cell| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    });
    quoted.collect::<Vec<_>>().join(",") + "\r"
}

fn cells(row: &InspectionRow) -> [String; 9] {
    [
        row.id.to_string(),
        row.created_at.clone(),
        text(row.product.as_ref().map_or("", ProductCode::as_str)),
        text(row.defect.as_ref().map_or("", DefectCode::as_str)),
        row.verdict.name().to_owned(),
        row.judged.map(Verdict::name).unwrap_or_default().to_owned(),
        row.image_score.map(|score| score.to_string()).unwrap_or_default(),
        row.asks_for().map(ActionState::name).unwrap_or_default().to_owned(),
        text(&row.source),
    ]
}

/// Text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe
/// before it (OWASP, "CSV Injection").
fn text(text: &str) -> String {
    let defused = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    format!("{defused}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, EngineOptions, Inspect, ListInspections};
    use fettle_domain::Language;
    use fettle_settings::{Settings, Workspace};

    #[test]
    fn a_list_is_written_as_spreadsheets_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::Ko };
        let workspace = Workspace::at(dir.path().join("workspace")).with_models(dir.path());
        workspace.create().unwrap();
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        // Its name has what CSV must quote. Without models the part is unsure.
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
        assert_eq!(lines[0], "\u{feff}id,time,product,defect,verdict,judged,score,action,file");
        assert!(lines[1].starts_with("1,2"), "{lines:?}");
        assert!(lines[1].contains(",,,unsure,,,open,\"/"), "{lines:?}");
        assert!(lines[1].ends_with("부품 \"\"1\"\", 앞.png\""), "{lines:?}");
        assert_eq!(lines[2..], [""]);

        // No cell of text is a formula; numbers stay numbers.
        let list = ListInspections { filter: HistoryFilter::default(), skip: 0, limit: 1 };
        let rows = engine.submit(list).unwrap().wait(|_| {}).unwrap().rows;
        let mut row = rows.first().unwrap().clone();
        row.image_score = Some(-0.5);
        row.product = Some(ProductCode::new("-1").unwrap());
        for (source, written) in [
            ("=HYPERLINK(\"http://a\")", "'=HYPERLINK(\"http://a\")"),
            ("+1.png", "'+1.png"),
            ("-1.png", "'-1.png"),
            ("@SUM(A1).png", "'@SUM(A1).png"),
            ("\t=1", "'\t=1"),
            ("/line/=1.png", "/line/=1.png"),
        ] {
            row.source = source.to_owned();
            let cells = cells(&row);
            assert_eq!(
                (cells[8].as_str(), cells[2].as_str(), cells[6].as_str()),
                (written, "'-1", "-0.5")
            );
        }

        // Nothing of an unwritten list is left.
        let nowhere = ExportInspections { path: dir.path().join("no/list.csv"), ..request };
        let error = engine.submit(nowhere).unwrap().wait(|_| {}).unwrap_err();
        assert!(matches!(error, EngineError::File { .. }), "{error}");
    }
}
