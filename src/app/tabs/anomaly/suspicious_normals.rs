//! Images worth a look: normal images that score high against the others, and the images that the
//! limits misclassify.

use std::collections::BTreeMap;

use egui::Ui;

use super::image_row::{self, RowImage};
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::widgets::patch_viewer::{PatchPanel, PatchViewer};
use crate::widgets::thumbnail_cache::ThumbnailCache;
use fettle_domain::{
    DefectCode, ImageLabel, KnownImage, ProductCode, RectPx, Thresholds, Verdict, file_name_of,
};
use fettle_engine::{BankStatistics, ScoredDefect, SuspiciousImage};
use fettle_i18n::Value;

/// Misclassified images shown at most, of each kind.
const MAX_SHOWN: usize = 12;

/// Thumbnails of the images.
#[derive(Default)]
pub(super) struct SuspiciousNormals {
    thumbnails: ThumbnailCache,
}

/// What a person wants of an image.
pub(super) enum Wanted {
    /// A large view.
    Look(SelectedImage),
    /// That the normal image with this path is removed.
    Remove(String),
    /// That the normal image with this path gets another label.
    Move(String, ImageLabel),
}

/// An image that a person clicked.
pub(super) struct SelectedImage {
    path: String,
    score: f32,
    /// The highest patch of the image, the normal image with the nearest patch, and that patch.
    patches: Option<(RectPx, String, RectPx)>,
}

impl SelectedImage {
    /// A viewer of the image, and of the nearest normal patch where there is one.
    pub(super) fn viewer(self, cx: &TabContext<'_>) -> PatchViewer {
        let own = |rect| PatchPanel::new(cx.text("patches-own"), self.path.clone(), rect);
        let score = cx.localizer.with("patches-score", &[("score", self.score.into())]);
        let panels = match self.patches {
            None => vec![own(None)],
            Some((rect, nearest, nearest_rect)) => vec![
                own(Some(rect)),
                PatchPanel::new(cx.text("patches-nearest"), nearest, Some(nearest_rect)),
            ],
        };
        PatchViewer::new(panels, score)
    }
}

impl SuspiciousNormals {
    /// Shows the images of `product` that `limits` misclassify, and the suspicious normals. Returns what a
    /// person wants of one.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        (product, stats): (&ProductCode, &BankStatistics),
        limits: Thresholds,
    ) -> Option<Wanted> {
        self.thumbnails.begin_frame(ui.ctx(), cx);
        let mut missing = Vec::new();
        let mut wanted = self.overkills(ui, cx, stats, limits, &mut missing).map(Wanted::Look);
        ui.add_space(12.0);
        let escaped = self.escapes(ui, cx, (product, stats), limits, &mut missing);
        wanted = wanted.or(escaped.map(Wanted::Look));
        ui.add_space(12.0);
        ui.strong(cx.text("scores-suspicious"));
        if stats.suspicious.is_empty() {
            ui.weak(cx.text("scores-none-suspicious"));
        } else {
            ui.weak(cx.text("scores-suspicious-hint"));
            let of_row = self.suspicious_row(ui, cx, (product, &stats.suspicious), &mut missing);
            wanted = wanted.or(of_row);
        }
        // What a limit passes while it is dragged is not asked for.
        if !ui.input(|input| input.pointer.any_down()) {
            self.thumbnails.request(cx, missing.iter().map(String::as_str));
        }
        wanted
    }

    /// Good parts called NG, the worst first.
    fn overkills(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        stats: &BankStatistics,
        limits: Thresholds,
        missing: &mut Vec<String>,
    ) -> Option<SelectedImage> {
        let normals = stats.normals.iter().filter(|one| !one.suspicious);
        let mut wrong: Vec<(&str, f32)> = normals
            .map(|one| (one.path.as_str(), one.score))
            .filter(|(_, score)| limits.verdict(*score) == Verdict::Ng)
            .collect();
        wrong.sort_by(|a, b| b.1.total_cmp(&a.1));
        self.misclassified(ui, cx, "scores-overkills", &wrong, missing)
    }

    /// Defects called OK: how many of each, and the images, those furthest below the limits first. A part
    /// that a person judged NG opens in the history.
    fn escapes(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        (product, stats): (&ProductCode, &BankStatistics),
        limits: Thresholds,
        missing: &mut Vec<String>,
    ) -> Option<SelectedImage> {
        let is_missed = |one: &&ScoredDefect| limits.verdict(one.score) == Verdict::Ok;
        let all: Vec<&ScoredDefect> = stats.defects.iter().filter(is_missed).collect();
        let registered = all.iter().filter(|one| !one.path.is_empty());
        let mut wrong: Vec<(&str, f32)> =
            registered.map(|one| (one.path.as_str(), one.score)).collect();
        wrong.sort_by(|a, b| a.1.total_cmp(&b.1));
        let count = [("count", all.len().into())];
        ui.strong(cx.localizer.with("scores-escapes", &count));
        ui.horizontal_wrapped(|ui| {
            for (defect, [missed, total]) in missed_by_defect(&stats.defects, limits) {
                let name = match defect {
                    Some(defect) => cx.defect_name(Some(product), &defect),
                    None => cx.text("dashboard-no-defect"),
                };
                let values =
                    [("defect", name.into()), ("missed", missed.into()), ("total", total.into())];
                ui.label(cx.localizer.with("scores-missed", &values));
            }
        });
        let selected = self.row(ui, cx, "scores-escapes", &wrong, missing);
        for one in all.iter().filter(|one| one.path.is_empty()) {
            if let KnownImage::Judged { inspection } = one.image {
                let values = [("id", inspection.to_string().into()), ("score", one.score.into())];
                if ui.link(cx.localizer.with("scores-missed-part", &values)).clicked() {
                    cx.send(Command::OpenInspection(inspection));
                }
            }
        }
        selected
    }

    fn misclassified(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        title: &str,
        wrong: &[(&str, f32)],
        missing: &mut Vec<String>,
    ) -> Option<SelectedImage> {
        ui.strong(cx.localizer.with(title, &[("count", wrong.len().into())]));
        self.row(ui, cx, title, wrong, missing)
    }

    /// A row of misclassified images with their scores.
    fn row(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        title: &str,
        wrong: &[(&str, f32)],
        missing: &mut Vec<String>,
    ) -> Option<SelectedImage> {
        if wrong.is_empty() {
            return None;
        }
        let image = |(path, score): &(&str, f32)| RowImage {
            path: (*path).to_owned(),
            label: format!("{} · {score:.2}", file_name_of(path)),
        };
        let images: Vec<RowImage> = wrong.iter().take(MAX_SHOWN).map(image).collect();
        let row = (title, images.as_slice());
        let (clicked, lacks) = image_row::show(ui, cx, row, &mut self.thumbnails, |_, _, _| {});
        missing.extend(lacks);
        if wrong.len() > MAX_SHOWN {
            ui.weak(format!("+{}", wrong.len() - MAX_SHOWN));
        }
        let (path, score) = wrong.get(clicked?)?;
        Some(SelectedImage { path: (*path).to_owned(), score: *score, patches: None })
    }

    /// The suspicious normals, each with what can be done about it.
    fn suspicious_row(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        (product, images): (&ProductCode, &[SuspiciousImage]),
        missing: &mut Vec<String>,
    ) -> Option<Wanted> {
        let row: Vec<RowImage> = images
            .iter()
            .map(|image| {
                let values = [
                    ("name", Value::from(file_name_of(&image.path))),
                    ("score", image.score.into()),
                    ("place", cx.text(image.place.message_id()).into()),
                ];
                let label = cx.localizer.with("scores-suspect", &values);
                RowImage { path: image.path.clone(), label }
            })
            .collect();
        let mut change = None;
        let thumbnails = &mut self.thumbnails;
        let row = ("scores-suspicious", row.as_slice());
        let (clicked, lacks) = image_row::show(ui, cx, row, thumbnails, |ui, cx, index| {
            if let Some(image) = images.get(index) {
                change = change.take().or(change_of(ui, cx, product, &image.path));
            }
        });
        missing.extend(lacks);
        let image = clicked.and_then(|index| images.get(index));
        let look = image.map(|image| {
            let nearest = (image.rect_in_image, image.nearest.clone(), image.nearest_rect);
            Wanted::Look(SelectedImage {
                path: image.path.clone(),
                score: image.score,
                patches: (!image.nearest.is_empty()).then_some(nearest),
            })
        });
        change.or(look)
    }
}

/// Buttons that remove a normal image, or move it to a defect. Returns what a person chose.
fn change_of(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    product: &ProductCode,
    path: &str,
) -> Option<Wanted> {
    let mut wanted = None;
    let named = [("name", Value::from(file_name_of(path)))];
    let remove = ui.small_button(cx.text("scores-remove"));
    let name = cx.localizer.with("scores-remove-name", &named);
    remove.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    if remove.on_hover_text(&name).clicked() {
        wanted = Some(Wanted::Remove(path.to_owned()));
    }
    let catalogue = cx.catalogue;
    let defects = catalogue.product(product).map(|summary| summary.defects.as_slice());
    let name = cx.localizer.with("scores-move-name", &named);
    let menu = ui.menu_button(cx.text("scores-move"), |ui| {
        for (defect, _) in defects.unwrap_or_default() {
            if ui.button(&defect.full_name).clicked() {
                let label = ImageLabel::Defect(defect.code.clone());
                wanted = Some(Wanted::Move(path.to_owned(), label));
                ui.close();
            }
        }
        if defects.unwrap_or_default().is_empty() {
            ui.weak(cx.text("scores-no-defect-types"));
        }
    });
    menu.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    menu.response.on_hover_text(name);
    wanted
}

/// How many images of each defect are called OK, and how many there are, where one is missed.
fn missed_by_defect(
    defects: &[ScoredDefect],
    limits: Thresholds,
) -> BTreeMap<Option<DefectCode>, [usize; 2]> {
    let mut counts: BTreeMap<Option<DefectCode>, [usize; 2]> = BTreeMap::new();
    for one in defects {
        let [missed, total] = counts.entry(one.defect.clone()).or_default();
        *missed += usize::from(limits.verdict(one.score) == Verdict::Ok);
        *total += 1;
    }
    counts.retain(|_, [missed, _]| *missed > 0);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::ImageId;

    #[test]
    fn missed_defects_are_counted_by_kind() {
        let limits = Thresholds { unsure: 2.0, image: 3.0, pixel: 1.0 };
        let one = |defect: Option<&str>, score| ScoredDefect {
            path: "a.png".to_owned(),
            image: KnownImage::Registered(ImageId(1)),
            defect: defect.map(|code| code.parse().unwrap()),
            score,
        };
        let hole = Some("hole");
        let defects = [
            one(hole, 1.0),
            one(hole, 2.5),
            one(hole, 1.9),
            one(Some("burr"), 9.0),
            one(None, 0.1),
        ];
        let found = missed_by_defect(&defects, limits);
        let expected = [(None, [1, 1]), (Some("hole".parse().unwrap()), [2, 3])];
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
    }
}
