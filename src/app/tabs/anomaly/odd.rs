//! Pictures worth a look: normal ones that look abnormal to the rest, and those that the threshold
//! gets wrong.

use egui::{Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, vec2};

use crate::desk::Desk;
use crate::widgets::patches::{Patches, Side};
use crate::widgets::thumbnails::Pictures;
use fettle_domain::RectPx;
use fettle_engine::{BankStatistics, SuspiciousImage};
use fettle_i18n::Value;

/// Of each kind so many are named.
const NAMED: usize = 8;
const PICTURE: Vec2 = vec2(132.0, 100.0);

/// Their small pictures.
#[derive(Default)]
pub(super) struct Odd(Pictures);

/// What a person wants to look at: a picture, or a picture's patch and the normal one nearest to
/// it.
pub(super) struct Seen {
    path: String,
    score: f32,
    patches: Option<(RectPx, String, RectPx)>,
}

impl Seen {
    pub(super) fn patches(self, desk: &Desk<'_>) -> Patches {
        let own = |rect| Side::new(desk.text("patches-own"), self.path.clone().into(), rect);
        let score = desk.words.with("patches-score", &[("score", self.score.into())]);
        let sides = match self.patches {
            None => vec![own(None)],
            Some((rect, nearest, nearest_rect)) => vec![
                own(Some(rect)),
                Side::new(desk.text("patches-nearest"), nearest.into(), Some(nearest_rect)),
            ],
        };
        Patches::new(sides, score)
    }
}

impl Odd {
    /// Draws them for a threshold; the one clicked.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk<'_>,
        stats: &BankStatistics,
        limit: f32,
    ) -> Option<Seen> {
        let mut seen = None;
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                let normals = stats.normals.iter().filter(|one| !one.suspicious);
                let mut wrong: Vec<(&str, f32)> =
                    normals.map(|one| (one.path.as_str(), one.score)).collect();
                wrong.retain(|(_, score)| *score > limit);
                wrong.sort_by(|a, b| b.1.total_cmp(&a.1));
                seen = list(left, desk, "scores-overkills", &wrong);
                let mut wrong: Vec<(&str, f32)> =
                    stats.defects.iter().map(|one| (one.path.as_str(), one.score)).collect();
                wrong.retain(|(_, score)| *score <= limit);
                wrong.sort_by(|a, b| a.1.total_cmp(&b.1));
                seen = seen.take().or(list(right, desk, "scores-escapes", &wrong));
            }
        });
        ui.add_space(12.0);
        ui.strong(desk.text("scores-suspicious"));
        if stats.suspicious.is_empty() {
            ui.weak(desk.text("scores-none-suspicious"));
            return seen;
        }
        ui.weak(desk.text("scores-suspicious-hint"));
        seen.or(self.suspicious(ui, desk, &stats.suspicious))
    }

    fn suspicious(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk<'_>,
        images: &[SuspiciousImage],
    ) -> Option<Seen> {
        self.0.take(ui.ctx(), desk);
        let mut seen = None;
        let mut lacking = Vec::new();
        ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
            ui.horizontal(|ui| {
                for image in images {
                    let (name, score) = (name(&image.path), image.score);
                    let values = [
                        ("name", Value::from(name)),
                        ("score", score.into()),
                        ("place", desk.text(image.place.word()).into()),
                    ];
                    let words = desk.words.with("scores-suspect", &values);
                    ui.allocate_ui(PICTURE + vec2(0.0, 60.0), |ui| {
                        ui.vertical(|ui| {
                            let (rect, response) = ui.allocate_exact_size(PICTURE, Sense::click());
                            response.widget_info(|| {
                                egui::WidgetInfo::labeled(egui::Role::Button, true, &words)
                            });
                            if !ui.is_rect_visible(rect) {
                                return;
                            }
                            let frame = Rect::from_min_size(rect.min, PICTURE);
                            if !self.0.paint(ui, desk.words, &image.path, frame) {
                                lacking.push(image.path.as_str());
                            }
                            if response.hovered() || response.has_focus() {
                                let edge = Stroke::new(2.0, ui.visuals().hyperlink_color);
                                ui.painter().rect_stroke(frame, 4.0, edge, StrokeKind::Inside);
                            }
                            if response.clicked() {
                                let nearest = (image.nearest.clone(), image.nearest_rect);
                                let has_nearest = !image.nearest.is_empty();
                                seen = Some(Seen {
                                    path: image.path.clone(),
                                    score,
                                    patches: has_nearest.then_some((
                                        image.rect_in_image,
                                        nearest.0,
                                        nearest.1,
                                    )),
                                });
                            }
                            ui.set_max_width(PICTURE.x);
                            ui.small(&words);
                        });
                    });
                }
            });
        });
        self.0.ask(desk, lacking.into_iter());
        seen
    }
}

/// Pictures that the threshold gets wrong, the worst first; the one clicked.
fn list(ui: &mut Ui, desk: &Desk<'_>, title: &str, wrong: &[(&str, f32)]) -> Option<Seen> {
    let mut seen = None;
    ui.strong(desk.words.with(title, &[("count", wrong.len().into())]));
    for (path, score) in wrong.iter().take(NAMED) {
        let line = format!("{score:.2}  {}", name(path));
        if ui.link(line).on_hover_text(*path).clicked() {
            seen = Some(Seen { path: (*path).to_owned(), score: *score, patches: None });
        }
    }
    if wrong.len() > NAMED {
        ui.weak("…");
    }
    seen
}

/// A file's name.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
