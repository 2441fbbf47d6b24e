//! The findings of an inspection: verdict, score, regions and similar known defects.

use std::path::Path;

use egui::{CornerRadius, Frame, Margin, RichText};

use super::skip_reason::skip_reason;
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::theme::verdict_colours;
use fettle_domain::{Anomaly, Inspection, RectPx, Similarity, Verdict};
use fettle_engine::Query;
use fettle_i18n::Value;

/// Similar defects shown at most.
const MAX_HITS: usize = 5;

/// Shows the findings below the verdict. Returns the region that was clicked.
pub(crate) fn show(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    inspection: &Inspection,
) -> Option<RectPx> {
    let mut clicked = None;
    let stored = inspection.image_path.as_ref();
    let stored = stored.map(|path| cx.engine.workspace().root().join(path));
    match inspection.anomaly.done() {
        Some(anomaly) => clicked = score(ui, cx, anomaly, stored.as_deref()),
        None => {
            let reason = skip_reason(&inspection.anomaly, cx).unwrap_or_default();
            ui.label(reason);
        }
    }
    if inspection.verdict != Verdict::Ok
        && let Some(similarity) = inspection.similarity.done()
    {
        ui.add_space(10.0);
        known_defects(ui, cx, similarity);
    }
    if stored.is_some() && ui.button(cx.text("search-similar")).clicked() {
        cx.send(Command::SearchShown);
    }
    for notice in &inspection.notices {
        ui.add_space(4.0);
        ui.small(format!("⚠ {notice}"));
    }
    clicked
}

/// Searches for known defects similar to the part of an inspection.
pub(crate) fn search(cx: &mut TabContext<'_>, inspection: &Inspection) {
    if let Some(stored) = &inspection.image_path {
        let stored = cx.engine.workspace().root().join(stored);
        cx.send(Command::SearchFor(Query::Picture(stored)));
    }
}

/// A banner with the verdict.
pub(crate) fn verdict_banner(ui: &mut egui::Ui, cx: &TabContext<'_>, verdict: Verdict) {
    let (background, letters) = verdict_colours(verdict);
    let frame = Frame::new().fill(background).corner_radius(CornerRadius::same(6));
    frame.inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
        ui.take_available_width();
        let word = cx.text(verdict.message_id());
        ui.label(RichText::new(word).size(34.0).strong().color(letters));
    });
}

/// The score on a bar, and the regions, with a button to search for each region where the part's
/// picture is stored. Returns the region that was clicked.
fn score(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    anomaly: &Anomaly,
    stored: Option<&Path>,
) -> Option<RectPx> {
    let (score, threshold) = (anomaly.image_score, anomaly.thresholds.image);
    let values = [("score", score.into()), ("threshold", threshold.into())];
    ui.strong(cx.text("label-score"));
    ui.label(cx.localizer.with("score-against-threshold", &values));
    // The bar ends at twice the threshold: its middle is the threshold.
    let share = (score / (2.0 * threshold).max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
    let (rect, _) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), 10.0), egui::Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, 3.0, ui.visuals().extreme_bg_color);
    let filled = rect.with_max_x(rect.left() + rect.width() * share);
    painter.rect_filled(filled, 3.0, verdict_colours(anomaly.verdict).0);
    painter.vline(
        rect.center().x,
        rect.y_range().expand(2.0),
        ui.visuals().widgets.active.fg_stroke,
    );
    let mut clicked = None;
    for region in &anomaly.regions {
        let rect = region.rect_in_image;
        let values = [
            ("place", Value::from(cx.text(region.place.message_id()))),
            ("whole", cx.text(region.share_of.message_id()).into()),
            ("area", region.area_px.into()),
            ("width", rect.width.into()),
            ("height", rect.height.into()),
            ("x", rect.x.into()),
            ("y", rect.y.into()),
            ("percent", (region.share * 100.0).into()),
            ("peak", region.peak_score.into()),
        ];
        let line = ui.link(cx.localizer.with("region-line", &values));
        if line.on_hover_text(cx.text("picture-look-at")).clicked() {
            clicked = Some(rect);
        }
        if let Some(stored) = stored
            && ui.button(cx.text("search-similar-region")).clicked()
        {
            cx.send(Command::SearchFor(Query::Region(stored.to_owned(), rect)));
        }
    }
    clicked
}

/// The suggested defect and the most similar known defects.
fn known_defects(ui: &mut egui::Ui, cx: &TabContext<'_>, similarity: &Similarity) {
    ui.strong(cx.text("label-similar"));
    match &similarity.suggestion {
        None => {
            ui.label(cx.text("inspect-unknown"));
        }
        Some(suggestion) => {
            let product = &suggestion.product;
            let defect = suggestion.defect.as_ref();
            let defect = defect.map(|defect| cx.defect_name(Some(product), defect));
            let defect = defect.unwrap_or_else(|| "?".to_owned());
            let name = format!("{} · {defect}", cx.product_name(product));
            let share = format!("{:.0} %", suggestion.confidence * 100.0);
            ui.label(RichText::new(format!("{name}  {share}")).strong());
        }
    }
    for hit in similarity.hits.iter().take(MAX_HITS) {
        let defect = cx.defect_name(Some(&hit.product), &hit.defect);
        let text = format!("{:.3}  {} · {defect}", hit.score, cx.product_name(&hit.product));
        ui.label(text).on_hover_text(&hit.path);
    }
}
