//! Pictures of a part, with regions outlined and numbered, and with measured lines.

use image::RgbImage;

use super::document::ReportDocument;
use super::page::{Area, Colour, LEFT, Mark, Role, Style, WHITE, WIDTH};
use super::picture_arrangement::{CAPTION_HEIGHT, arrange_pictures};
use super::print_image::encode_for_print;
use super::reported_part::ReportedPart;
use super::verdict_mark::verdict_colour;
use crate::error::Result;
use fettle_domain::{Measurements, PlacePx, Region, Verdict};

/// The greatest height of all pictures in points.
const MAX_HEIGHT: f32 = 292.0;
/// Colour of the contour of a region, as on the screen.
const CONTOUR: Colour = [255, 40, 40];
/// Colour of measured lines, as on the screen.
const MEASURED: Colour = [160, 32, 200];

/// Draws the part with its regions outlined and numbered, its heatmap, and the normal part.
pub(super) fn draw_pictures(
    report: &mut ReportDocument<'_>,
    part: &ReportedPart<'_>,
) -> Result<()> {
    let shown = part.pictures;
    let pictures: Vec<(&str, &RgbImage)> = [
        part.picture.map(|picture| ("picture-part", picture)),
        shown.map(|shown| ("picture-overlay", &shown.overlay)),
        shown.and_then(|shown| shown.reference.as_deref()).map(|normal| ("picture-normal", normal)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let size = |picture: &RgbImage| (picture.width() as f32, picture.height() as f32);
    let sizes: Vec<_> = pictures.iter().map(|(_, picture)| size(picture)).collect();
    let areas = arrange_pictures(&sizes, WIDTH, MAX_HEIGHT);
    let high = areas.iter().map(|area| area.y + area.height + CAPTION_HEIGHT).fold(0.0, f32::max);
    if high == 0.0 {
        return Ok(());
    }
    report.layout.y += 12.0;
    report.layout.reserve(high);
    let top = report.layout.y;
    let right = areas.iter().map(|area| area.x + area.width).fold(0.0, f32::max);
    let middle = (WIDTH - right) / 2.0;
    for ((id, picture), area) in pictures.into_iter().zip(areas) {
        let area = Area { x: LEFT + middle + area.x, y: top + area.y, ..area };
        let caption = report.text(id);
        let element = report.layout.add_element(Role::Figure { alt: caption.clone() });
        let image = encode_for_print(picture, area.width)?;
        report.layout.put(Mark::Picture { area, image }, element);
        if let ("picture-part", Some(anomaly)) = (id, part.inspection.anomaly.done()) {
            for (number, region) in anomaly.regions.iter().enumerate() {
                draw_outline(report, region, number + 1, area, size(picture), element);
            }
        }
        if id == "picture-part" {
            draw_lines(report, &part.inspection.measurements, area, size(picture), element);
        }
        // One line, cut if the picture is narrow.
        let below = (area.x, area.y + area.height + 1.5);
        let line = report.layout.break_lines(&caption, Style::SMALL, area.width).swap_remove(0);
        let element = report.layout.add_element(Role::Paragraph);
        report.layout.draw_line(below, Style::SMALL, line, element);
    }
    report.layout.y = top + high;
    Ok(())
}

/// Draws the contour of a region over its picture in `area`, with the number that the table of regions
/// has.
fn draw_outline(
    report: &mut ReportDocument<'_>,
    region: &Region,
    number: usize,
    area: Area,
    (width, height): (f32, f32),
    element: Option<usize>,
) {
    let at = |x: u32, y: u32| {
        let x = area.x + (x as f32 / width).min(1.0) * area.width;
        (x, area.y + (y as f32 / height).min(1.0) * area.height)
    };
    let layout = &mut report.layout;
    for contour in &region.contours {
        let points = contour.points.iter().map(|point| at(point.x, point.y)).collect();
        let (colour, closed) = (CONTOUR, true);
        layout.put(Mark::Line { points, closed, width: 1.0, colour }, element);
    }
    let rect = region.rect_in_image;
    let corner = at(rect.x + rect.width, rect.y);
    draw_flag(report, &number.to_string(), verdict_colour(Verdict::Ng), (corner, area), element);
}

/// Draws the measured lines over the picture of the part in `area`, each with its length.
fn draw_lines(
    report: &mut ReportDocument<'_>,
    measured: &Measurements,
    area: Area,
    (width, height): (f32, f32),
    element: Option<usize>,
) {
    let at = |place: PlacePx| {
        let x = area.x + (place.x / width).clamp(0.0, 1.0) * area.width;
        (x, area.y + (place.y / height).clamp(0.0, 1.0) * area.height)
    };
    for (number, line) in measured.lines.iter().enumerate() {
        let (from, to) = (at(line.from), at(line.to));
        for (width, colour) in [(2.2, WHITE), (1.0, MEASURED)] {
            let points = vec![from, to];
            let mark = Mark::Line { points, closed: false, width, colour };
            report.layout.put(mark, element);
        }
        let text = format!("{}: {}", number + 1, measured.length_text(line.length_px()));
        let middle = (f32::midpoint(from.0, to.0), f32::midpoint(from.1, to.1));
        draw_flag(report, &text, MEASURED, (middle, area), element);
    }
}

/// Draws a flag with `text` above the point `at`, but within the picture in `area`.
fn draw_flag(
    report: &mut ReportDocument<'_>,
    text: &str,
    colour: Colour,
    (at, area): ((f32, f32), Area),
    element: Option<usize>,
) {
    let layout = &mut report.layout;
    let style = Style::of(6.5, true, WHITE);
    let wide = layout.fonts.width(text, true, style.size) + 5.0;
    let high = style.line_height();
    let x = at.0.min(area.x + area.width - wide);
    let y = (at.1 - high).max(area.y);
    let flag = Area { x, y, width: wide, height: high };
    layout.put(Mark::Fill { area: flag, colour }, element);
    layout.draw_line((x + 2.5, y), style, text.to_owned(), element);
}
