//! The findings of an inspection: similar known defects, score, regions, and what it had to do
//! without.

use std::path::Path;

use egui::{Button, Role, Ui, WidgetInfo};

use super::scores::{map_limits_text, score_text};
use super::similar_defects::SimilarDefects;
use super::skip_reason::skip_reason;
use super::{resemblances, score_bar};
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::widgets::part_view::PartView;
use fettle_domain::{Anomaly, Inspection, Measurements, RectPx, Region};
use fettle_engine::Query;
use fettle_i18n::Value;

/// Shows the findings below the verdict. A click on a known defect puts it beside the part in `view`,
/// one on a region zooms to the region.
pub(crate) fn show(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    inspection: &Inspection,
    similar: &mut SimilarDefects,
    mut view: Option<&mut PartView>,
) {
    let mode = cx.view.comparison;
    let beside = view.as_ref().and_then(|view| view.known_beside(mode));
    let clicked_defect = similar.show(ui, cx, inspection, beside);
    let mut clicked_region = None;
    let stored = inspection.image_path.as_ref();
    let stored = stored.map(|path| cx.engine.workspace().file(path));
    if let Some(anomaly) = inspection.anomaly.done() {
        // What is measured in the view may be newer than the record.
        let measured = match &mut view {
            Some(view) => {
                view.measure.adopt(inspection);
                view.measure.measured().clone()
            }
            None => inspection.measurements.clone(),
        };
        clicked_region = score(ui, cx, (anomaly, &measured), stored.as_deref());
    }
    if let Some(view) = &mut view {
        view.measure.list(ui, cx);
    }
    ui.add_space(6.0);
    if stored.is_some() && ui.button(cx.text("search-similar")).clicked() {
        cx.send(Command::SearchShown);
    }
    let reasons = [
        skip_reason(&inspection.similarity, cx),
        skip_reason(&inspection.anomaly, cx),
        skip_reason(&inspection.manual, cx),
    ];
    let mut said: Vec<String> = Vec::new();
    for reason in reasons.into_iter().flatten() {
        if !said.contains(&reason) {
            said.push(reason);
        }
    }
    said.extend(inspection.notices.iter().map(|notice| format!("⚠ {notice}")));
    for line in said {
        ui.add_space(4.0);
        ui.small(line);
    }
    let Some(view) = view else { return };
    if let Some(hit) = clicked_defect {
        view.swap_known(cx, hit);
    }
    if let Some(region) = clicked_region {
        view.zoom_to(region);
    }
}

/// Searches for known defects similar to the part of an inspection.
pub(crate) fn search(cx: &mut TabContext<'_>, inspection: &Inspection) {
    if let Some(stored) = &inspection.image_path {
        let stored = cx.engine.workspace().file(stored);
        cx.send(Command::SearchFor(Query::Picture(stored)));
    }
}

/// The score on a scale, the known defects in it, and the regions. Returns the region that was
/// clicked.
fn score(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    (anomaly, measured): (&Anomaly, &Measurements),
    stored: Option<&Path>,
) -> Option<RectPx> {
    ui.add_space(8.0);
    ui.strong(cx.text("label-score"));
    ui.label(score_text(cx, anomaly));
    score_bar::show(ui, cx, anomaly);
    ui.small(map_limits_text(cx, anomaly));
    if let Some(known) = &anomaly.known_defects {
        resemblances::show(ui, cx, known, anomaly.image_score, &anomaly.bank.product);
    }
    if anomaly.regions.is_empty() {
        return None;
    }
    ui.add_space(8.0);
    ui.strong(cx.text("label-regions"));
    let mut clicked = None;
    for (number, region) in (1..).zip(&anomaly.regions) {
        ui.horizontal(|ui| {
            if region_chip(ui, cx, number, (region, measured)) {
                clicked = Some(region.rect_in_image);
            }
            let Some(stored) = stored else { return };
            let name = cx.text("search-similar-region");
            let search = ui.add(Button::new("🔍"));
            search.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if search.on_hover_text(&name).clicked() {
                let region = Query::Region(stored.to_owned(), region.rect_in_image);
                cx.send(Command::SearchFor(region));
            }
        });
    }
    clicked
}

/// A numbered button of a region with its place, and its longest extent where the picture has a scale;
/// the rest stands in its tip. Whether it was clicked.
fn region_chip(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    number: u32,
    (region, measured): (&Region, &Measurements),
) -> bool {
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
    let whole = cx.localizer.with("region-line", &values);
    let mut text = format!("{number}  {}", cx.text(region.place.message_id()));
    if let Some((scale, longest)) = measured.scale.as_ref().zip(region.longest_px) {
        text = format!("{text} · {}", scale.length(longest.into()));
    }
    let whole = match measured.region_size(region) {
        Some((id, values)) => {
            let values: Vec<(&str, Value)> =
                values.into_iter().map(|(name, value)| (name, value.into())).collect();
            format!("{whole}\n{}", cx.localizer.with(id, &values))
        }
        None => whole,
    };
    let chip = ui.button(text);
    chip.on_hover_text(format!("{whole}\n{}", cx.text("picture-look-at"))).clicked()
}
