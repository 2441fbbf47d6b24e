//! A row of thumbnails below the scores: each opens its picture, some can be removed or moved.

use egui::{Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2};

use crate::tab_context::TabContext;
use crate::widgets::thumbnail_cache::ThumbnailCache;

/// Size of a thumbnail, in points.
const THUMBNAIL: Vec2 = vec2(132.0, 100.0);
/// Room for the words below one, in points.
const WORDS: f32 = 60.0;

/// An image of the row.
pub(super) struct RowImage {
    /// Its file, relative to the workspace.
    pub(super) path: String,
    /// What is said below it, and to a screen reader.
    pub(super) label: String,
}

/// Shows the images as a row called `name`; `below` adds what is offered for the image at an index.
/// Returns the index of the image that was clicked, and the paths whose thumbnails are missing.
pub(super) fn show(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    (name, images): (&str, &[RowImage]),
    thumbnails: &mut ThumbnailCache,
    mut below: impl FnMut(&mut Ui, &mut TabContext<'_>, usize),
) -> (Option<usize>, Vec<String>) {
    let mut clicked = None;
    let mut missing = Vec::new();
    let area = ScrollArea::horizontal().id_salt(name).auto_shrink([false, true]);
    area.show(ui, |ui| {
        ui.horizontal_top(|ui| {
            for (index, RowImage { path, label }) in images.iter().enumerate() {
                ui.allocate_ui(THUMBNAIL + vec2(0.0, WORDS), |ui| {
                    ui.vertical(|ui| {
                        let (frame, response) = ui.allocate_exact_size(THUMBNAIL, Sense::click());
                        response.widget_info(|| {
                            WidgetInfo::labeled(Role::Button, true, label.as_str())
                        });
                        if ui.is_rect_visible(frame) {
                            if !thumbnails.paint(ui, cx.localizer, path, frame) {
                                missing.push(path.clone());
                            }
                            paint_edge(ui, frame, &response);
                        }
                        if response.clicked() {
                            clicked = Some(index);
                        }
                        ui.set_max_width(THUMBNAIL.x);
                        ui.small(label);
                        below(ui, cx, index);
                    });
                });
            }
        });
    });
    (clicked, missing)
}

/// Outlines the image with the focus, and the one under the pointer.
fn paint_edge(ui: &Ui, frame: Rect, response: &egui::Response) {
    if response.hovered() || response.has_focus() {
        let edge = Stroke::new(2.0, ui.visuals().hyperlink_color);
        ui.painter().rect_stroke(frame, 4.0, edge, StrokeKind::Inside);
    }
}
