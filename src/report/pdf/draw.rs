//! The sheets as a file: marks drawn, elements tagged in reading order, pages numbered.

use std::num::NonZeroU16;

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
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, Node, SpanTag, TableHeaderScope,
    Tag, TagGroup, TagKind, TagTree,
};
use krilla::{Document, SerializeSettings};

use super::PdfReport;
use super::sheet::{
    Area, BOTTOM, Colour, Head, LEFT, Mark, PAGE_HEIGHT, PAGE_WIDTH, Page, RIGHT, RULE, Role,
    Style, TOP,
};
use super::typeface::Family;
use crate::{ReportError, Result};
use fettle_domain::Language;

/// Baselines of the page's head and foot.
const HEAD: f32 = TOP - 28.0;
const FOOT: f32 = BOTTOM + 26.0;

pub(super) fn drawn(report: &PdfReport<'_>) -> Result<Vec<u8>> {
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
        outline.push_child(OutlineNode::new(report.sheets.family.printable(title), top));
    }
    document.set_outline(outline);
    let mut drawn: Vec<Vec<Identifier>> = vec![Vec::new(); report.sheets.elements.len()];
    for (number, page) in report.sheets.pages.iter().enumerate() {
        let a4 = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT)
            .ok_or_else(|| failed("A4 is no page size".to_owned()))?;
        let mut sheet = document.start_page_with(a4);
        let mut surface = sheet.surface();
        let mut pen = Pen { surface: &mut surface, report };
        pen.margins(page, number);
        for placed in &page.marks {
            let id = pen.mark(&placed.mark, placed.element.is_some());
            if let Some(all) = placed.element.and_then(|element| drawn.get_mut(element)) {
                all.push(id);
            }
        }
        surface.finish();
        sheet.finish();
    }
    document.set_tag_tree(tagged(&report.sheets.elements, drawn).with_lang(Some(language(report))));
    document.finish().map_err(|error| failed(format!("{error:?}")))
}

fn language(report: &PdfReport<'_>) -> String {
    match report.language {
        Language::Ko => "ko",
        Language::En => "en",
    }
    .to_owned()
}

fn metadata(report: &PdfReport<'_>) -> Metadata {
    let title = match report.parts.as_slice() {
        [(part, _)] => format!("{}: {part}", report.word("pdf-title")),
        _ => report.word("pdf-summary"),
    };
    Metadata::new()
        .title(report.sheets.family.printable(&title))
        .language(language(report))
        .creator(program())
        .creation_date(date(&report.made_at))
}

fn program() -> String {
    format!("Fettle {}", env!("CARGO_PKG_VERSION"))
}

fn date(at: &Zoned) -> DateTime {
    let (hour, minute) = (at.offset().seconds() / 3600, at.offset().seconds() / 60 % 60);
    // Parts of a date are in these ranges; a date before the year 0 has no PDF form.
    DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(at.month().unsigned_abs())
        .day(at.day().unsigned_abs())
        .hour(at.hour().unsigned_abs())
        .minute(at.minute().unsigned_abs())
        .second(at.second().unsigned_abs())
        .utc_offset_hour(i8::try_from(hour).unwrap_or_default())
        .utc_offset_minute(u8::try_from(minute.unsigned_abs()).unwrap_or_default())
}

/// What draws on a page.
struct Pen<'a, 's, 'w> {
    surface: &'a mut Surface<'s>,
    report: &'a PdfReport<'w>,
}

impl Pen<'_, '_, '_> {
    /// Draws a mark; one of no element is an ornament.
    fn mark(&mut self, mark: &Mark, meant: bool) -> Identifier {
        let tag = match mark {
            _ if !meant => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
            Mark::Text { .. } | Mark::PageOf { .. } => ContentTag::Span(SpanTag::empty()),
            _ => ContentTag::Other,
        };
        let id = self.surface.start_tagged(tag);
        match mark {
            Mark::Text { x, y, style, text } => self.text(*x, *y, *style, text),
            Mark::PageOf { right, y, style, part } => {
                if let Some((_, page)) = self.report.parts.get(*part) {
                    self.text_to(*right, *y, *style, &(page + 1).to_string());
                }
            }
            Mark::Line { points, closed, width, colour } => {
                self.line(points, *closed, *width, *colour);
            }
            Mark::Fill { area, colour } => self.fill(*area, *colour),
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

    fn family(&self) -> &Family {
        &self.report.sheets.family
    }

    fn text(&mut self, x: f32, y: f32, style: Style, text: &str) {
        let (glyphs, font) = {
            let face = self.family().face(style.bold);
            (face.glyphs(text), face.font())
        };
        self.surface.set_fill(Some(ink(style.colour)));
        self.surface.set_stroke(None);
        self.surface.draw_glyphs(Point::from_xy(x, y), &glyphs, font, text, style.size, false);
    }

    /// Text that ends at `right`.
    fn text_to(&mut self, right: f32, y: f32, style: Style, text: &str) {
        let wide = self.family().face(style.bold).width(text, style.size);
        self.text(right - wide, y, style, text);
    }

    fn line(&mut self, points: &[(f32, f32)], closed: bool, width: f32, colour: Colour) {
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

    fn fill(&mut self, area: Area, colour: Colour) {
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(area.x, area.y, area.width, area.height) {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.surface.set_fill(Some(ink(colour)));
            self.surface.set_stroke(None);
            self.surface.draw_path(&path);
        }
    }

    /// What the page is about above, when it was made and its number below.
    fn margins(&mut self, page: &Page, number: usize) {
        let style = Style::SMALL;
        let printable = |text: &str| self.report.sheets.family.printable(text);
        let subject = printable(&page.subject);
        let values = [
            ("time", self.report.made_at.strftime("%Y-%m-%d %H:%M").to_string()),
            ("program", program()),
        ];
        let made = printable(&(self.report.words)("pdf-made", &values));
        let number = format!("{} / {}", number + 1, self.report.sheets.pages.len());
        let subject = self.cut(&subject, style, RIGHT - LEFT);
        for (kind, y) in [(ArtifactType::Header, HEAD), (ArtifactType::Footer, FOOT)] {
            self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
            if kind == ArtifactType::Header {
                self.text(LEFT, y, style, &subject);
                self.line(&[(LEFT, y + 7.0), (RIGHT, y + 7.0)], false, 0.6, RULE);
            } else {
                self.line(&[(LEFT, y - 12.0), (RIGHT, y - 12.0)], false, 0.6, RULE);
                self.text(LEFT, y, style, &made);
                self.text_to(RIGHT, y, style, &number);
            }
            self.surface.end_tagged();
        }
    }

    /// As much of `text` as is no wider than `width`.
    fn cut(&self, text: &str, style: Style, width: f32) -> String {
        let face = self.family().face(style.bold);
        if face.width(text, style.size) <= width {
            return text.to_owned();
        }
        let mut kept = String::new();
        for letter in text.chars() {
            if face.width(&format!("{kept}{letter}…"), style.size) > width {
                break;
            }
            kept.push(letter);
        }
        kept + "…"
    }
}

fn ink(colour: Colour) -> Fill {
    let paint = rgb::Color::new(colour[0], colour[1], colour[2]).into();
    Fill { paint, opacity: NormalizedF32::ONE, ..Fill::default() }
}

/// The elements in reading order: cells in rows of tables, items in lists.
fn tagged(elements: &[Role], drawn: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new();
    let mut last: Option<&Role> = None;
    for (role, ids) in elements.iter().zip(drawn) {
        if ids.is_empty() && !matches!(role, Role::Cell { .. }) {
            continue;
        }
        let leaves: Vec<Node> = ids.into_iter().map(Node::from).collect();
        let node = |tag: TagKind| TagGroup::with_children(tag, leaves.clone());
        match role {
            Role::Heading { level, text } => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                tree.push(node(Tag::Hn(level, Some(text.clone())).into()));
            }
            Role::Paragraph => tree.push(node(Tag::P.into())),
            Role::Figure { alt } => tree.push(node(Tag::Figure(Some(alt.clone())).into())),
            Role::Item => {
                if last != Some(&Role::Item) {
                    tree.push(TagGroup::new(Tag::L(ListNumbering::None)));
                }
                let item = TagGroup::with_children(Tag::LI, vec![node(Tag::LBody.into()).into()]);
                push_last(&mut tree.children, item);
            }
            Role::Cell { table, row, head } => {
                let before = match last {
                    Some(Role::Cell { table, row, .. }) => Some((*table, *row)),
                    _ => None,
                };
                if before.is_none_or(|(of, _)| of != *table) {
                    tree.push(TagGroup::new(Tag::Table));
                }
                if before != Some((*table, *row)) {
                    push_last(&mut tree.children, TagGroup::new(Tag::TR));
                }
                let cell = node(match head {
                    Head::None => Tag::TD.into(),
                    Head::Column => Tag::TH(TableHeaderScope::Column).into(),
                    Head::Row => Tag::TH(TableHeaderScope::Row).into(),
                });
                if let Some(Node::Group(table)) = tree.children.last_mut() {
                    push_last(&mut table.children, cell);
                }
            }
        }
        last = Some(role);
    }
    tree
}

/// Into the group that came last.
fn push_last(nodes: &mut [Node], child: TagGroup) {
    if let Some(Node::Group(group)) = nodes.last_mut() {
        group.push(child);
    }
}
