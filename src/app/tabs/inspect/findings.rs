//! The verdict, and what speaks for it.

use std::path::Path;

use egui::{CornerRadius, Frame, Margin, RichText};

use super::steps::reason;
use crate::command::Command;
use crate::desk::Desk;
use crate::theme::verdict_colours;
use fettle_domain::{Anomaly, Inspection, RectPx, Similarity, Verdict};
use fettle_engine::Query;
use fettle_i18n::Value;

/// Hits shown of those found.
const HITS: usize = 5;

/// What there is to say below the verdict; the region that is to be looked at, where one was
/// clicked.
pub(in crate::tabs) fn show(
    ui: &mut egui::Ui,
    desk: &mut Desk<'_>,
    inspection: &Inspection,
) -> Option<RectPx> {
    let mut looked_at = None;
    let kept = inspection.image_path.as_ref();
    let kept = kept.map(|path| desk.engine.workspace().root().join(path));
    match inspection.anomaly.done() {
        Some(anomaly) => looked_at = score(ui, desk, anomaly, kept.as_deref()),
        None => {
            let why = reason(&inspection.anomaly, desk).unwrap_or_default();
            ui.label(why);
        }
    }
    if inspection.verdict != Verdict::Ok
        && let Some(similarity) = inspection.similarity.done()
    {
        ui.add_space(10.0);
        known_defects(ui, desk, similarity);
    }
    if kept.is_some() && ui.button(desk.text("search-similar")).clicked() {
        desk.send(Command::SearchShown);
    }
    for notice in &inspection.notices {
        ui.add_space(4.0);
        ui.small(format!("⚠ {notice}"));
    }
    looked_at
}

/// Searches the known defects for what resembles the part of an inspection.
pub(in crate::tabs) fn search(desk: &mut Desk<'_>, inspection: &Inspection) {
    if let Some(kept) = &inspection.image_path {
        let kept = desk.engine.workspace().root().join(kept);
        desk.send(Command::SearchFor(Query::Picture(kept)));
    }
}

/// The verdict, large.
pub(in crate::tabs) fn verdict(ui: &mut egui::Ui, desk: &Desk<'_>, verdict: Verdict) {
    let (background, letters) = verdict_colours(verdict);
    let frame = Frame::new().fill(background).corner_radius(CornerRadius::same(6));
    frame.inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
        ui.take_available_width();
        let word = desk.text(verdict.word());
        ui.label(RichText::new(word).size(34.0).strong().color(letters));
    });
}

/// The score, and the regions; those of the picture at `kept` can be searched for.
fn score(
    ui: &mut egui::Ui,
    desk: &mut Desk<'_>,
    anomaly: &Anomaly,
    kept: Option<&Path>,
) -> Option<RectPx> {
    let (score, threshold) = (anomaly.image_score, anomaly.thresholds.image);
    let values = [("score", score.into()), ("threshold", threshold.into())];
    ui.strong(desk.text("label-score"));
    ui.label(desk.words.with("score-against-threshold", &values));
    // Twice the threshold is the end of the bar: the middle is the limit.
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
    let mut looked_at = None;
    for region in &anomaly.regions {
        let rect = region.rect_in_image;
        let values = [
            ("place", Value::from(desk.text(region.place.word()))),
            ("whole", desk.text(region.share_of.word()).into()),
            ("area", region.area_px.into()),
            ("width", rect.width.into()),
            ("height", rect.height.into()),
            ("x", rect.x.into()),
            ("y", rect.y.into()),
            ("percent", (region.share * 100.0).into()),
            ("peak", region.peak_score.into()),
        ];
        let line = ui.link(desk.words.with("region-line", &values));
        if line.on_hover_text(desk.text("picture-look-at")).clicked() {
            looked_at = Some(rect);
        }
        if let Some(kept) = kept
            && ui.button(desk.text("search-similar-region")).clicked()
        {
            desk.send(Command::SearchFor(Query::Region(kept.to_owned(), rect)));
        }
    }
    looked_at
}

fn known_defects(ui: &mut egui::Ui, desk: &Desk<'_>, similarity: &Similarity) {
    ui.strong(desk.text("label-similar"));
    match &similarity.suggestion {
        None => {
            ui.label(desk.text("inspect-unknown"));
        }
        Some(suggestion) => {
            let product = &suggestion.product;
            let defect = suggestion.defect.as_ref();
            let defect = defect.map(|defect| desk.defect_name(Some(product), defect));
            let defect = defect.unwrap_or_else(|| "?".to_owned());
            let name = format!("{} · {defect}", desk.product_name(product));
            let share = format!("{:.0} %", suggestion.confidence * 100.0);
            ui.label(RichText::new(format!("{name}  {share}")).strong());
        }
    }
    for hit in similarity.hits.iter().take(HITS) {
        let defect = desk.defect_name(Some(&hit.product), &hit.defect);
        let text = format!("{:.3}  {} · {defect}", hit.score, desk.product_name(&hit.product));
        ui.label(text).on_hover_text(&hit.path);
    }
}
