//! Text recognition of scanned pages by the installed `tesseract`
//! (<https://github.com/tesseract-ocr/tesseract>).
//!
//! `tesseract` runs as a child process, which is killed after a timeout and when the job is
//! cancelled.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use fettle_domain::{DefectType, ManualText, ManualWarning, Progress, ProgressSink, SizePt};

use super::error::{ManualsError, Result};
use super::file::parse_document_or_scan;
use super::glyph::Glyph;
use super::line_grouping::group_into_lines;
use super::page_picture::{PagePicture, page_picture, page_sizes};
use super::printed_line::PrintedLine;
use super::sections::parse_sections;
use fettle_system::HelperProgram;

/// Resolution of the rendered page in dots per inch, as tesseract's documentation advises.
const DPI: f32 = 300.0;
const POINTS_PER_INCH: f32 = 72.0;
/// The longest time for a page. A page of text takes seconds.
const PAGE_TIMEOUT: Duration = Duration::from_secs(120);
/// Time between two checks whether tesseract is done.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// The least ratio of a heading's line height to the median.
const HEADING_SCALE: f64 = 1.3;
/// A single character at the start of a line that is lower than this share of the line is a bullet,
/// whichever letter was recognised.
const MAX_BULLET_HEIGHT: f64 = 0.6;

/// Parses a manual as [`super::parse`] does, with text recognition for the pages of a PDF that have
/// no text. Each recognised page has a warning. `korean_font` is as for [`page_picture`].
///
/// # Errors
/// As [`super::parse`]; also [`ManualsError::NoTesseract`] if the file has no text at all and
/// `tesseract` is not installed, [`ManualsError::Tesseract`], [`ManualsError::Cancelled`].
pub fn parse_scanned(
    path: &Path,
    bytes: &[u8],
    defects: &[DefectType],
    korean_font: &'static [u8],
    sink: &dyn ProgressSink,
) -> Result<ManualText> {
    let mut document = parse_document_or_scan(path, bytes)?;
    let (format, page_count) = (document.format, document.page_count);
    let lines = &mut document.lines;
    let has_text = |page: u32| lines.iter().any(|line| line.line.page == page);
    let scanned: Vec<u32> = match format {
        fettle_domain::ManualFormat::Pdf => (1..=page_count).filter(|p| !has_text(*p)).collect(),
        _ => Vec::new(),
    };
    let mut recognised = Vec::new();
    for (done, page) in (0..).zip(&scanned) {
        let (subject, total) = (path.display().to_string(), Some(scanned.len() as u64));
        sink.report(Progress { step: "progress-ocr", subject, done, total });
        match recognise_page(path, bytes, *page, korean_font, sink) {
            Ok(read) => {
                if !read.is_empty() {
                    recognised.push(*page);
                }
                lines.extend(read);
            }
            // A file with text on other pages is parsed without this one.
            Err(ManualsError::NoTesseract { .. }) if !lines.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    if lines.is_empty() {
        return Err(document.no_text(path));
    }
    lines.sort_by_key(|line| line.line.page);
    let mut text = parse_sections(document, defects);
    // Of a page read from its picture the letters of its fonts do not matter.
    text.warnings.retain(|warning| match warning {
        ManualWarning::UnreadableLetters { page, .. } | ManualWarning::PicturePage { page } => {
            !recognised.contains(page)
        }
        _ => true,
    });
    let warnings = recognised.into_iter().map(|page| ManualWarning::Recognised { page });
    text.warnings.splice(0..0, warnings);
    Ok(text)
}

/// The lines of a scanned page.
fn recognise_page(
    path: &Path,
    bytes: &[u8],
    page: u32,
    korean_font: &'static [u8],
    sink: &dyn ProgressSink,
) -> Result<Vec<PrintedLine>> {
    let index = usize::try_from(page).unwrap_or(usize::MAX).saturating_sub(1);
    let sizes = page_sizes(path, bytes.to_vec())?;
    let size = sizes.get(index).copied().unwrap_or(SizePt { width: 595.0, height: 842.0 });
    let width_px = (size.width / POINTS_PER_INCH * DPI) as u32;
    let PagePicture { pixels, size } =
        page_picture(path, bytes.to_vec(), page, width_px, korean_font)?;
    let tesseract = HelperProgram::new(Path::new("tesseract"), &std::env::temp_dir());
    let tesseract = tesseract.map_err(|error| match error.kind() {
        ErrorKind::NotFound => ManualsError::NoTesseract { path: path.to_owned() },
        _ => io(path, error),
    })?;
    let picture = tesseract.folder().join("page.png");
    pixels.save(&picture).map_err(|error| failed(path, error))?;
    let tsv = run_tesseract(path, &tesseract, &picture, sink)?;
    let points = f64::from(size.width) / f64::from(pixels.width().max(1));
    Ok(group_into_lines(page, size, &words_as_glyphs(&tsv, points)))
}

fn io(path: &Path, source: std::io::Error) -> ManualsError {
    ManualsError::Io { path: path.to_owned(), source }
}

fn failed(path: &Path, why: impl ToString) -> ManualsError {
    ManualsError::Tesseract { path: path.to_owned(), why: why.to_string() }
}

/// Runs tesseract on a picture and returns its TSV output.
fn run_tesseract(
    path: &Path,
    tesseract: &HelperProgram,
    picture: &Path,
    sink: &dyn ProgressSink,
) -> Result<String> {
    let out = picture.with_extension("");
    let mut command = tesseract.command(&["TESSDATA_"]);
    // `--psm 6` assumes a single block of text, so that lines are kept whole.
    command.arg(picture).arg(&out).args(["-l", "kor+eng", "--psm", "6", "--dpi", "300", "tsv"]);
    command.env("OMP_THREAD_LIMIT", "1");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().map_err(|error| io(path, error))?;
    let mut child = KillOnDrop(child);
    let start = Instant::now();
    let status = loop {
        if sink.check().is_err() {
            return Err(ManualsError::Cancelled);
        }
        match child.0.try_wait().map_err(|error| io(path, error))? {
            Some(status) => break status,
            None if start.elapsed() > PAGE_TIMEOUT => {
                return Err(failed(path, format!("no answer in {} s", PAGE_TIMEOUT.as_secs())));
            }
            None => std::thread::sleep(POLL_INTERVAL),
        }
    };
    if !status.success() {
        // The usual reason is that the Korean language data is not installed.
        return Err(failed(path, format!("tesseract -l kor+eng: {status}")));
    }
    std::fs::read_to_string(out.with_extension("tsv")).map_err(|error| io(path, error))
}

/// A child process that is killed when the handle is dropped.
struct KillOnDrop(Child);

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        // Both fail only if the process has ended already.
        let _result = self.0.kill();
        let _result = self.0.wait();
    }
}

/// A word of the TSV output, in pixels.
struct Word<'a> {
    /// Numbers of block, paragraph and line.
    line: [&'a str; 3],
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    text: &'a str,
}

/// Parses a row of the TSV output: level, page, block, paragraph, line, word, left, top, width, height,
/// confidence, text. Words are of level 5.
fn parse_word(row: &str) -> Option<Word<'_>> {
    let columns: Vec<&str> = row.split('\t').collect();
    let [level, _, block, paragraph, line, _, left, top, width, height, _, text] = columns[..]
    else {
        return None;
    };
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let text = text.trim();
    (level == "5" && !text.is_empty()).then_some(())?;
    Some(Word {
        line: [block, paragraph, line],
        left: number(left)?,
        top: number(top)?,
        width: number(width)?,
        height: number(height)?,
        text,
    })
}

/// Each word as one glyph, so that the gaps between words become spaces. `points` is the size of a
/// pixel.
fn words_as_glyphs(tsv: &str, points: f64) -> Vec<Glyph> {
    let words: Vec<Word<'_>> = tsv.lines().filter_map(parse_word).collect();
    let rows: Vec<&[Word<'_>]> = words.chunk_by(|a, b| a.line == b.line).collect();
    let height = |row: &[Word<'_>]| row.iter().map(|word| word.height).fold(0.0, f64::max);
    let mut heights: Vec<f64> = rows.iter().map(|row| height(row)).collect();
    heights.sort_by(f64::total_cmp);
    let median = heights.get(heights.len() / 2).copied().unwrap_or(1.0);
    let mut out = Vec::new();
    for row in rows {
        let bottom = row.iter().map(|word| word.top + word.height).fold(0.0, f64::max);
        let own = height(row);
        let size = if own > HEADING_SCALE * median { own } else { median };
        for (at, word) in row.iter().enumerate() {
            let is_mark = !word.text.chars().any(char::is_alphanumeric)
                && !word.text.starts_with(['(', '[', '<', '"', '\'']);
            let is_low = word.text.chars().count() == 1 && word.height < MAX_BULLET_HEIGHT * own;
            let is_first = at == 0 && row.len() > 1;
            let text = if is_first && (is_mark || is_low) { "•" } else { word.text };
            out.push(Glyph {
                text: text.to_owned(),
                start: (word.left * points, bottom * points),
                end: ((word.left + word.width) * points, bottom * points),
                size: size * points,
                bold: false,
                clip: None,
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::reading::scanned;
    use fettle_domain::{CancelToken, Cancelled, NullProgress};
    use fettle_testing::data::{Skip, skipped};
    use fettle_testing::documents::{defect, own_fonts, page, pdf};

    use std::process::Command;

    const GOTHIC: &[u8] = include_bytes!("../../assets/fonts/FettleGothic-Regular.ttf");

    fn scan() -> Vec<u8> {
        let lines = [
            "# 기공 (hole)",
            "발생 원인",
            "• 주형 가스 배출구가 막힘",
            "조치 가이드",
            "• 금형 온도 관리",
        ];
        let printed = pdf(&own_fonts(), &[page(&lines), Vec::new()], false);
        scanned(&printed)
    }

    fn is_installed() -> bool {
        let found = Command::new("tesseract").arg("--version").output().is_ok();
        if !found {
            skipped(Skip::Program, "tesseract");
        }
        found
    }

    #[test]
    fn a_scanned_page_is_read_from_its_picture_with_its_lines_where_they_are() {
        if !is_installed() {
            return;
        }
        let path = Path::new("scan.pdf");
        let defects = [defect("hole", "기공", "hole", "hole")];
        let text = parse_scanned(path, &scan(), &defects, GOTHIC, &NullProgress).unwrap();
        let [section] = &text.sections[..] else { panic!("{text:?}") };
        assert_eq!(section.defect.as_ref().map(|code| code.as_str()), Some("hole"), "{section:?}");
        assert_eq!((section.causes.len(), section.actions.len()), (1, 1), "{section:?}");
        assert!(section.causes[0].text.contains("막"), "{section:?}");
        // The third line stands at 100 points.
        let rect = section.causes[0].spans[0].rect;
        assert!(rect.y < 100.0 && rect.y + rect.height > 98.0, "{rect:?}");
        assert!(rect.x > 45.0 && rect.x < 60.0, "{rect:?}");
        let recognised = ManualWarning::Recognised { page: 1 };
        assert_eq!(text.warnings, [recognised, ManualWarning::EmptyPage { page: 2 }]);
    }

    #[test]
    fn a_cancelled_job_recognises_no_page() {
        struct CancelledSink(CancelToken);
        impl ProgressSink for CancelledSink {
            fn report(&self, _progress: Progress) {}
            fn check(&self) -> std::result::Result<(), Cancelled> {
                self.0.check()
            }
        }
        if !is_installed() {
            return;
        }
        let token = CancelToken::default();
        token.cancel();
        let path = Path::new("scan.pdf");
        let error = parse_scanned(path, &scan(), &[], GOTHIC, &CancelledSink(token)).unwrap_err();
        assert!(matches!(error, ManualsError::Cancelled), "{error}");
    }

    #[test]
    fn malformed_tsv_rows_are_skipped() {
        let row = "5\t1\t1\t1\t2\t1\t100\t90\t15\t15\t96.5\te\n";
        let next =
            "5\t1\t1\t1\t2\t2\t130\t80\t90\t40\t96.5\t탈기\n4\t1\t1\t1\t2\t0\t0\t0\t0\t0\t-1\t\n";
        let read = words_as_glyphs(&format!("level\tpage_num\n{row}{next}x\n"), 0.5);
        let texts: Vec<&str> = read.iter().map(|glyph| glyph.text.as_str()).collect();
        assert_eq!(texts, ["•", "탈기"]);
        assert_eq!(read[1].start, (65.0, 60.0));
        assert!(words_as_glyphs("5\t\t\n\tNaN", 1.0).is_empty());
    }
}
