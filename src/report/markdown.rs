//! The report as Markdown.

use std::fmt::Write;

use super::translate::Translate;
use super::wording;
use fettle_domain::{Anomaly, Inspection, Stage};

/// `inspection` as Markdown: verdict, scores, similar defects, the four report parts with sources, and
/// provenance. `pictures` states whether `comparison.png` is in the same folder.
pub fn markdown(inspection: &Inspection, pictures: bool, translate: &Translate<'_>) -> String {
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _infallible = write_report(&mut out, inspection, pictures, translate);
    out
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
    if let Some(product) = &inspection.product {
        writeln!(out, "- {}: {product}", word("label-product"))?;
    }
    writeln!(out, "- {}: `{}`", word("label-image"), inspection.source)?;
    writeln!(out, "- {}: {}", word("label-time"), inspection.created_at)?;
    if let Some(anomaly) = inspection.anomaly.done() {
        writeln!(out, "- {}: {}", word("label-score"), wording::score_text(anomaly, translate))?;
        write_regions(out, anomaly, translate)?;
    }
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
                "- {} / {} — {:.3} (`{}`)",
                hit.product, hit.defect, hit.score, hit.path
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
                for line in &part.lines {
                    let source = wording::source_text(&line.support, finding, translate)
                        .map_or_else(String::new, |source| format!(" _({source})_"));
                    writeln!(out, "- {}{source}", escaped(&line.text))?;
                }
            }
        }
        stage => {
            if let Some(why) = wording::missing_reason(stage, translate) {
                writeln!(out, "\n{why}")?;
            }
        }
    }
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
        writeln!(out, "\n> {notice}")?;
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
        writeln!(out, "  - {}", translate("region-line", &values))?;
    }
    Ok(())
}

/// Escapes text from a manual or a model, so that it can neither format nor link nor become HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_escaped() {
        let cases = [
            ("용탕 온도 ±5℃ 유지 (De-gassing)", "용탕 온도 ±5℃ 유지 (De-gassing)"),
            ("<script>x</script>", "\\<script\\>x\\</script\\>"),
            ("[click](http://a) *now*\n# Title", "\\[click\\](http://a) \\*now\\* \\# Title"),
        ];
        for (given, expected) in cases {
            assert_eq!(escaped(given), expected);
        }
    }
}
