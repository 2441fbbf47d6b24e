//! Corrective-action manuals as PDF, in the layout of a word processor: A4, a section for each
//! defect, bullets that wrap over lines and pages, a ruled table at the end. The font is embedded
//! as a subset, so that the text can be searched and copied.

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Stroke;
use krilla::surface::Surface;

use super::error::{DemoError, Result};
use super::recipe::{ManualRecipe, SummaryRecipe};
use super::typeface::{Family, Typeface};

// Lengths in points.
const PAGE_WIDTH: f32 = 595.28;
const PAGE_HEIGHT: f32 = 841.89;
const MARGIN: f32 = 72.0;
const BODY: f32 = 11.0;
const SUBHEADING: f32 = 12.0;
const HEADING: f32 = 14.0;
const TITLE: f32 = 18.0;
/// Line spacing, in font sizes.
const LEADING: f32 = 1.8;
const BULLET_AT: f32 = 20.0;
const BULLET_TEXT_AT: f32 = 36.0;
const CELL_PADDING: f32 = 5.0;
/// Widths of the table's columns, as shares of its width.
const COLUMNS: [f32; 4] = [0.13, 0.24, 0.27, 0.36];

/// An element of a page.
#[derive(Debug, Clone, PartialEq)]
enum PageElement {
    /// Text with its baseline at y.
    Text { x: f32, y: f32, size: f32, bold: bool, text: String },
    /// A rule.
    Rule { from: (f32, f32), to: (f32, f32) },
}

/// Lays out elements on pages from top to bottom.
struct Layout<'a> {
    family: &'a Family,
    pages: Vec<Vec<PageElement>>,
    /// Upper edge of the free space on the last page.
    y: f32,
}

/// Renders a manual as PDF; the bytes are the same for the same manual and fonts.
///
/// # Errors
/// [`DemoError::Manual`] where the font cannot be embedded.
pub(super) fn render(manual: &ManualRecipe, family: &Family) -> Result<Vec<u8>> {
    let failed = |why: String| DemoError::Manual { title: manual.title.clone(), why };
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(manual.title.clone()).language("ko".to_owned()));
    let grey =
        Stroke { paint: rgb::Color::new(90, 90, 90).into(), width: 0.6, ..Stroke::default() };
    for elements in lay_out(manual, family) {
        let settings = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT)
            .ok_or_else(|| failed("A4 is no page size".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for element in &elements {
            draw(&mut surface, element, family, &grey);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| failed(format!("{error:?}")))
}

fn draw(surface: &mut Surface<'_>, element: &PageElement, family: &Family, rule: &Stroke) {
    match element {
        PageElement::Text { x, y, size, bold, text } => {
            let face = if *bold { &family.bold } else { &family.regular };
            surface.set_stroke(None);
            let start = Point::from_xy(*x, *y);
            surface.draw_glyphs(start, &face.glyphs(text), face.font(), text, *size, false);
        }
        PageElement::Rule { from, to } => {
            if let Some(path) = line(*from, *to) {
                surface.set_stroke(Some(rule.clone()));
                surface.draw_path(&path);
                surface.set_stroke(None);
            }
        }
    }
}

fn line(from: (f32, f32), to: (f32, f32)) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(from.0, from.1);
    path.line_to(to.0, to.1);
    path.finish()
}

fn lay_out(manual: &ManualRecipe, family: &Family) -> Vec<Vec<PageElement>> {
    let mut layout = Layout { family, pages: vec![Vec::new()], y: MARGIN };
    layout.paragraph(&manual.title, TITLE, true, 0.0);
    layout.y += 14.0;
    for (index, section) in manual.sections.iter().enumerate() {
        if index > 0 {
            layout.rule_across();
        }
        // Keeps a heading on the page of its first lines.
        layout
            .keep_together(HEADING * LEADING + SUBHEADING * LEADING + 2.0 * BODY * LEADING + 24.0);
        layout.paragraph(&section.heading, HEADING, true, 0.0);
        layout.y += 6.0;
        for (name, bullets) in [("발생 원인", &section.causes), ("조치 가이드", &section.actions)]
        {
            layout.keep_together(SUBHEADING * LEADING + 2.0 * BODY * LEADING);
            layout.paragraph(name, SUBHEADING, true, 0.0);
            layout.y += 3.0;
            for bullet in bullets {
                layout.bullet(bullet);
            }
            layout.y += 7.0;
        }
        layout.y += 6.0;
    }
    layout.table(&manual.summary);
    layout.pages
}

impl Layout<'_> {
    fn face(&self, bold: bool) -> &Typeface {
        if bold { &self.family.bold } else { &self.family.regular }
    }

    fn add(&mut self, element: PageElement) {
        if let Some(page) = self.pages.last_mut() {
            page.push(element);
        }
    }

    /// Begins a new page unless `height` is free on this one.
    fn keep_together(&mut self, height: f32) {
        if self.y + height > PAGE_HEIGHT - MARGIN {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    /// Adds a line of text, with the baseline of a word processor.
    fn text_line(&mut self, text: &str, size: f32, bold: bool, x: f32) {
        let y = self.y + size * (0.5 * LEADING + 0.36);
        self.add(PageElement::Text { x, y, size, bold, text: text.to_owned() });
    }

    fn paragraph(&mut self, text: &str, size: f32, bold: bool, indent: f32) {
        let width = PAGE_WIDTH - 2.0 * MARGIN - indent;
        for text in wrap_text(text, self.face(bold), size, width) {
            self.keep_together(size * LEADING);
            self.text_line(&text, size, bold, MARGIN + indent);
            self.y += size * LEADING;
        }
    }

    fn bullet(&mut self, text: &str) {
        // Keeps the bullet on the page of its first line.
        self.keep_together(BODY * LEADING);
        self.text_line("•", BODY, false, MARGIN + BULLET_AT);
        self.paragraph(text, BODY, false, BULLET_TEXT_AT);
        self.y += 6.5;
    }

    fn rule_across(&mut self) {
        self.keep_together(14.0);
        let y = self.y;
        self.add(PageElement::Rule { from: (MARGIN, y), to: (PAGE_WIDTH - MARGIN, y) });
        self.y += 14.0;
    }

    fn table(&mut self, summary: &SummaryRecipe) {
        let whole = PAGE_WIDTH - 2.0 * MARGIN;
        let widths = COLUMNS.map(|share| share * whole);
        let mut rows = vec![(true, &summary.columns)];
        rows.extend(summary.rows.iter().map(|row| (false, row)));
        let rows: Vec<(bool, Vec<Vec<String>>)> = rows
            .into_iter()
            .map(|(bold, cells)| {
                let wrap = |(cell, width): (&String, &f32)| {
                    wrap_text(cell, self.face(bold), BODY, width - 2.0 * CELL_PADDING)
                };
                (bold, cells.iter().zip(&widths).map(wrap).collect())
            })
            .collect();
        let height = |cells: &[Vec<String>]| {
            let lines = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
            lines as f32 * BODY * LEADING + 2.0 * CELL_PADDING
        };
        let all: f32 = rows.iter().map(|(_, cells)| height(cells)).sum();
        self.keep_together(HEADING * LEADING + 8.0 + all);
        self.paragraph(&summary.heading, HEADING, true, 0.0);
        self.y += 8.0;
        for (bold, cells) in &rows {
            let height = height(cells);
            self.keep_together(height);
            let top = self.y;
            let (mut x, bottom) = (MARGIN, top + height);
            for (cell, width) in cells.iter().zip(widths) {
                // Vertically centred in the row.
                let free = height - 2.0 * CELL_PADDING - cell.len() as f32 * BODY * LEADING;
                self.y = top + CELL_PADDING + 0.5 * free;
                for text in cell {
                    self.text_line(text, BODY, *bold, x + CELL_PADDING);
                    self.y += BODY * LEADING;
                }
                for (from, to) in [
                    ((x, top), (x + width, top)),
                    ((x, bottom), (x + width, bottom)),
                    ((x, top), (x, bottom)),
                    ((x + width, top), (x + width, bottom)),
                ] {
                    self.add(PageElement::Rule { from, to });
                }
                x += width;
            }
            self.y = bottom;
        }
    }
}

/// Breaks a text at spaces into lines of at most `width`; a word wider than that has a line of its
/// own.
fn wrap_text(text: &str, face: &Typeface, size: f32, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || face.width(&longer, size) <= width {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::recipe::Recipe;
    use crate::typeface::korean_family;

    /// The manuals of the recipe and the machine's Korean font; `None` where there is none.
    fn manuals() -> Option<(Vec<ManualRecipe>, Family)> {
        let Ok(family) = korean_family() else {
            fettle_testing::data::skipped(fettle_testing::data::Skip::Font, "Korean");
            return None;
        };
        let recipe = Recipe::built_in().unwrap();
        Some((recipe.products.into_iter().map(|p| p.manual).collect(), family))
    }

    fn squeezed(text: &str) -> String {
        text.split_whitespace().collect()
    }

    #[test]
    fn the_printed_text_can_be_read_back() {
        let Some((manuals, family)) = manuals() else { return };
        for manual in manuals {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            let pdf = render(&manual, &family).unwrap();
            file.write_all(&pdf).unwrap();
            let lines = fettle_manuals::read_lines(file.path()).unwrap();
            let read: String = lines.iter().map(|line| squeezed(&line.text)).collect();
            let mut expected = vec![&manual.title, &manual.summary.heading];
            for section in &manual.sections {
                expected.push(&section.heading);
                expected.extend(section.causes.iter().chain(&section.actions));
            }
            expected.extend(&manual.summary.columns);
            for text in expected {
                assert!(read.contains(&squeezed(text)), "{text:?} is not in\n{read}");
            }
            for kind in ["발생원인", "조치가이드"] {
                assert_eq!(read.matches(kind).count(), manual.sections.len());
            }
            assert_eq!(pdf, render(&manual, &family).unwrap(), "rendering is reproducible");
        }
    }

    #[test]
    fn bullets_wrap_stay_on_the_page_and_sections_cross_pages() {
        let Some((manuals, family)) = manuals() else { return };
        let pages: Vec<Vec<PageElement>> =
            manuals.iter().flat_map(|m| lay_out(m, &family)).collect();
        assert!(pages.len() > manuals.len());
        for mark in pages.iter().flatten() {
            let PageElement::Text { x, y, size, bold, text } = mark else { continue };
            let face = if *bold { &family.bold } else { &family.regular };
            assert!(x + face.width(text, *size) <= PAGE_WIDTH - MARGIN + 0.1, "{text}");
            assert!(*y < PAGE_HEIGHT - MARGIN + 1.0, "{text}");
        }
        let first_text = |page: &Vec<PageElement>| {
            page.iter().find_map(|element| match element {
                PageElement::Text { size, bold, .. } => Some((*size, *bold)),
                PageElement::Rule { .. } => None,
            })
        };
        let continued = pages
            .iter()
            .filter(|page| first_text(page).is_some_and(|(size, _)| size <= SUBHEADING));
        assert!(continued.count() > 0, "no section goes on over a page");
    }

    #[test]
    fn wrapping_loses_nothing() {
        let Some((_, family)) = manuals() else { return };
        let text = "가나다 라마바사 아자차카타파하 a 아주아주긴낱말하나가줄보다길다";
        for width in [1.0, 30.0, 80.0, 1000.0] {
            assert_eq!(wrap_text(text, &family.regular, 10.0, width).join(" "), text);
        }
    }
}
