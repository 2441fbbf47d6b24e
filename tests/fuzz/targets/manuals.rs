//! Manuals and records of corrective actions, by format.

use std::path::Path;

use fettle_domain::{DefectType, FigureSource, RectPt};
use fettle_fuzz::wrapping::Wrapping;
use fettle_fuzz::{Target, outcome};
use fettle_manuals::{FigureContent, FigureFile, page_picture, parse, parse_action_records};
use fettle_testing::documents::defect;
use jiff::civil::Date;

use super::documents::{MARKDOWN, docxs, hwpxs, pdfs, pptxs, xlsxs};
use super::pictured_documents as pictured;

const ACTIONS: &str = "제품,불량,문제,원인,조치,일자,효과\n\
    p,긁힘,표면 긁힘,레일 마모,레일 교체,2026-03-01,유효\n,,,,트레이 청소,45000,\n";
const FORM: &str = "8D 보고서\nD2 문제: 표면 긁힘\nD4 근본 원인: 레일 마모\nD5 시정 조치: 레일 교체\n\
    일자: 2026-03-01\n";
const HTML: &str = "<html><head><meta charset='utf-8'></head><body><h1>긁힘 (scratch)</h1><ul><li>레일 마모\
    </ul><table><tr><th>원인<th>조치<tr><td rowspan=2>낙하<td colspan='2'>완충 &amp; 패드</table>\
    <p style='display:none'>숨김</p></body></html>";

pub(super) fn targets() -> Vec<Target> {
    let manual = |name, file, wrapping, seeds| Target {
        name,
        file,
        wrapping,
        seeds,
        refused: &[],
        read: read_manual,
    };
    let records = |name, file, wrapping, seeds| Target {
        name,
        file,
        wrapping,
        seeds,
        refused: &[],
        read: read_records,
    };
    let figures = |name, file, wrapping, seeds| Target {
        name,
        file,
        wrapping,
        seeds,
        refused: &[],
        read: read_figures,
    };
    vec![
        figures("pdf-figures", "a.pdf", Wrapping::None, pictured::pdfs),
        figures("docx-figures", "a.docx", Wrapping::Zip, pictured::docxs),
        figures("pptx-figures", "a.pptx", Wrapping::Zip, pictured::pptxs),
        figures("xlsx-figures", "a.xlsx", Wrapping::Zip, pictured::xlsxs),
        figures("hwpx-figures", "a.hwpx", Wrapping::Zip, pictured::hwpxs),
        figures("html-figures", "a.html", Wrapping::None, pictured::htmls),
        figures("markdown-figures", "a.md", Wrapping::None, pictured::markdowns),
        manual("pdf", "a.pdf", Wrapping::None, pdfs),
        Target {
            name: "pdf-page",
            file: "a.pdf",
            wrapping: Wrapping::None,
            seeds: pdfs,
            refused: &[],
            read: |path, bytes| {
                let drawn = page_picture(path, bytes.to_vec(), 1, 64, &[]);
                outcome(drawn, |picture| picture.pixels.len())
            },
        },
        manual("docx", "a.docx", Wrapping::Zip, docxs),
        manual("xlsx", "a.xlsx", Wrapping::Zip, xlsxs),
        manual("pptx", "a.pptx", Wrapping::Zip, pptxs),
        manual("hwpx", "a.hwpx", Wrapping::Zip, hwpxs),
        manual("html", "a.html", Wrapping::None, || vec![HTML.into(), utf16(HTML)]),
        manual("markdown", "a.md", Wrapping::None, || vec![MARKDOWN.into()]),
        manual("text", "a.txt", Wrapping::None, || vec![MARKDOWN.into(), utf16(MARKDOWN)]),
        manual("csv", "a.csv", Wrapping::None, || vec![ACTIONS.into(), utf16(ACTIONS)]),
        records("actions-csv", "a.csv", Wrapping::None, || vec![ACTIONS.into()]),
        records("actions-text", "a.txt", Wrapping::None, || vec![FORM.into()]),
        records("actions-xlsx", "a.xlsx", Wrapping::Zip, xlsxs),
        Target {
            name: "actions-docx",
            file: "a.docx",
            wrapping: Wrapping::Zip,
            seeds: docxs,
            // Paragraphs of a manual are no record.
            refused: &[1],
            read: read_records,
        },
    ]
}

fn defects() -> [DefectType; 2] {
    [
        defect("scratch", "긁힘", "scratch", "긁힘 (scratch)"),
        defect("dent", "찍힘", "dent", "찍힘 (dent)"),
    ]
}

fn read_manual(path: &Path, bytes: &[u8]) -> String {
    outcome(parse(path, bytes, &defects()), |text| text.sections.len())
}

/// The longer side of a figure that is drawn, in pixels.
const FIGURE_SIDE: u32 = 48;
/// The most figures of a changed file that are read.
const MOST_FIGURES: usize = 4;

/// Reads the figures that a file has, and where it has none those that the file had before it was changed: a report
/// asks for the places that were stored.
fn read_figures(path: &Path, bytes: &[u8]) -> String {
    let mut sources: Vec<FigureSource> = Vec::new();
    let read = parse(path, bytes, &defects());
    for section in read.iter().flat_map(|text| &text.sections) {
        sources.extend(section.all_figures().map(|figure| figure.source.clone()));
    }
    sources.truncate(MOST_FIGURES);
    if sources.is_empty() {
        let rect = RectPt { x: 50.0, y: 255.0, width: 100.0, height: 80.0 };
        let page = FigureSource::Page { page: 1, rect };
        sources.push(match path.extension().and_then(|ending| ending.to_str()) {
            Some("pdf") => page,
            Some("html" | "md") => FigureSource::Inline { number: 1 },
            _ => FigureSource::Part { name: "word/media/a.png".to_owned() },
        });
    }
    let mut file = FigureFile::new(path, bytes, &[]);
    let contents: Result<Vec<usize>, _> = sources
        .iter()
        .map(|source| {
            file.content(source, FIGURE_SIDE).map(|content| match content {
                FigureContent::Drawn(pixels) => pixels.len(),
                FigureContent::File(bytes) => bytes.len(),
            })
        })
        .collect();
    outcome(contents, |sizes| sizes.iter().sum())
}

fn read_records(path: &Path, bytes: &[u8]) -> String {
    // A day of its own: what a file leads to does not change overnight.
    let today = Date::constant(2026, 11, 30);
    outcome(parse_action_records(path, bytes, today), |records| records.drafts.len())
}

/// As Windows' editors save it: UTF-16, little endian, with its mark.
fn utf16(text: &str) -> Vec<u8> {
    "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}
