//! The batch as a strip: each part with its state, those that nobody has judged marked.

use egui::{
    Align2, Color32, FontId, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::batch::{Batch, BatchPart};
use super::strip_order::BatchCounts;
use crate::tab_context::TabContext;
use crate::theme::verdict_look;
use crate::widgets::inspection::opinions::PersonsVerdict;
use crate::widgets::thumbnail_cache::ThumbnailCache;
use crate::widgets::verdict_mark;

/// Size of a thumbnail, in points.
const THUMBNAIL: Vec2 = vec2(92.0, 66.0);
/// Size of a part without a thumbnail, in points.
const SIGN: Vec2 = vec2(46.0, 24.0);
/// Room between two parts, in points.
const GAP: f32 = 4.0;
/// Side of a verdict's mark on a part, in points.
const MARK: f32 = 18.0;

/// The strip of parts. Only those in view are drawn, so that it takes no longer with thousands of parts.
#[derive(Default)]
pub(super) struct Strip {
    thumbnails: ThumbnailCache,
    /// Index of the part that was scrolled to last.
    scrolled_to: Option<usize>,
}

impl Strip {
    /// Shows the strip. Returns the index of the part that was clicked. `may_read`: whether files
    /// may be read for thumbnails, which an inspection would have to wait for.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        batch: &Batch,
        (has_thumbnails, may_read): (bool, bool),
    ) -> Option<usize> {
        self.thumbnails.begin_frame(ui.ctx(), cx);
        let size = if has_thumbnails { THUMBNAIL } else { SIGN };
        let order = batch.order(cx.view.unjudged_first);
        let has_moved = self.scrolled_to != Some(batch.index());
        self.scrolled_to = Some(batch.index());
        let mut clicked = None;
        let mut missing = Vec::new();
        let pitch = size.x + GAP;
        ScrollArea::horizontal().auto_shrink([false, true]).show_viewport(ui, |ui, view| {
            let whole = vec2((order.len() as f32 * pitch - GAP).max(0.0), size.y);
            let (all, _) = ui.allocate_exact_size(whole, Sense::hover());
            let frame_of =
                |place: usize| Rect::from_min_size(all.min + vec2(place as f32 * pitch, 0.0), size);
            // One more on either side, which the Tab key reaches.
            let first = ((view.left() / pitch).floor().max(0.0) as usize).saturating_sub(1);
            let end = (view.right() / pitch).ceil().max(0.0) as usize + 1;
            if has_moved && let Some(place) = order.place_of(batch.index()) {
                // At once: keys may come faster than a scroll moves.
                let at_once = egui::style::ScrollAnimation::none();
                ui.scroll_to_rect_animation(frame_of(place), Some(egui::Align::Center), at_once);
            }
            for place in first..end.min(order.len()) {
                let Some(index) = order.at(place) else { continue };
                let Some(part) = batch.part(index) else { continue };
                let frame = frame_of(place);
                let response =
                    ui.interact(frame, egui::Id::unique(("batch_part", index)), Sense::click());
                let is_current = index == batch.index();
                response.widget_info(|| {
                    let name = format!("{}: {}", index + 1, state_text(cx, part));
                    WidgetInfo::selected(Role::ListBoxOption, true, is_current, name)
                });
                if response.gained_focus() {
                    response.scroll_to_me(None);
                }
                if ui.is_rect_visible(frame) {
                    let path = part.file.display().to_string();
                    if !has_thumbnails {
                        ui.painter().rect_filled(frame, 4.0, ui.visuals().extreme_bg_color);
                    } else if !self.thumbnails.paint(ui, cx.localizer, &path, frame) {
                        missing.push(path);
                    }
                    paint_state(ui, frame, (index, is_current), part);
                    paint_edge(ui, frame, is_current, &response);
                }
                let said = response.on_hover_ui(|ui| {
                    ui.label(state_text(cx, part));
                });
                if said.clicked() {
                    clicked = Some(index);
                }
            }
        });
        if may_read {
            self.thumbnails.request_given(cx, missing.iter().map(String::as_str));
        }
        clicked
    }
}

/// How many parts there are, how many are judged, and how many are NG.
pub(super) fn counts_text(cx: &TabContext<'_>, batch: &Batch) -> String {
    let BatchCounts { parts, judged, ng } = batch.counts(cx.view.unjudged_first);
    let values = [
        ("parts", parts.into()),
        ("judged", judged.into()),
        ("left", (parts - judged).into()),
        ("ng", ng.into()),
    ];
    cx.localizer.with("batch-counts", &values)
}

/// The state of a part in words.
fn state_text(cx: &TabContext<'_>, part: &BatchPart) -> String {
    let word = |verdict: fettle_domain::Verdict| cx.text(verdict.message_id());
    let machine = match part.opinions.machine {
        _ if part.failed => cx.text("inspect-failed"),
        Some(verdict) => format!("{} {}", cx.text("opinion-machine"), word(verdict)),
        None => cx.text("batch-not-inspected"),
    };
    let person = match part.opinions.person {
        PersonsVerdict::Said(verdict) => word(verdict),
        PersonsVerdict::Waiting(typed) => {
            format!("⌛ {}", typed.map_or_else(|| cx.text("opinion-as-machine"), word))
        }
        PersonsVerdict::None => cx.text("opinion-none"),
    };
    format!("{} · {machine} · {} {person}", part.file_name(), cx.text("opinion-person"))
}

/// Paints number, verdict and whether a person has judged.
fn paint_state(ui: &Ui, frame: Rect, (index, is_current): (usize, bool), part: &BatchPart) {
    let painter = ui.painter_at(frame);
    let text = |at, align, text: &str, colour| {
        let font = FontId::proportional(12.0);
        // Legible on any photograph.
        for offset in [vec2(1.0, 1.0), vec2(-1.0, 1.0), vec2(1.0, -1.0), vec2(-1.0, -1.0)] {
            painter.text(at + offset, align, text, font.clone(), Color32::BLACK);
        }
        painter.text(at, align, text, font, colour);
    };
    let number = (index + 1).to_string();
    text(frame.left_top() + vec2(4.0, 2.0), Align2::LEFT_TOP, &number, Color32::WHITE);
    let corner = Rect::from_min_size(
        pos2(frame.left() + 3.0, frame.bottom() - MARK - 3.0),
        Vec2::splat(MARK),
    );
    let right = frame.right_bottom() - vec2(4.0, 3.0);
    let amber = verdict_look(fettle_domain::Verdict::Unsure).fill;
    if part.failed {
        text(right, Align2::RIGHT_BOTTOM, "✖", ui.visuals().error_fg_color);
        return;
    }
    let beside = match frame.height() > 2.0 * MARK {
        true => corner,
        false => Rect::from_center_size(frame.center(), Vec2::splat(MARK)),
    };
    if let Some(verdict) = part.opinions.counts() {
        verdict_mark::paint(&painter, beside, verdict);
    }
    match part.opinions.person {
        PersonsVerdict::Said(_) => text(right, Align2::RIGHT_BOTTOM, "✔", Color32::WHITE),
        PersonsVerdict::Waiting(_) => text(right, Align2::RIGHT_BOTTOM, "⌛", amber),
        // Seen and left: marked.
        PersonsVerdict::None if part.inspection.is_some() && !is_current => {
            let dot = pos2(frame.right() - 8.0, frame.top() + 8.0);
            painter.circle(dot, 5.0, amber, Stroke::new(1.0, Color32::BLACK));
        }
        PersonsVerdict::None => {}
    }
}

/// Outlines the current part, the one with the focus and the one under the pointer, each otherwise.
fn paint_edge(ui: &Ui, frame: Rect, is_current: bool, response: &egui::Response) {
    let visuals = ui.visuals();
    let edge = match (is_current, response.has_focus(), response.hovered()) {
        (true, ..) => Stroke::new(3.0, visuals.hyperlink_color),
        (_, true, _) => Stroke::new(2.0, visuals.selection.bg_fill),
        (.., true) => Stroke::new(1.5, visuals.text_color()),
        _ => return,
    };
    ui.painter().rect_stroke(frame, 4.0, edge, StrokeKind::Inside);
}
