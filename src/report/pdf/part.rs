//! One inspection: verdict, pictures, regions, report, what it was made with, signatures.

use image::RgbImage;

use super::gallery::{CAPTION, arranged};
use super::photograph::printed;
use super::sheet::{
    Area, BOTTOM, Cell, Colour, Column, INK, LEFT, Mark, QUIET, RIGHT, RULE, Role, SHADE, Style,
    TOP, WHITE, WIDTH,
};
use super::{PdfReport, ReportedPart, colour};
use crate::{Result, facts};
use fettle_domain::{Anomaly, Author, Inspection, Region, ReportPart, Stage, Support, Verdict};

/// The verdict's box, at the upper right.
const VERDICT: Area = Area { x: RIGHT - 172.0, y: TOP, width: 172.0, height: 66.0 };
/// The most that pictures take of a page.
const PICTURES_HIGH: f32 = 292.0;
/// The line around a region: as the pictures on the screen have it.
const CONTOUR: Colour = [255, 40, 40];
/// What only a model says: 5 to 1 on white.
const DOUBT: Colour = [150, 84, 0];
/// Known defects that are listed.
const MOST_HITS: usize = 3;
const BULLET: f32 = 14.0;
const SIGNATURE_HIGH: f32 = 54.0;

pub(super) fn lay_out(report: &mut PdfReport<'_>, part: &ReportedPart<'_>) -> Result<()> {
    let inspection = part.inspection;
    let title = title(report, inspection);
    let page = report.sheets.begin(&title);
    report.parts.push((title, page));
    head(report, part);
    pictures(report, part)?;
    if let Some(anomaly) = inspection.anomaly.done() {
        regions(report, anomaly);
    }
    similar(report, inspection);
    text(report, inspection);
    view(report, inspection);
    notices(report, part);
    made_with(report, inspection);
    signatures(report);
    Ok(())
}

/// `No. 12 · prod1 · part.png`.
fn title(report: &PdfReport<'_>, inspection: &Inspection) -> String {
    let number = inspection.id.map(|id| (report.words)("pdf-record", &[("id", id.to_string())]));
    let product = inspection.product.as_ref().map(|product| report.product(product));
    let all = [number, product, Some(inspection.file_name().to_owned())];
    all.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What was inspected, beside the verdict.
fn head(report: &mut PdfReport<'_>, part: &ReportedPart<'_>) {
    let inspection = part.inspection;
    let beside = WIDTH - VERDICT.width - 16.0;
    let text = report.word("pdf-title");
    let element =
        report.sheets.element(Role::Heading { level: 1, text: report_title(report, &text) });
    let style = Style::of(20.0, true, INK);
    report.sheets.line((LEFT, TOP - 6.0), style, text, element);
    let verdict = verdict(report, part);
    let sheets = &mut report.sheets;
    sheets.y = TOP + style.line();
    let page = sheets.pages.len();

    let dash = || "–".to_owned();
    let strong = |text: String| Cell::Text(text, Style::STRONG);
    let mut rows = vec![(
        report.word("label-product"),
        strong(inspection.product.as_ref().map_or_else(dash, |product| {
            let name = report.product(product);
            if name == product.as_str() { name } else { format!("{name} ({product})") }
        })),
    )];
    rows.push((report.word("label-image"), strong(inspection.file_name().to_owned())));
    rows.push((report.word("label-time"), Cell::plain(inspection.created_at.replace('T', " "))));
    if let Some(id) = inspection.id {
        rows.push((report.word("label-record"), Cell::plain(id.to_string())));
    }
    if let Some(defect) = defect(report, part) {
        rows.push((report.word("judge-defect"), strong(defect)));
    }
    if let Some(said) = part.judgement.filter(|said| !said.opinion.note.is_empty()) {
        rows.push((report.word("judge-note"), Cell::plain(said.opinion.note.clone())));
    }
    if let Some(action) = part.action {
        let values = [
            ("state", report.word(action.state.word())),
            ("by", action.by.clone()),
            ("time", report.time(&action.at)),
        ];
        let text = (report.words)("history-action-by", &values);
        rows.push((report.word("history-action"), Cell::plain(text)));
    }
    let sheets = &mut report.sheets;
    sheets.pairs(beside, 0.26, rows);
    if sheets.pages.len() == page {
        sheets.y = sheets.y.max(verdict.y + verdict.height);
    }
    if let Some(why) = facts::why(&inspection.anomaly, report.words) {
        report.sheets.y += 6.0;
        report.sheets.paragraph(Style::BODY, &why);
    }
}

/// What a screen reader lists it by: several are in one file.
fn report_title(report: &PdfReport<'_>, text: &str) -> String {
    let part = report.parts.last().map_or("", |(title, _)| title.as_str());
    format!("{text}: {part}")
}

/// The defect that a person named, else the one that the manual was asked for, else the one
/// suggested for a part that is not OK.
fn defect(report: &PdfReport<'_>, part: &ReportedPart<'_>) -> Option<String> {
    let named = part.judgement.and_then(|said| said.opinion.defect.as_ref());
    let asked = || part.inspection.manual.done().map(|finding| &finding.defect);
    let suggested = || {
        let found = part.inspection.similarity.done()?;
        let suggestion = found.suggestion.as_ref()?;
        suggestion.defect.as_ref().filter(|_| part.inspection.verdict != Verdict::Ok)
    };
    let defect = named.or_else(asked).or_else(suggested)?;
    Some(report.defect(part.inspection.product.as_ref(), defect))
}

/// In colour, large, and in words; with the score that it rests on. What a person said of it
/// stands below, in the colour of that.
fn verdict(report: &mut PdfReport<'_>, part: &ReportedPart<'_>) -> Area {
    let inspection = part.inspection;
    let score = match inspection.anomaly.done() {
        Some(anomaly) => {
            format!("{} {}", report.word("label-score"), facts::score(anomaly, report.words))
        }
        None => report.word("label-verdict"),
    };
    let name = report.word(inspection.verdict.word());
    boxed(report, VERDICT, inspection.verdict, [(name, 24.0, true), (score, 9.0, false)]);
    let Some(said) = part.judgement else { return VERDICT };
    let verdict = said.opinion.verdict;
    let name = report.word(verdict.word());
    let values = [("by", said.by.clone()), ("time", report.time(&said.at))];
    let by = (report.words)("judge-by", &values);
    let area = Area { y: VERDICT.y + VERDICT.height + 4.0, height: 44.0, ..VERDICT };
    boxed(report, area, verdict, [(name, 14.0, true), (by, 8.5, false)]);
    area
}

/// Lines of text, as small as they must be, in the middle of a box.
fn boxed(
    report: &mut PdfReport<'_>,
    area: Area,
    verdict: Verdict,
    lines: [(String, f32, bool); 2],
) {
    let sheets = &mut report.sheets;
    let element = sheets.element(Role::Paragraph);
    sheets.put(Mark::Fill { area, colour: colour(verdict) }, None);
    let high: f32 = lines.iter().map(|(_, size, bold)| Style::of(*size, *bold, WHITE).line()).sum();
    let mut y = area.y + (area.height - high) / 2.0;
    for (text, size, bold) in lines {
        let text = sheets.family.printable(&text);
        let wide = sheets.family.face(bold).width(&text, size);
        let style = Style::of((size * (area.width - 16.0) / wide).min(size), bold, WHITE);
        let wide = sheets.family.face(bold).width(&text, style.size);
        sheets.line((area.x + (area.width - wide) / 2.0, y), style, text, element);
        y += Style { size, ..style }.line();
    }
}

/// The part with its regions outlined and numbered, its heatmap, and the normal part.
fn pictures(report: &mut PdfReport<'_>, part: &ReportedPart<'_>) -> Result<()> {
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
    let areas = arranged(&sizes, WIDTH, PICTURES_HIGH);
    let high = areas.iter().map(|area| area.y + area.height + CAPTION).fold(0.0, f32::max);
    if high == 0.0 {
        return Ok(());
    }
    report.sheets.y += 12.0;
    report.sheets.keep(high);
    let top = report.sheets.y;
    let right = areas.iter().map(|area| area.x + area.width).fold(0.0, f32::max);
    let middle = (WIDTH - right) / 2.0;
    for ((id, picture), area) in pictures.into_iter().zip(areas) {
        let area = Area { x: LEFT + middle + area.x, y: top + area.y, ..area };
        let caption = report.word(id);
        let element = report.sheets.element(Role::Figure { alt: caption.clone() });
        let image = printed(picture, area.width)?;
        report.sheets.put(Mark::Picture { area, image }, element);
        if let ("picture-part", Some(anomaly)) = (id, part.inspection.anomaly.done()) {
            for (number, region) in anomaly.regions.iter().enumerate() {
                outline(report, region, number + 1, area, size(picture), element);
            }
        }
        // One line, cut where the picture is narrow.
        let below = (area.x, area.y + area.height + 1.5);
        let line = report.sheets.lines(&caption, Style::SMALL, area.width).swap_remove(0);
        let element = report.sheets.element(Role::Paragraph);
        report.sheets.line(below, Style::SMALL, line, element);
    }
    report.sheets.y = top + high;
    Ok(())
}

/// A region's outline over its picture in `area`, with its number in the table.
fn outline(
    report: &mut PdfReport<'_>,
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
    let sheets = &mut report.sheets;
    for contour in &region.contours {
        let points = contour.points.iter().map(|point| at(point.x, point.y)).collect();
        let (colour, closed) = (CONTOUR, true);
        sheets.put(Mark::Line { points, closed, width: 1.0, colour }, element);
    }
    let style = Style::of(6.5, true, WHITE);
    let text = number.to_string();
    let wide = sheets.family.face(true).width(&text, style.size) + 5.0;
    let high = style.line();
    let rect = region.rect_in_image;
    let (right, y) = at(rect.x + rect.width, rect.y);
    // Above its upper right corner, but on the picture.
    let x = right.min(area.x + area.width - wide);
    let y = (y - high).max(area.y);
    let flag = Area { x, y, width: wide, height: high };
    sheets.put(Mark::Fill { area: flag, colour: colour(Verdict::Ng) }, element);
    sheets.line((x + 2.5, y), style, text, element);
}

fn regions(report: &mut PdfReport<'_>, anomaly: &Anomaly) {
    if anomaly.regions.is_empty() {
        return;
    }
    report.sheets.heading(&report.word("label-regions"));
    report.sheets.paragraph(Style::SMALL, &facts::mask(anomaly, report.words));
    let columns = [
        ("pdf-number", 0.07, false),
        ("pdf-place", 0.19, false),
        ("pdf-size", 0.17, true),
        ("pdf-corner", 0.17, true),
        ("pdf-area", 0.13, true),
        ("pdf-share", 0.14, true),
        ("pdf-peak", 0.13, true),
    ];
    let columns =
        columns.map(|(title, share, numbers)| Column { title: report.word(title), share, numbers });
    let rows = anomaly.regions.iter().enumerate().map(|(number, region)| {
        let rect = region.rect_in_image;
        let cells = [
            (number + 1).to_string(),
            report.word(region.place.word()),
            format!("{} × {}", rect.width, rect.height),
            format!("{}, {}", rect.x, rect.y),
            region.area_px.to_string(),
            format!("{:.2}", region.share * 100.0),
            format!("{:.2}", region.peak_score),
        ];
        cells.into_iter().map(Cell::plain).collect()
    });
    let rows = rows.collect();
    report.sheets.table(WIDTH, &columns, rows);
}

/// Known defects say nothing about a part that has none.
fn similar(report: &mut PdfReport<'_>, inspection: &Inspection) {
    let Some(found) = inspection.similarity.done() else { return };
    if inspection.verdict == Verdict::Ok || found.hits.is_empty() {
        return;
    }
    report.sheets.heading(&report.word("label-similar"));
    let columns = [
        ("label-product", 0.18, false),
        ("judge-defect", 0.18, false),
        ("history-file", 0.5, false),
        ("pdf-similarity", 0.14, true),
    ];
    let columns =
        columns.map(|(title, share, numbers)| Column { title: report.word(title), share, numbers });
    let rows = found.hits.iter().take(MOST_HITS).map(|hit| {
        let cells = [
            report.product(&hit.product),
            report.defect(Some(&hit.product), &hit.defect),
            hit.path.clone(),
            format!("{:.3}", hit.score),
        ];
        cells.into_iter().map(Cell::plain).collect()
    });
    let rows = rows.collect();
    report.sheets.table(WIDTH, &columns, rows);
}

/// The report's four sections, every sentence with its source.
fn text(report: &mut PdfReport<'_>, inspection: &Inspection) {
    let finding = inspection.manual.done();
    let Stage::Done(written) = &inspection.report else {
        if let Some(why) = facts::why(&inspection.report, report.words) {
            report.sheets.heading(&report.word("label-report"));
            report.sheets.paragraph(Style::BODY, &why);
        }
        return;
    };
    for part in &written.sections {
        report.sheets.heading(&report.word(facts::part_title(part.part)));
        // Only the manual's own parts name it.
        let cited = matches!(part.part, ReportPart::Causes | ReportPart::Actions);
        if let Some(finding) = inspection.manual.done().filter(|_| cited) {
            let page = finding.section.page.to_string();
            let values = [
                ("path", finding.path.clone()),
                ("heading", finding.section.heading.clone()),
                ("place", facts::place(&finding.path, &page, report.words)),
            ];
            let manual = (report.words)("report-source", &values);
            report.sheets.paragraph(Style::SMALL, &manual);
            report.sheets.y += 2.0;
        }
        if part.lines.is_empty() {
            report.sheets.paragraph(Style::BODY, &report.word("report-nothing"));
        }
        // What is to be done can be ticked off on paper.
        let bullet = if part.part == ReportPart::Actions { "□" } else { "•" };
        for line in &part.lines {
            let source = facts::source(&line.support, finding, report.words);
            let doubtful = line.support == Support::Unsupported;
            let style = Style {
                colour: if doubtful { DOUBT } else { QUIET },
                bold: doubtful,
                ..Style::SMALL
            };
            item(report, bullet, &line.text, source.map(|source| (source, style)));
        }
    }
}

/// What a model saw, marked as its view.
fn view(report: &mut PdfReport<'_>, inspection: &Inspection) {
    let why_not = facts::why_no_view(&inspection.view, report.words);
    if inspection.view.done().is_none() && why_not.is_none() {
        return;
    }
    report.sheets.heading(&report.word("view-title"));
    if let Some(view) = inspection.view.done() {
        let whose = facts::viewed(view, report.words);
        let doubtful = Style { colour: DOUBT, bold: true, ..Style::SMALL };
        report.sheets.paragraph(doubtful, &whose);
        report.sheets.y += 2.0;
        report.sheets.paragraph(Style::BODY, &view.text);
    }
    if let Some(why) = why_not {
        report.sheets.paragraph(Style::BODY, &why);
    }
}

fn item(report: &mut PdfReport<'_>, bullet: &str, text: &str, source: Option<(String, Style)>) {
    let sheets = &mut report.sheets;
    let element = sheets.element(Role::Item);
    // A short item and its source stay together.
    let lines = sheets.lines(text, Style::BODY, WIDTH - BULLET).len().min(4);
    sheets.keep(lines as f32 * Style::BODY.line() + Style::SMALL.line());
    let y = sheets.y;
    sheets.line((LEFT + 1.0, y), Style::BODY, bullet.to_owned(), element);
    let x = LEFT + BULLET;
    let end = sheets.text(x, Style::BODY, text, element);
    if let Some((source, style)) = source {
        sheets.remark(x, end, (Style::BODY, style), &source, element);
    }
    sheets.y += 3.0;
}

/// What was done without, and why.
fn notices(report: &mut PdfReport<'_>, part: &ReportedPart<'_>) {
    let mut all = part.inspection.notices.iter().map(String::as_str).chain(part.notice).peekable();
    if all.peek().is_none() {
        return;
    }
    report.sheets.heading(&report.word("pdf-notices"));
    for notice in all {
        item(report, "•", notice, None);
    }
}

fn made_with(report: &mut PdfReport<'_>, inspection: &Inspection) {
    report.sheets.heading(&report.word("pdf-made-with"));
    let mut rows: Vec<(String, Cell)> = facts::made_with(inspection)
        .into_iter()
        .map(|(label, value)| (report.word(label), Cell::plain(value)))
        .collect();
    if let Some(anomaly) = inspection.anomaly.done() {
        let limits = anomaly.thresholds;
        let values =
            [("image", format!("{:.2}", limits.image)), ("pixel", format!("{:.2}", limits.pixel))];
        let limits = (report.words)("pdf-thresholds-are", &values);
        rows.push((report.word("pdf-thresholds"), Cell::plain(limits)));
    }
    if let Some(written) = inspection.report.done() {
        let by = match &written.author {
            Author::Evidence => report.word("report-by-evidence"),
            Author::Model { model } => {
                (report.words)("report-by-model", &[("model", model.to_string())])
            }
        };
        rows.push((report.word("label-report"), Cell::plain(by)));
    }
    if let Some(reference) = inspection.anomaly.done().and_then(|found| found.reference.as_ref()) {
        rows.push((report.word("label-reference"), Cell::plain(reference.path.clone())));
    }
    let size =
        format!("{} ({} × {} px)", inspection.source, inspection.width_px, inspection.height_px);
    rows.push((report.word("label-image"), Cell::plain(size)));
    rows.push(("SHA-256".to_owned(), Cell::plain(inspection.image_hash.to_string())));
    report.sheets.pairs(WIDTH, 0.2, rows);
}

/// Where inspector and supervisor sign.
fn signatures(report: &mut PdfReport<'_>) {
    report.sheets.y += 12.0;
    // At the foot of the page where the report ends.
    report.sheets.keep(SIGNATURE_HIGH);
    let top = BOTTOM - SIGNATURE_HIGH;
    let ids = ["pdf-inspector", "pdf-supervisor", "pdf-date"];
    let wide = WIDTH / ids.len() as f32;
    for (place, id) in ids.into_iter().enumerate() {
        let text = report.word(id);
        let sheets = &mut report.sheets;
        let x = LEFT + place as f32 * wide;
        let label = Area { x, y: top, width: wide, height: 17.0 };
        sheets.put(Mark::Fill { area: label, colour: SHADE }, None);
        let points = vec![
            (x, top),
            (x + wide, top),
            (x + wide, top + SIGNATURE_HIGH),
            (x, top + SIGNATURE_HIGH),
        ];
        sheets.put(Mark::Line { points, closed: true, width: 0.6, colour: RULE }, None);
        let element = sheets.element(Role::Paragraph);
        sheets.line((x + 6.0, top + 2.5), Style::SMALL, text, element);
    }
    report.sheets.y = BOTTOM;
}
