//! All hits as a row of thumbnails, the most similar first.

use egui::{
    Rect, ScrollArea, Sense, Stroke, StrokeKind, TextStyle, TextWrapMode, Ui, Vec2, WidgetText,
    pos2, vec2,
};

use crate::tab_context::TabContext;
use crate::widgets::thumbnail_cache::ThumbnailCache;
use fettle_domain::Hit;

/// Size of a thumbnail, in points.
const THUMBNAIL: Vec2 = vec2(132.0, 100.0);
/// Height of a line below a thumbnail, in points.
const LINE_HEIGHT: f32 = 19.0;

/// The row of thumbnails.
#[derive(Default)]
pub(super) struct HitStrip {
    thumbnails: ThumbnailCache,
    /// Index of the hit that was scrolled to last.
    scrolled_to: usize,
}

impl HitStrip {
    /// Shows the row. Returns the index of the hit that was clicked.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        hits: &[Hit],
        selected: usize,
    ) -> Option<usize> {
        self.thumbnails.begin_frame(ui.ctx(), cx);
        let mut clicked = None;
        let mut missing = Vec::new();
        let has_moved = self.scrolled_to != selected;
        self.scrolled_to = selected;
        ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
            ui.horizontal(|ui| {
                for (index, hit) in hits.iter().enumerate() {
                    let lines = [
                        format!("{:.3}", hit.score),
                        cx.defect_name(Some(&hit.product), &hit.defect),
                        cx.product_name(&hit.product),
                    ];
                    let size = THUMBNAIL + vec2(0.0, LINE_HEIGHT * lines.len() as f32);
                    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
                    let is_selected = index == selected;
                    response.widget_info(|| {
                        let name = format!("{}: {}", index + 1, lines.join(" · "));
                        egui::WidgetInfo::selected(
                            egui::Role::ListBoxOption,
                            true,
                            is_selected,
                            name,
                        )
                    });
                    if response.clicked() {
                        clicked = Some(index);
                    }
                    if is_selected && has_moved {
                        response.scroll_to_me(None);
                    }
                    if !ui.is_rect_visible(rect) {
                        continue;
                    }
                    let frame = Rect::from_min_size(rect.min, THUMBNAIL);
                    if !self.thumbnails.paint(ui, cx.localizer, &hit.path, frame) {
                        missing.push(hit.path.as_str());
                    }
                    paint_lines(ui, rect, &lines);
                    let visuals = ui.visuals();
                    let edge = if is_selected {
                        Stroke::new(3.0, visuals.hyperlink_color)
                    } else if response.has_focus() || response.hovered() {
                        Stroke::new(1.5, visuals.text_color())
                    } else {
                        continue;
                    };
                    ui.painter().rect_stroke(frame, 4.0, edge, StrokeKind::Inside);
                }
            });
        });
        self.thumbnails.request(cx, missing.into_iter());
        clicked
    }
}

/// Paints the lines below a thumbnail, truncated to its width.
fn paint_lines(ui: &Ui, rect: Rect, lines: &[String; 3]) {
    let mut top = rect.top() + THUMBNAIL.y + 1.0;
    for (line, text) in lines.iter().enumerate() {
        let text = WidgetText::from(text.as_str());
        let style = if line == 1 { TextStyle::Body } else { TextStyle::Small };
        let wrap = Some(TextWrapMode::Truncate);
        let galley = text.into_galley(ui, wrap, THUMBNAIL.x, style);
        ui.painter().galley(pos2(rect.left(), top), galley, ui.visuals().text_color());
        top += LINE_HEIGHT;
    }
}
