//! PDF file → printed lines, and what of its pages could not be read or is no text of them.
//!
//! hayro reads the file and runs the content of its pages; see `docs/manuals.md` for the comparison
//! with an interpreter of our own. lopdf, which the tests change files with, decodes text strings.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;

use hayro::hayro_interpret::{
    Context, InterpreterCache, InterpreterSettings, TransformExt as _, interpret,
};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::content::TypedIter;
use hayro::hayro_syntax::object::Dict;
use hayro::hayro_syntax::object::dict::keys;
use hayro::hayro_syntax::page::Page;

use fettle_domain::{ManualFormat, ManualWarning, SizePt};

use super::annotations::annotations;
use super::asides::{aside_texts, separate};
use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::font::Fonts;
use super::glyph::{Glyph, UNREADABLE};
use super::hidden_layers::HiddenLayers;
use super::ink::PageInk;
use super::line_grouping::group_into_lines;
use super::overprint::without_overprints;
use super::page_content::{has_broken_form, page_content};
use super::page_picture::{open, size};
use super::printed_line::PrintedLine;
use super::text_device::{DrawnGlyph, Mark, MarkKind, TextDevice};
use super::visibility::sort_by_visibility;

/// Manuals have tens of pages; the limit is for hostile page trees.
const MAX_PAGES: usize = 5_000;
/// With a larger share of unreadable letters a line says nothing that one could rely on.
const MAX_UNREADABLE_SHARE: f64 = 0.5;

/// The lines of a PDF, page by page, in reading order. `path` is for messages only.
pub(super) fn parse_pdf(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    // A panic of the third-party parser means a damaged file.
    let parsed = catch_unwind(AssertUnwindSafe(|| parse(path, bytes)));
    parsed.unwrap_or_else(|_| Err(ManualsError::damaged(path, "its structure contradicts itself")))
}

fn parse(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let pdf = open(path, bytes.to_vec())?;
    let pages = pdf.pages();
    if pages.len() > MAX_PAGES {
        return Err(ManualsError::damaged(path, format!("it claims more than {MAX_PAGES} pages")));
    }
    let reader = PageReader::new(&pdf);
    let layers = HiddenLayers::of(&pdf, bytes);
    let mut document = DocumentLines::new(ManualFormat::Pdf, count(pages.len()), Vec::new());
    for (number, page) in (1_u32..).zip(pages.iter()) {
        let mut read = reader.read(number, page, size(path, page)?);
        if let Some(layers) = &layers {
            read.findings.hidden.extend(layers.text(number, &read.seen));
        }
        document.has_pictures |= read.has_pictures;
        document.lines.append(&mut read.lines);
        document.warnings.extend(read.findings.into_warnings(number));
    }
    document.merge_repeated_warnings();
    Ok(document)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Reads the pages of a file one after another.
pub(super) struct PageReader<'a> {
    pdf: &'a Pdf,
    fonts: Rc<Fonts<'a>>,
    cache: InterpreterCache<'a>,
    settings: InterpreterSettings,
}

/// What was read of a page.
struct PageRead {
    lines: Vec<PrintedLine>,
    findings: Findings,
    /// All letters that were drawn.
    seen: Vec<DrawnGlyph>,
    has_pictures: bool,
}

/// What a person should know of a page.
#[derive(Default)]
struct Findings {
    is_broken: bool,
    /// Number of letters whose meaning their font does not say.
    unreadable: u32,
    hidden: Vec<String>,
    asides: Vec<String>,
    notes: Vec<String>,
}

impl Findings {
    fn into_warnings(self, page: u32) -> Vec<ManualWarning> {
        let mut out = Vec::new();
        if self.is_broken {
            out.push(ManualWarning::PartlyRead { page });
        }
        if self.unreadable > 0 {
            out.push(ManualWarning::UnreadableLetters { page, letters: self.unreadable });
        }
        out.extend(self.hidden.into_iter().map(|text| ManualWarning::HiddenText { page, text }));
        out.extend(self.asides.into_iter().map(|text| ManualWarning::Aside { page, text }));
        out.extend(self.notes.into_iter().map(|text| ManualWarning::Note { page, text }));
        out
    }
}

impl<'a> PageReader<'a> {
    pub(super) fn new(pdf: &'a Pdf) -> Self {
        let fonts = Rc::new(Fonts::new());
        let (font_resolver, cmap_resolver) = fonts.resolvers();
        let settings =
            InterpreterSettings { font_resolver, cmap_resolver, ..InterpreterSettings::default() };
        Self { pdf, fonts, cache: InterpreterCache::new(), settings }
    }

    /// The letters that the content of a page draws, and the marks below and above them.
    pub(super) fn draw(&self, page: &Page<'a>, size: SizePt) -> Drawn {
        let content = page_content(page);
        let fonts = self.fonts.of_page(page.resources());
        let bounds = hayro::kurbo::Rect::new(0.0, 0.0, size.width.into(), size.height.into());
        let to_page = page.initial_transform(true).to_kurbo();
        let xref = self.pdf.xref();
        let mut context = Context::new(to_page, bounds, &self.cache, xref, self.settings.clone());
        let mut device = TextDevice::new(&fonts);
        let run = AssertUnwindSafe(|| {
            interpret(TypedIter::new(&content.bytes), page.resources(), &mut context, &mut device);
        });
        // What was collected before a page was left early stays.
        let is_complete = catch_unwind(run).is_ok();
        let forms_are_whole =
            !page.raw().get::<Dict<'_>>(keys::RESOURCES).is_some_and(|r| has_broken_form(&r, 0));
        Drawn {
            glyphs: device.glyphs,
            marks: device.marks,
            is_whole: content.is_whole && is_complete && forms_are_whole,
        }
    }

    fn read(&self, number: u32, page: &Page<'a>, size: SizePt) -> PageRead {
        let Drawn { glyphs, marks, is_whole } = self.draw(page, size);
        let seen = glyphs.clone();
        let to_page = page.initial_transform(true).to_kurbo();
        let ink = PageInk::new(page, self.settings.clone());
        let has_pictures = marks.iter().any(|mark| matches!(mark.kind, MarkKind::Picture { .. }));
        let sorted = sort_by_visibility(glyphs, &marks, size, &ink);
        let parts = separate(without_overprints(sorted.visible), size);
        let annotated = annotations(page, to_page);

        let body: Vec<Glyph> = parts.body.into_iter().map(|drawn| drawn.glyph).collect();
        let body = [body, annotated.values].concat();
        let mut lines = group_into_lines(number, size, &body);
        let unreadable: usize =
            lines.iter().map(|line| line.line.text.matches(UNREADABLE).count()).sum();
        lines.retain(|line| is_readable(&line.line.text));

        let mut hidden = texts(number, size, sorted.hidden);
        hidden.extend(annotated.hidden);
        let findings = Findings {
            is_broken: !is_whole,
            unreadable: count(unreadable),
            hidden,
            asides: aside_texts(parts.asides),
            notes: annotated.notes,
        };
        PageRead { lines, findings, seen, has_pictures }
    }
}

/// What hayro drew of a page.
pub(super) struct Drawn {
    pub(super) glyphs: Vec<DrawnGlyph>,
    pub(super) marks: Vec<Mark>,
    pub(super) is_whole: bool,
}

/// The texts of letters that are no part of the body.
pub(super) fn texts(page: u32, size: SizePt, drawn: Vec<DrawnGlyph>) -> Vec<String> {
    let glyphs: Vec<Glyph> = drawn.into_iter().map(|drawn| drawn.glyph).collect();
    let lines = group_into_lines(page, size, &glyphs);
    lines.into_iter().map(|line| line.line.text).collect()
}

/// Whether enough of a line's letters are known.
fn is_readable(text: &str) -> bool {
    let letters = text.chars().filter(|c| !c.is_whitespace()).count();
    let unknown = text.matches(UNREADABLE).count();
    unknown as f64 <= MAX_UNREADABLE_SHARE * letters as f64
}
