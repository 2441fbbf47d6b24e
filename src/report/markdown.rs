//! The report as Markdown.

use std::fmt::Write;

use super::markdown_text::escaped;
use super::translate::Translate;
use super::{past_actions, wording};
use fettle_domain::{
    Anomaly, Inspection, Measurements, ReportPart, Stage, printable_line, printable_lines,
};

/// `inspection` as Markdown: verdict, scores, similar defects, the four report parts with sources,
/// and provenance. `pictures` states whether `comparison.png` is in the same folder.
pub fn markdown(inspection: &Inspection, pictures: bool, translate: &Translate<'_>) -> String {
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _infallible = write_report(&mut out, inspection, pictures, translate);
    // Whatever of it was not escaped: a report is also read on a terminal.
    printable_lines(&out).into_owned()
}

fn write_report(
    out: &mut String,
    inspection: &Inspection,
    pictures: bool,
    translate: &Translate<'_>,
) -> std::fmt::Result {
    let word = |id: &str| translate(id, &[]);
    let verdict = word(inspection.verdict.message_id());
    writeln!(out, "# {}\n", word("report-title"))?;
    writeln!(out, "- {}: **{verdict}**", word("label-verdict"))?;
    for reason in wording::unsure_texts(inspection, translate) {
        writeln!(out, "  - {reason}")?;
    }
    if let Some(product) = &inspection.product {
        writeln!(out, "- {}: {}", word("label-product"), escaped(product.as_str()))?;
    }
    writeln!(out, "- {}: {}", word("label-image"), code_span(&inspection.source))?;
    writeln!(out, "- {}: {}", word("label-time"), inspection.created_at)?;
    if let Some(anomaly) = inspection.anomaly.done() {
        let (score, limits) =
            (wording::score_text(anomaly, translate), wording::limits_text(anomaly, translate));
        writeln!(out, "- {}: {score}; {limits}", word("label-score"))?;
        for known in wording::known_defect_texts(anomaly, translate, ToString::to_string) {
            writeln!(out, "  - {known}")?;
        }
        write_regions(out, anomaly, &inspection.measurements, translate)?;
    }
    write_measurements(out, &inspection.measurements, translate)?;
    if pictures {
        writeln!(out, "\n![{}](comparison.png)", word("comparison-caption"))?;
    }
    if let Some(similarity) = inspection.similarity.done()
        && !similarity.hits.is_empty()
    {
        writeln!(out, "\n## {}\n", word("label-similar"))?;
        for hit in &similarity.hits {
            writeln!(
                out,
                "- {} / {} — {:.3} ({})",
                escaped(hit.product.as_str()),
                escaped(hit.defect.as_str()),
                hit.score,
                code_span(&hit.path)
            )?;
        }
    }
    let finding = inspection.manual.done();
    match &inspection.report {
        Stage::Done(report) => {
            for part in &report.sections {
                writeln!(out, "\n## {}\n", word(wording::part_title(part.part)))?;
                if part.lines.is_empty() {
                    writeln!(out, "{}", word("report-nothing"))?;
                }
                if part.part == ReportPart::Remarks {
                    writeln!(out, "_{}_\n", word("report-remarks-note"))?;
                }
                for (number, line) in (1..).zip(&part.lines) {
                    let source = wording::line_source(report, line, finding, translate)
                        .map_or_else(String::new, |source| format!(" _({})_", escaped(&source)));
                    let mark = part.part.list_mark(number);
                    writeln!(out, "{mark} {}{source}", escaped(&line.text))?;
                }
            }
        }
        stage => {
            if let Some(why) = wording::missing_reason(stage, translate) {
                writeln!(out, "\n{why}")?;
            }
        }
    }
    past_actions::write_markdown(out, &inspection.past_actions, translate)?;
    let why_not = wording::missing_view_reason(&inspection.view, translate);
    if inspection.view.done().is_some() || why_not.is_some() {
        writeln!(out, "\n## {}\n", word("view-title"))?;
    }
    if let Some(view) = inspection.view.done() {
        writeln!(out, "_{}_\n", escaped(&wording::view_source_text(view, translate)))?;
        writeln!(out, "> {}", escaped(&view.text))?;
    }
    if let Some(why) = why_not {
        writeln!(out, "{why}")?;
    }
    for notice in &inspection.notices {
        writeln!(out, "\n> {}", escaped(notice))?;
    }
    writeln!(out, "\n---\n")?;
    for (label, value) in wording::provenance(inspection) {
        writeln!(out, "- {}: {}", word(label), escaped(&value))?;
    }
    writeln!(out, "- SHA-256: `{}`", inspection.image_hash)
}

/// Writes one line per region, highest peak first.
fn write_regions(
    out: &mut String,
    anomaly: &Anomaly,
    measured: &Measurements,
    translate: &Translate<'_>,
) -> std::fmt::Result {
    if anomaly.regions.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "- {}: {}",
        translate("label-regions", &[]),
        wording::mask_threshold_text(anomaly, translate)
    )?;
    for region in &anomaly.regions {
        let rect = region.rect_in_image;
        let values = [
            ("place", translate(region.place.message_id(), &[])),
            ("whole", translate(region.share_of.message_id(), &[])),
            ("width", rect.width.to_string()),
            ("height", rect.height.to_string()),
            ("x", rect.x.to_string()),
            ("y", rect.y.to_string()),
            ("area", region.area_px.to_string()),
            ("percent", format!("{:.2}", region.share * 100.0)),
            ("peak", format!("{:.2}", region.peak_score)),
        ];
        write!(out, "  - {}", translate("region-line", &values))?;
        if let Some(size) = wording::region_size_text(measured, region, translate) {
            write!(out, "; {size}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes the scale, and one line per measured line.
fn write_measurements(
    out: &mut String,
    measured: &Measurements,
    translate: &Translate<'_>,
) -> std::fmt::Result {
    if let Some(scale) = &measured.scale {
        let text = wording::scale_text(scale, translate);
        writeln!(out, "- {}: {text}", translate("label-scale", &[]))?;
    }
    if measured.lines.is_empty() {
        return Ok(());
    }
    let by = translate("measured-by", &[]);
    writeln!(out, "- {}: {by}", translate("label-measured", &[]))?;
    for (number, line) in (1..).zip(&measured.lines) {
        let length = measured.length_text(line.length_px());
        let values = [("number", u32::to_string(&number)), ("length", length)];
        write!(out, "  - {}", translate("measure-line", &values))?;
        if !line.note.is_empty() {
            write!(out, " — {}", escaped(&line.note))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A name as code: between more backticks than it has in a row, and on one line.
fn code_span(name: &str) -> String {
    let name = printable_line(name);
    let longest = name.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space on both sides belongs to the fence where the name touches it.
    let pad = if name.starts_with('`') || name.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{name}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{
        BankRef, CaptureDeviation, ContentHash, HeatmapScale, ImageId, KnownDefectsTerm,
        KnownImage, Language, ModelId, Resemblance, SkipReason, Thresholds, Verdict,
    };
    use fettle_i18n::{Value, text_with};

    /// A part scored 1.5 between the limits 1 and 2.
    fn unsure() -> Inspection {
        let product: fettle_domain::ProductCode = "casting".parse().unwrap();
        Inspection {
            id: None,
            created_at: "2026-11-22T10:00:00+09:00".into(),
            source: "/line/part.png".into(),
            image_hash: ContentHash("ab".repeat(32)),
            image_path: None,
            width_px: 8,
            height_px: 8,
            product: Some(product.clone()),
            product_given: false,
            models: Vec::new(),
            verdict: Verdict::Unsure,
            similarity: Stage::Skipped(SkipReason::NoIndex),
            anomaly: Stage::Done(Anomaly {
                verdict: Verdict::Unsure,
                image_score: 1.5,
                calibrated_score: None,
                known_defects: None,
                deviations: Vec::new(),
                sample_bits: None,
                thresholds: Thresholds { unsure: 1.0, image: 2.0, pixel: 1.0 },
                scale: HeatmapScale { low: 0.0, high: 1.0 },
                mask_threshold: None,
                bank: BankRef { product, version: 1, model: ModelId("m".into()) },
                area: None,
                regions: Vec::new(),
                reference: None,
            }),
            manual: Stage::Skipped(SkipReason::NoDefect),
            report: Stage::Skipped(SkipReason::NoDefect),
            view: Stage::Skipped(SkipReason::NotAsked),
            past_actions: Vec::new(),
            notices: Vec::new(),
            timings: Vec::new(),
            measurements: Default::default(),
        }
    }

    fn written(inspection: &Inspection) -> String {
        markdown(inspection, false, &|id, values| {
            let values: Vec<(&str, Value)> =
                values.iter().map(|(name, value)| (*name, value.clone().into())).collect();
            text_with(Language::En, id, &values)
        })
    }

    #[test]
    fn an_unsure_part_says_why() {
        let with = |change: &dyn Fn(&mut Anomaly)| {
            let mut inspection = unsure();
            if let Stage::Done(anomaly) = &mut inspection.anomaly {
                change(anomaly);
            }
            written(&inspection)
        };
        let score = "- Anomaly score: 1.50 · calibrated 0.75; unsure above 1.00 (calibrated 0.5), \
                     NG above 2.00 (1)\n";
        let plain = with(&|_| {});
        assert!(plain.contains("- Verdict: **unsure**\n  - The score lies between the two limits"));
        assert!(plain.contains(score), "{plain}");

        let bright = with(&|anomaly| {
            anomaly.deviations = vec![CaptureDeviation::Brighter { ratio: 1.3 }];
        });
        assert!(bright.contains("  - The light is 30 % stronger"), "{bright}");
        assert!(!bright.contains("between the two limits"), "{bright}");

        let known = with(&|anomaly| {
            let resembles = Resemblance {
                image: KnownImage::Registered(ImageId(3)),
                path: None,
                defect: Some("hole".parse().unwrap()),
                similarity: 0.912,
            };
            let unnamed = Resemblance { defect: None, similarity: 0.5, ..resembles.clone() };
            let resembles = vec![resembles, unnamed];
            anomaly.known_defects = Some(KnownDefectsTerm { learned: None, added: 0.4, resembles });
        });
        assert!(
            known.contains("by the picture itself, +0.40 from what known defects taught."),
            "{known}"
        );
        assert!(known.contains("hole · 91 %, unnamed defect · 50 %"), "{known}");

        let mut unscored = unsure();
        unscored.anomaly = Stage::Skipped(SkipReason::NoProduct);
        assert!(written(&unscored).contains("  - No anomaly score was measured."));
    }

    #[test]
    fn a_file_name_stays_a_name() {
        let name = "/usb/a`\n\n# OK\n\n![x](http://a/b.png) \u{1b}[2J`.png";
        let report = written(&Inspection { source: name.into(), ..unsure() });
        let written: Vec<&str> = report.lines().filter(|line| line.contains("/usb/")).collect();
        let expect = "- Image: ``/usb/a`\\u000a\\u000a# OK\\u000a\\u000a![x](http://a/b.png) \
                      \\u001b[2J`.png``";
        assert_eq!(written, [expect], "{report}");
        for (name, span) in [("a.png", "`a.png`"), ("`a", "`` `a ``"), ("a``", "``` a`` ```")] {
            assert_eq!(code_span(name), span);
        }
    }

    #[test]
    fn lengths_are_in_millimetres_where_the_picture_has_a_scale() {
        let place = |x: f32| fettle_domain::PlacePx { x, y: 10.0 };
        let line = |to: f32, note: &str| fettle_domain::MeasuredLine {
            from: place(10.0),
            to: place(to),
            note: note.to_owned(),
        };
        let lines = vec![line(60.0, "gap *of* the lid"), line(12.5, "")];
        let scale = fettle_domain::PixelScale {
            mm_per_px: 0.05,
            found: fettle_domain::ScaleSource::Checkerboard {
                square_mm: 2.0,
                corners: 35,
                residual_px: 0.0471,
                tilt_deg: 1.2,
            },
            found_at: "2026-11-30T10:00:00Z".to_owned(),
            picture_px: Some((640, 480)),
        };
        for (scale, expected) in [
            (
                Some(scale),
                &[
                    "- Scale: 0.0500 mm a pixel (by a checkerboard: 35 corners, 0.05 px from an \
                     even grid, tilted by 1°)",
                    "- Measured lines: Lines were drawn by a person.",
                    "  - Line 1: 2.50 mm — gap \\*of\\* the lid",
                    "  - Line 2: 0.125 mm",
                ][..],
            ),
            (None, &["  - Line 1: 50.0 px — gap \\*of\\* the lid", "  - Line 2: 2.50 px"][..]),
        ] {
            let measurements = Measurements { scale, lines: lines.clone() };
            let text = written(&Inspection { measurements, ..unsure() });
            for line in expected {
                assert!(text.lines().any(|written| written == *line), "{line}\n{text}");
            }
        }
        assert!(!written(&unsure()).contains("Measured"));
    }
}
