//! Pictures of the manual below the statements that they show.

use super::document::ReportDocument;
use super::page::{Area, LEFT, Mark, Role, Style, WIDTH};
use super::print_image::encode_for_print;
use super::reported_part::{ReportedFigure, ReportedPart};
use crate::error::Result;
use crate::wording;
use fettle_domain::{Figure, ManualFinding, ReportLine};

/// Indentation below a statement, in points.
const INDENT: f32 = 14.0;
/// The largest picture, in points.
const MAX_WIDTH: f32 = 230.0;
const MAX_HEIGHT: f32 = 150.0;
/// Distance between pictures.
const GAP: f32 = 10.0;

/// The pictures of a section, each drawn once.
pub(super) struct FiguresToDraw<'a> {
    finding: Option<&'a ManualFinding>,
    left: Vec<&'a ReportedFigure>,
}

impl<'a> FiguresToDraw<'a> {
    pub(super) fn new(part: &ReportedPart<'a>) -> Self {
        Self { finding: part.inspection.manual.done(), left: part.figures.iter().collect() }
    }

    /// Draws the pictures of the statements that a line quotes.
    pub(super) fn draw_of_line(
        &mut self,
        report: &mut ReportDocument<'_>,
        line: &ReportLine,
    ) -> Result<()> {
        let Some(finding) = self.finding else { return Ok(()) };
        let cited = line.support.statements();
        let statements = finding.section.all_statements();
        let cited = statements.filter(|statement| cited.contains(&statement.id));
        let figures: Vec<&Figure> = cited.flat_map(|statement| &statement.figures).collect();
        self.draw(report, finding, &figures)
    }

    /// Draws the pictures of the section as a whole.
    pub(super) fn draw_of_section(&mut self, report: &mut ReportDocument<'_>) -> Result<()> {
        let Some(finding) = self.finding else { return Ok(()) };
        let figures: Vec<&Figure> = finding.section.figures.iter().collect();
        self.draw(report, finding, &figures)
    }

    /// Draws those of `figures` that were not drawn yet side by side, each with its caption.
    fn draw(
        &mut self,
        report: &mut ReportDocument<'_>,
        finding: &ManualFinding,
        figures: &[&Figure],
    ) -> Result<()> {
        let mut row: Vec<(&ReportedFigure, Area)> = Vec::new();
        let mut x = LEFT + INDENT;
        for figure in figures {
            let index = self.left.iter().position(|shown| shown.figure == **figure);
            let Some(shown) = index.map(|index| self.left.remove(index)) else { continue };
            let (width, height) = fitted(shown.pixels.width() as f32, shown.pixels.height() as f32);
            if x + width > LEFT + WIDTH && !row.is_empty() {
                draw_row(report, finding, &std::mem::take(&mut row))?;
                x = LEFT + INDENT;
            }
            row.push((shown, Area { x, y: 0.0, width, height }));
            x += width + GAP;
        }
        draw_row(report, finding, &row)
    }
}

/// The size of a picture on paper: its own at 150 pixels an inch, or what fits.
fn fitted(width: f32, height: f32) -> (f32, f32) {
    const POINTS_PER_PIXEL: f32 = 72.0 / 150.0;
    /// A picture is never drawn smaller, so that a line of a few pixels can be seen.
    const LEAST: f32 = 12.0;
    let scale = (MAX_WIDTH / width).min(MAX_HEIGHT / height).min(POINTS_PER_PIXEL);
    ((width * scale).max(LEAST), (height * scale).max(LEAST))
}

/// Draws pictures side by side.
fn draw_row(
    report: &mut ReportDocument<'_>,
    finding: &ManualFinding,
    row: &[(&ReportedFigure, Area)],
) -> Result<()> {
    let high = row.iter().map(|(_, area)| area.height).fold(0.0, f32::max);
    if high <= 0.0 {
        return Ok(());
    }
    let below = Style::SMALL.line_height() + 3.0;
    report.layout.reserve(high + below);
    let top = report.layout.y;
    for (shown, area) in row {
        let page = shown.figure.page.to_string();
        let place = wording::place_text(&finding.path, &page, report.translate);
        let caption = shown.figure.caption.clone();
        let caption =
            caption.unwrap_or_else(|| (report.translate)("figure-of-manual", &[("place", place)]));
        let area = Area { y: top, ..*area };
        let element = report.layout.add_element(Role::Figure { alt: caption.clone() });
        let image = encode_for_print(&shown.pixels, area.width)?;
        report.layout.put(Mark::Picture { area, image }, element);
        // One line, cut if the picture is narrow.
        let line = report.layout.break_lines(&caption, Style::SMALL, area.width).swap_remove(0);
        let element = report.layout.add_element(Role::Paragraph);
        report.layout.draw_line((area.x, top + area.height + 1.5), Style::SMALL, line, element);
    }
    report.layout.y = top + high + below;
    Ok(())
}
