//! All hits as a row of small pictures, nearest first.

use egui::{
    Rect, ScrollArea, Sense, Stroke, StrokeKind, TextStyle, TextWrapMode, Ui, Vec2, WidgetText,
    pos2, vec2,
};

use crate::desk::Desk;
use crate::widgets::thumbnails::Pictures;
use fettle_domain::Hit;

/// Sides of a small picture, and height of the lines below it, in points.
const PICTURE: Vec2 = vec2(132.0, 100.0);
const LINE: f32 = 19.0;

/// The row.
#[derive(Default)]
pub(super) struct Strip {
    pictures: Pictures,
    /// The hit last brought into sight.
    seen: usize,
}

impl Strip {
    /// Draws it; the hit that was clicked.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk<'_>,
        hits: &[Hit],
        at: usize,
    ) -> Option<usize> {
        self.pictures.take(ui.ctx(), desk);
        let mut clicked = None;
        let mut lacking = Vec::new();
        let moved = self.seen != at;
        self.seen = at;
        ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
            ui.horizontal(|ui| {
                for (place, hit) in hits.iter().enumerate() {
                    let lines = [
                        format!("{:.3}", hit.score),
                        desk.defect_name(Some(&hit.product), &hit.defect),
                        desk.product_name(&hit.product),
                    ];
                    let size = PICTURE + vec2(0.0, LINE * lines.len() as f32);
                    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
                    let is_main = place == at;
                    response.widget_info(|| {
                        let name = format!("{}: {}", place + 1, lines.join(" · "));
                        egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, is_main, name)
                    });
                    if response.clicked() {
                        clicked = Some(place);
                    }
                    if is_main && moved {
                        response.scroll_to_me(None);
                    }
                    if !ui.is_rect_visible(rect) {
                        continue;
                    }
                    let frame = Rect::from_min_size(rect.min, PICTURE);
                    if !self.pictures.paint(ui, desk.words, &hit.path, frame) {
                        lacking.push(hit.path.as_str());
                    }
                    write(ui, rect, &lines);
                    let visuals = ui.visuals();
                    let edge = if is_main {
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
        self.pictures.ask(desk, lacking.into_iter());
        clicked
    }
}

/// The lines below a small picture, cut where they are too long.
fn write(ui: &Ui, rect: Rect, lines: &[String; 3]) {
    let mut top = rect.top() + PICTURE.y + 1.0;
    for (line, text) in lines.iter().enumerate() {
        let text = WidgetText::from(text.as_str());
        let style = if line == 1 { TextStyle::Body } else { TextStyle::Small };
        let cut = Some(TextWrapMode::Truncate);
        let galley = text.into_galley(ui, cut, PICTURE.x, style);
        ui.painter().galley(pos2(rect.left(), top), galley, ui.visuals().text_color());
        top += LINE;
    }
}
