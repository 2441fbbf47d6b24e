//! Page → printed lines, with all that a person should know of how it was read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use hayro::hayro_interpret::{
    Context, InterpreterCache, InterpreterSettings, RenderContent, TransformExt as _, interpret,
    interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::content::TypedIter;
use hayro::hayro_syntax::object::Dict;
use hayro::hayro_syntax::object::dict::keys;
use hayro::hayro_syntax::page::Page;

use fettle_domain::{ManualWarning, SizePt};

use super::annotations::annotations;
use super::asides::{aside_texts, separate};
use super::font::Fonts;
use super::geometry::Rect;
use super::glyph::{Glyph, UNREADABLE};
use super::ink::PageInk;
use super::line_grouping::group_into_lines;
use super::overprint::without_overprints;
use super::page_content::{has_broken_form, page_content};
use super::page_figures::page_figures;
use super::printed_line::PrintedLine;
use super::skew::Skew;
use super::text_device::{DrawnGlyph, Mark, MarkKind, TextDevice};
use super::visibility::sort_by_visibility;

/// With a larger share of unreadable letters a line says nothing that one could rely on.
const MAX_UNREADABLE_SHARE: f64 = 0.5;

/// Reads the pages of a file one after another.
pub(super) struct PageReader<'a> {
    pdf: &'a Pdf,
    fonts: Rc<Fonts<'a>>,
    cache: InterpreterCache<'a>,
    settings: InterpreterSettings,
}

/// What was read of a page.
pub(super) struct PageRead {
    pub(super) lines: Vec<PrintedLine>,
    pub(super) findings: Findings,
    /// All letters that were drawn.
    pub(super) drawn: Vec<DrawnGlyph>,
    pub(super) has_pictures: bool,
    /// Places of its figures.
    pub(super) figures: Vec<Rect>,
}

/// What a person should know of a page.
#[derive(Default)]
pub(super) struct Findings {
    is_broken: bool,
    /// Whether most of it is a picture with words that are not in the file as text.
    is_picture: bool,
    /// Number of letters whose meaning their font does not say.
    unreadable: u32,
    pub(super) hidden: Vec<String>,
    asides: Vec<String>,
    notes: Vec<String>,
    struck: Vec<String>,
}

impl Findings {
    pub(super) fn into_warnings(self, page: u32) -> Vec<ManualWarning> {
        let mut out = Vec::new();
        if self.is_broken {
            out.push(ManualWarning::PartlyRead { page });
        }
        if self.is_picture {
            out.push(ManualWarning::PicturePage { page });
        }
        if self.unreadable > 0 {
            out.push(ManualWarning::UnreadableLetters { page, letters: self.unreadable });
        }
        out.extend(self.hidden.into_iter().map(|text| ManualWarning::HiddenText { page, text }));
        out.extend(self.asides.into_iter().map(|text| ManualWarning::Aside { page, text }));
        out.extend(self.struck.into_iter().map(|text| ManualWarning::StruckOut { page, text }));
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
        let annotations_only = InterpreterSettings {
            render_content: RenderContent::ANNOTATIONS,
            ..self.settings.clone()
        };
        let mut above = Context::new(to_page, bounds, &self.cache, xref, annotations_only);
        let mut device = TextDevice::new(&fonts);
        let run = AssertUnwindSafe(|| {
            interpret(TypedIter::new(&content.bytes), page.resources(), &mut context, &mut device);
            // What annotations draw lies above the page: a white box hides what is below it.
            device.marks_only = true;
            interpret_page(page, &mut above, &mut device);
        });
        // What was collected before a page was left early stays.
        let is_complete = catch_unwind(run).is_ok();
        let forms_are_whole =
            !page.raw().get::<Dict<'_>>(keys::RESOURCES).is_some_and(|own| has_broken_form(&own));
        Drawn {
            is_simple: is_complete && device.is_simple(),
            glyphs: device.glyphs,
            marks: device.marks,
            is_whole: content.is_whole && is_complete && forms_are_whole,
        }
    }

    /// Reads page `number` (from 1).
    pub(super) fn read(&self, number: u32, page: &Page<'a>, size: SizePt) -> PageRead {
        let Drawn { glyphs, marks, is_whole, is_simple } = self.draw(page, size);
        let drawn = glyphs.clone();
        let to_page = page.initial_transform(true).to_kurbo();
        let ink = PageInk::new(page, self.settings.clone(), is_simple);
        let has_pictures = marks.iter().any(|mark| matches!(mark.kind, MarkKind::Picture { .. }));
        let sorted = sort_by_visibility(glyphs, &marks, size, &ink);
        let parts = separate(without_overprints(sorted.visible));
        let annotated = annotations(page, to_page);

        let body: Vec<Glyph> = parts.body.into_iter().map(|drawn| drawn.glyph).collect();
        let struck = annotated.struck.iter().filter_map(|area| text_within(&body, *area)).collect();
        // A value that is also part of the page's content is not read twice.
        let values = annotated.values.into_iter().filter(|value| !is_printed(value, &body));
        let values: Vec<Glyph> = values.collect::<Vec<_>>().concat();
        let mut body = [body, values].concat();
        let skew = Skew::of(&body, size);
        if let Some(skew) = skew {
            skew.straighten(&mut body);
        }
        let mut lines = group_into_lines(number, size, &body);
        if let Some(skew) = skew {
            skew.put_back(&mut lines);
        }
        let unreadable: usize =
            lines.iter().map(|line| line.line.text.matches(UNREADABLE).count()).sum();
        lines.retain(|line| is_readable(&line.line.text));

        let is_picture = unread_picture(&marks, &body, size).is_some_and(|at| ink.shows_lines(at));
        let mut hidden = texts(number, size, sorted.hidden);
        hidden.extend(annotated.hidden);
        let findings = Findings {
            is_broken: !is_whole,
            is_picture,
            unreadable: count(unreadable),
            hidden,
            asides: aside_texts(parts.asides),
            notes: annotated.notes,
            struck,
        };
        let figures = if is_picture { Vec::new() } else { page_figures(&marks, &body, size) };
        PageRead { lines, findings, drawn, has_pictures, figures }
    }
}

/// What hayro drew of a page.
pub(super) struct Drawn {
    pub(super) glyphs: Vec<DrawnGlyph>,
    pub(super) marks: Vec<Mark>,
    pub(super) is_whole: bool,
    /// Whether drawing it takes no longer than a page should.
    is_simple: bool,
}

/// The texts of letters that are no part of the body.
pub(super) fn texts(page: u32, size: SizePt, drawn: Vec<DrawnGlyph>) -> Vec<String> {
    let glyphs: Vec<Glyph> = drawn.into_iter().map(|drawn| drawn.glyph).collect();
    let lines = group_into_lines(page, size, &glyphs);
    lines.into_iter().map(|line| line.line.text).filter(|text| is_readable(text)).collect()
}

/// The place of a picture that takes most of a page with some text, none of which is on it.
fn unread_picture(marks: &[Mark], body: &[Glyph], size: SizePt) -> Option<Rect> {
    const MIN_SHARE: f64 = 0.4;
    /// A page number, a stamp.
    const MAX_LETTERS: usize = 40;
    let page = f64::from(size.width) * f64::from(size.height);
    let pictures = marks.iter().filter(|mark| matches!(mark.kind, MarkKind::Picture { .. }));
    let bounds = pictures.map(|mark| mark.bounds).reduce(Rect::union)?;
    let letters = body.iter().filter(|glyph| bounds.contains(glyph.inner_point(0.5), 0.0));
    let is_read = body.is_empty() || letters.count() > MAX_LETTERS;
    (!is_read && bounds.area() >= MIN_SHARE * page).then_some(bounds)
}

/// The letters within `area`, as printed; `None` if there are none.
fn text_within(glyphs: &[Glyph], area: Rect) -> Option<String> {
    let inside = glyphs.iter().filter(|glyph| area.contains(glyph.inner_point(0.5), 0.0));
    let text: String = inside.map(|glyph| glyph.text.as_str()).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// Whether the letters of a field's value stand at its place in the content of the page.
fn is_printed(value: &[Glyph], body: &[Glyph]) -> bool {
    let Some(area) = value.iter().map(Glyph::bounds).reduce(Rect::union) else { return true };
    let letters = |glyphs: &mut dyn Iterator<Item = &Glyph>| -> String {
        let text: String = glyphs.map(|glyph| glyph.text.as_str()).collect();
        text.chars().filter(|letter| !letter.is_whitespace()).collect()
    };
    let there = letters(&mut body.iter().filter(|glyph| {
        let slack = glyph.size / 2.0;
        area.contains(glyph.inner_point(0.5), slack)
    }));
    there.contains(&letters(&mut value.iter()))
}

/// Whether enough of a line's letters are known.
fn is_readable(text: &str) -> bool {
    let letters = text.chars().filter(|c| !c.is_whitespace()).count();
    let unknown = text.matches(UNREADABLE).count();
    unknown as f64 <= MAX_UNREADABLE_SHARE * letters as f64
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
