//! Images worth a look: normal images that score high against the others, and the images that the
//! threshold misclassifies.

use egui::{Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, vec2};

use crate::tab_context::TabContext;
use crate::widgets::patch_viewer::{PatchPanel, PatchViewer};
use crate::widgets::thumbnail_cache::ThumbnailCache;
use fettle_domain::{RectPx, Thresholds, Verdict};
use fettle_engine::{BankStatistics, SuspiciousImage};
use fettle_i18n::Value;

/// Misclassified images listed at most, of each kind.
const MAX_LISTED: usize = 8;
/// Size of a thumbnail, in points.
const THUMBNAIL: Vec2 = vec2(132.0, 100.0);

/// Thumbnails of the suspicious normal images.
#[derive(Default)]
pub(super) struct SuspiciousNormals {
    thumbnails: ThumbnailCache,
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
    /// Shows the images that `limits` misclassify, and the suspicious
    /// normals. Returns the image that was clicked.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        stats: &BankStatistics,
        limits: Thresholds,
    ) -> Option<SelectedImage> {
        let mut selected = None;
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                let normals = stats.normals.iter().filter(|one| !one.suspicious);
                let mut wrong: Vec<(&str, f32)> =
                    normals.map(|one| (one.path.as_str(), one.score)).collect();
                wrong.retain(|(_, score)| limits.verdict(*score) == Verdict::Ng);
                wrong.sort_by(|a, b| b.1.total_cmp(&a.1));
                selected = misclassified(left, cx, "scores-overkills", &wrong);
                let mut wrong: Vec<(&str, f32)> =
                    stats.defects.iter().map(|one| (one.path.as_str(), one.score)).collect();
                wrong.retain(|(_, score)| limits.verdict(*score) == Verdict::Ok);
                wrong.sort_by(|a, b| a.1.total_cmp(&b.1));
                selected = selected.take().or(misclassified(right, cx, "scores-escapes", &wrong));
            }
        });
        ui.add_space(12.0);
        ui.strong(cx.text("scores-suspicious"));
        if stats.suspicious.is_empty() {
            ui.weak(cx.text("scores-none-suspicious"));
            return selected;
        }
        ui.weak(cx.text("scores-suspicious-hint"));
        selected.or(self.suspicious_row(ui, cx, &stats.suspicious))
    }

    /// The suspicious normals as a row of thumbnails.
    fn suspicious_row(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        images: &[SuspiciousImage],
    ) -> Option<SelectedImage> {
        self.thumbnails.begin_frame(ui.ctx(), cx);
        let mut selected = None;
        let mut missing = Vec::new();
        ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
            ui.horizontal(|ui| {
                for image in images {
                    let (name, score) = (file_name(&image.path), image.score);
                    let values = [
                        ("name", Value::from(name)),
                        ("score", score.into()),
                        ("place", cx.text(image.place.message_id()).into()),
                    ];
                    let label = cx.localizer.with("scores-suspect", &values);
                    ui.allocate_ui(THUMBNAIL + vec2(0.0, 60.0), |ui| {
                        ui.vertical(|ui| {
                            let (rect, response) =
                                ui.allocate_exact_size(THUMBNAIL, Sense::click());
                            response.widget_info(|| {
                                egui::WidgetInfo::labeled(egui::Role::Button, true, &label)
                            });
                            if !ui.is_rect_visible(rect) {
                                return;
                            }
                            let frame = Rect::from_min_size(rect.min, THUMBNAIL);
                            if !self.thumbnails.paint(ui, cx.localizer, &image.path, frame) {
                                missing.push(image.path.as_str());
                            }
                            if response.hovered() || response.has_focus() {
                                let edge = Stroke::new(2.0, ui.visuals().hyperlink_color);
                                ui.painter().rect_stroke(frame, 4.0, edge, StrokeKind::Inside);
                            }
                            if response.clicked() {
                                let nearest = (image.nearest.clone(), image.nearest_rect);
                                let has_nearest = !image.nearest.is_empty();
                                selected = Some(SelectedImage {
                                    path: image.path.clone(),
                                    score,
                                    patches: has_nearest.then_some((
                                        image.rect_in_image,
                                        nearest.0,
                                        nearest.1,
                                    )),
                                });
                            }
                            ui.set_max_width(THUMBNAIL.x);
                            ui.small(&label);
                        });
                    });
                }
            });
        });
        self.thumbnails.request(cx, missing.into_iter());
        selected
    }
}

/// A list of misclassified images, the worst first. Returns the image that was clicked.
fn misclassified(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    title: &str,
    wrong: &[(&str, f32)],
) -> Option<SelectedImage> {
    let mut selected = None;
    ui.strong(cx.localizer.with(title, &[("count", wrong.len().into())]));
    for (path, score) in wrong.iter().take(MAX_LISTED) {
        let line = format!("{score:.2}  {}", file_name(path));
        if ui.link(line).on_hover_text(*path).clicked() {
            selected =
                Some(SelectedImage { path: (*path).to_owned(), score: *score, patches: None });
        }
    }
    if wrong.len() > MAX_LISTED {
        ui.weak("…");
    }
    selected
}

/// The file name of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
