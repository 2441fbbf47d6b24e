//! The findings of an inspection: score, regions and similar known defects.

use std::path::Path;

use egui::RichText;

use super::scores::{limits_text, score_text};
use super::skip_reason::skip_reason;
use super::{resemblances, score_bar};
use crate::command::Command;
use crate::tab_context::TabContext;
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
    let stored = stored.map(|path| cx.engine.workspace().file(path));
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
        let stored = cx.engine.workspace().file(stored);
        cx.send(Command::SearchFor(Query::Picture(stored)));
    }
}

/// The score on a bar, the known defects in it, and the regions, with a button to search for each region where the part's
/// picture is stored. Returns the region that was clicked.
fn score(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    anomaly: &Anomaly,
    stored: Option<&Path>,
) -> Option<RectPx> {
    ui.strong(cx.text("label-score"));
    ui.label(score_text(cx, anomaly));
    score_bar::show(ui, anomaly);
    ui.small(limits_text(cx, &anomaly.thresholds));
    if let Some(known) = &anomaly.known_defects {
        resemblances::show(ui, cx, known, anomaly.image_score, &anomaly.bank.product);
    }
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
