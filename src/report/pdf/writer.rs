//! Writes the laid-out pages as a PDF file.

use jiff::Zoned;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag};
use krilla::{Document, SerializeSettings};

use super::document::ReportDocument;
use super::font_family::{FontFamily, Run};
use super::page::{
    Area, BOTTOM, Colour, LEFT, Mark, PAGE_HEIGHT, PAGE_WIDTH, Page, RIGHT, RULE, Style, TOP,
};
use super::tags::build_tag_tree;
use crate::error::{ReportError, Result};
use fettle_domain::Language;

/// Baselines of page header and footer.
const HEADER: f32 = TOP - 28.0;
const FOOTER: f32 = BOTTOM + 26.0;

/// The bytes of the file.
pub(super) fn write_pdf(report: &ReportDocument<'_>) -> Result<Vec<u8>> {
    let failed = |why: String| ReportError::Pdf(why);
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| failed(format!("{error:?}")))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    document.set_metadata(metadata(report));
    let mut outline = Outline::new();
    for (title, page) in &report.parts {
        let top = XyzDestination::new(*page, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new(report.layout.fonts.printable(title), top));
    }
    document.set_outline(outline);
    let mut content: Vec<Vec<Identifier>> = vec![Vec::new(); report.layout.elements.len()];
    for (number, page) in report.layout.pages.iter().enumerate() {
        let a4 = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT)
            .ok_or_else(|| failed("A4 is no page size".to_owned()))?;
        let mut sheet = document.start_page_with(a4);
        let mut surface = sheet.surface();
        let mut painter = PagePainter { surface: &mut surface, report };
        painter.draw_header_and_footer(page, number);
        for placed in &page.marks {
            let id = painter.draw_mark(&placed.mark, placed.element.is_some());
            if let Some(all) = placed.element.and_then(|element| content.get_mut(element)) {
                all.push(id);
            }
        }
        surface.finish();
        sheet.finish();
    }
    document.set_tag_tree(
        build_tag_tree(&report.layout.elements, content).with_lang(Some(language(report))),
    );
    document.finish().map_err(|error| failed(format!("{error:?}")))
}

fn language(report: &ReportDocument<'_>) -> String {
    match report.language {
        Language::Ko => "ko",
        Language::En => "en",
    }
    .to_owned()
}

fn metadata(report: &ReportDocument<'_>) -> Metadata {
    let title = match report.parts.as_slice() {
        [(part, _)] => format!("{}: {part}", report.text("pdf-title")),
        _ => report.text("pdf-summary"),
    };
    Metadata::new()
        .title(report.layout.fonts.printable(&title))
        .language(language(report))
        .creator(program_name())
        .creation_date(pdf_date(&report.made_at))
}

fn program_name() -> String {
    format!("Fettle {}", env!("CARGO_PKG_VERSION"))
}

fn pdf_date(at: &Zoned) -> DateTime {
    let (hour, minute) = (at.offset().seconds() / 3600, at.offset().seconds() / 60 % 60);
    // All parts of a date fit; a date before the year 0 has no PDF form.
    DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(at.month().unsigned_abs())
        .day(at.day().unsigned_abs())
        .hour(at.hour().unsigned_abs())
        .minute(at.minute().unsigned_abs())
        .second(at.second().unsigned_abs())
        .utc_offset_hour(i8::try_from(hour).unwrap_or_default())
        .utc_offset_minute(u8::try_from(minute.unsigned_abs()).unwrap_or_default())
}

/// Draws the marks of a page.
struct PagePainter<'a, 's, 'w> {
    surface: &'a mut Surface<'s>,
    report: &'a ReportDocument<'w>,
}

impl PagePainter<'_, '_, '_> {
    /// Draws a mark. A mark that is no content is tagged as an ornament.
    fn draw_mark(&mut self, mark: &Mark, is_content: bool) -> Identifier {
        let tag = match mark {
            _ if !is_content => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
            Mark::Text { .. } | Mark::PageNumber { .. } => ContentTag::Span(SpanTag::empty()),
            _ => ContentTag::Other,
        };
        let id = self.surface.start_tagged(tag);
        match mark {
            Mark::Text { x, y, style, text } => self.draw_text(*x, *y, *style, text),
            Mark::PageNumber { right, y, style, part } => {
                if let Some((_, page)) = self.report.parts.get(*part) {
                    self.draw_text_right(*right, *y, *style, &(page + 1).to_string());
                }
            }
            Mark::Line { points, closed, width, colour } => {
                self.draw_line(points, *closed, *width, *colour);
            }
            Mark::Fill { area, colour } => self.fill_rect(*area, *colour),
            Mark::Polygon { points, colour } => self.fill_polygon(points, *colour),
            Mark::Picture { area, image } => {
                if let Some(size) = Size::from_wh(area.width, area.height) {
                    self.surface.push_transform(&Transform::from_translate(area.x, area.y));
                    self.surface.draw_image(image.clone(), size);
                    self.surface.pop();
                }
            }
        }
        self.surface.end_tagged();
        id
    }

    fn fonts(&self) -> &FontFamily {
        &self.report.layout.fonts
    }

    fn draw_text(&mut self, x: f32, y: f32, style: Style, text: &str) {
        self.surface.set_fill(Some(fill_of(style.colour)));
        self.surface.set_stroke(None);
        let mut x = x;
        for Run { text, font, glyphs, width } in self.report.layout.fonts.runs(text, style.bold) {
            let start = Point::from_xy(x, y);
            self.surface.draw_glyphs(start, &glyphs, font, text, style.size, false);
            x += width * style.size;
        }
    }

    /// Draws text that ends at `right`.
    fn draw_text_right(&mut self, right: f32, y: f32, style: Style, text: &str) {
        let wide = self.fonts().width(text, style.bold, style.size);
        self.draw_text(right - wide, y, style, text);
    }

    fn draw_line(&mut self, points: &[(f32, f32)], closed: bool, width: f32, colour: Colour) {
        let mut path = PathBuilder::new();
        for (place, (x, y)) in points.iter().enumerate() {
            if place == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
        }
        if closed {
            path.close();
        }
        if let Some(path) = path.finish() {
            let paint = rgb::Color::new(colour[0], colour[1], colour[2]).into();
            self.surface.set_fill(None);
            self.surface.set_stroke(Some(Stroke { paint, width, ..Stroke::default() }));
            self.surface.draw_path(&path);
            self.surface.set_stroke(None);
        }
    }

    fn fill_polygon(&mut self, points: &[(f32, f32)], colour: Colour) {
        let mut path = PathBuilder::new();
        for (place, (x, y)) in points.iter().enumerate() {
            if place == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
        }
        path.close();
        if let Some(path) = path.finish() {
            self.surface.set_fill(Some(fill_of(colour)));
            self.surface.set_stroke(None);
            self.surface.draw_path(&path);
        }
    }

    fn fill_rect(&mut self, area: Area, colour: Colour) {
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(area.x, area.y, area.width, area.height) {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.surface.set_fill(Some(fill_of(colour)));
            self.surface.set_stroke(None);
            self.surface.draw_path(&path);
        }
    }

    /// Draws the subject of the page above, and date and page number below.
    fn draw_header_and_footer(&mut self, page: &Page, number: usize) {
        let style = Style::SMALL;
        let printable = |text: &str| self.report.layout.fonts.printable(text);
        let subject = printable(&page.subject);
        let values = [
            ("time", self.report.made_at.strftime("%Y-%m-%d %H:%M").to_string()),
            ("program", program_name()),
        ];
        let made = printable(&(self.report.translate)("pdf-made", &values));
        let number = format!("{} / {}", number + 1, self.report.layout.pages.len());
        let subject = self.ellipsize(&subject, style, RIGHT - LEFT);
        for (kind, y) in [(ArtifactType::Header, HEADER), (ArtifactType::Footer, FOOTER)] {
            self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
            if kind == ArtifactType::Header {
                self.draw_text(LEFT, y, style, &subject);
                self.draw_line(&[(LEFT, y + 7.0), (RIGHT, y + 7.0)], false, 0.6, RULE);
            } else {
                self.draw_line(&[(LEFT, y - 12.0), (RIGHT, y - 12.0)], false, 0.6, RULE);
                self.draw_text(LEFT, y, style, &made);
                self.draw_text_right(RIGHT, y, style, &number);
            }
            self.surface.end_tagged();
        }
    }

    /// `text`, cut to `width` with an ellipsis if necessary.
    fn ellipsize(&self, text: &str, style: Style, width: f32) -> String {
        let measure = |text: &str| self.fonts().width(text, style.bold, style.size);
        if measure(text) <= width {
            return text.to_owned();
        }
        let mut kept = String::new();
        for letter in text.chars() {
            if measure(&format!("{kept}{letter}…")) > width {
                break;
            }
            kept.push(letter);
        }
        kept + "…"
    }
}

fn fill_of(colour: Colour) -> Fill {
    let paint = rgb::Color::new(colour[0], colour[1], colour[2]).into();
    Fill { paint, opacity: NormalizedF32::ONE, ..Fill::default() }
}
