//! A grid of thumbnails of registered images. Only visible rows are drawn.

use egui::{Align2, FontId, Key, Rect, ScrollArea, Sense, Stroke, Vec2, pos2, vec2};

use super::selection::Selection;
use crate::tab_context::TabContext;
use crate::widgets::thumbnail_cache::{ThumbnailCache, paint_outline};
use fettle_domain::RegisteredImage;
use fettle_i18n::Value;

/// Side of a thumbnail, in points, where a person chose none.
const THUMBNAIL: f32 = 128.0;
/// Smallest and largest side, in points.
pub(super) const THUMBNAIL_SIDES: std::ops::RangeInclusive<f32> = 72.0..=320.0;
/// Height of a name, in points.
const NAME_HEIGHT: f32 = 20.0;
/// Gap between cells, in points.
const GAP: f32 = 8.0;

/// The grid and its selection.
pub(super) struct ImageGrid {
    selection: Selection,
    thumbnails: ThumbnailCache,
    columns: usize,
    /// Scroll offset of the last frame, in points.
    scroll_offset: f32,
    /// Visible height of the last frame, in points.
    view_height: f32,
    /// Whether to scroll to the cursor.
    scroll_to_cursor: bool,
    /// Side of a thumbnail, in points.
    pub(super) side: f32,
}

impl Default for ImageGrid {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            thumbnails: ThumbnailCache::default(),
            columns: 0,
            scroll_offset: 0.0,
            view_height: 0.0,
            scroll_to_cursor: false,
            side: THUMBNAIL,
        }
    }
}

impl ImageGrid {
    /// Clears the selection.
    pub(super) fn clear_selection(&mut self) {
        self.selection.clear();
    }

    /// Selects one image and scrolls to it.
    pub(super) fn select(&mut self, at: usize) {
        self.selection.click(at, egui::Modifiers::NONE);
        self.scroll_to_cursor = true;
    }

    /// The number of selected images.
    pub(super) fn selected_count(&self) -> usize {
        self.selection.len()
    }

    /// The selected images.
    pub(super) fn selected(&self, images: &[RegisteredImage]) -> Vec<RegisteredImage> {
        self.selection.iter().filter_map(|at| images.get(at).cloned()).collect()
    }

    /// Moves the cursor by `by` places; with `shift` it extends the selection.
    pub(super) fn step(&mut self, by: isize, count: usize, shift: bool) {
        self.selection.step(by, count, shift);
        self.scroll_to_cursor = true;
    }

    /// Handles arrow keys, Ctrl+A and Delete. Returns whether the selected images are to be
    /// removed.
    pub(super) fn handle_keys(&mut self, ui: &egui::Ui, count: usize) -> bool {
        if ui.ctx().text_edit_focused() {
            return false;
        }
        let (up, down, all, delete, shift) = ui.input(|input| {
            let pressed = |key| input.key_pressed(key);
            let all = input.modifiers.command && pressed(Key::A);
            let (up, down) = (pressed(Key::ArrowUp), pressed(Key::ArrowDown));
            (up, down, all, pressed(Key::Delete), input.modifiers.shift)
        });
        let row = self.columns.max(1) as isize;
        if up {
            self.step(-row, count, shift);
        }
        if down {
            self.step(row, count, shift);
        }
        if all {
            self.selection.all(count);
        }
        delete && self.selection.len() > 0
    }

    /// Shows the grid and loads missing thumbnails.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        images: &[RegisteredImage],
    ) {
        self.thumbnails.begin_frame(ui.ctx(), cx);
        ui.spacing_mut().item_spacing = Vec2::splat(GAP);
        let across = ui.available_width() - ui.spacing().scroll.allocated_width();
        self.columns = (((across + GAP) / (self.side + GAP)) as usize).max(1);
        let rows = images.len().div_ceil(self.columns);
        let height = self.side + NAME_HEIGHT;
        let mut area = ScrollArea::vertical().auto_shrink(false);
        // The view height is known after the first frame.
        let scroll = self.view_height > 0.0 && std::mem::take(&mut self.scroll_to_cursor);
        if let (true, Some(cursor)) = (scroll, self.selection.cursor) {
            let top = (cursor / self.columns) as f32 * (height + GAP);
            let bottom = top + height - self.view_height;
            if top < self.scroll_offset || bottom > self.scroll_offset {
                area = area.vertical_scroll_offset(if top < self.scroll_offset {
                    top
                } else {
                    bottom
                });
            }
        }
        let mut missing = Vec::new();
        let shown = area.show_rows(ui, height, rows, |ui, visible| {
            for row in visible {
                let first = row * self.columns;
                ui.horizontal(|ui| {
                    for at in first..(first + self.columns).min(images.len()) {
                        let Some(image) = images.get(at) else { continue };
                        if !self.cell(ui, cx, at, image) {
                            missing.push(image.path.as_str());
                        }
                    }
                });
            }
        });
        (self.scroll_offset, self.view_height) =
            (shown.state.clamped_offset().y, shown.inner_rect.height());
        self.thumbnails.request(cx, missing.into_iter());
    }

    /// One image. Returns `false` where its thumbnail is missing.
    fn cell(
        &mut self,
        ui: &mut egui::Ui,
        cx: &TabContext<'_>,
        at: usize,
        image: &RegisteredImage,
    ) -> bool {
        let (rect, response) =
            ui.allocate_exact_size(vec2(self.side, self.side + NAME_HEIGHT), Sense::click());
        let own = image.path.rsplit('/').next().unwrap_or_default();
        let name = image.original_name.as_deref().unwrap_or(own);
        let selected = self.selection.contains(at);
        response.widget_info(|| {
            let region = image.region.map(|_| format!(", {}", cx.text("library-region")));
            let name = format!("{name}{}", region.unwrap_or_default());
            egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, selected, name)
        });
        if response.clicked() {
            self.selection.click(at, ui.input(|input| input.modifiers));
        }
        let visuals = ui.visuals().clone();
        let painter = ui.painter_at(rect);
        let frame = Rect::from_min_size(rect.min, Vec2::splat(self.side));
        let is_loaded = self.thumbnails.paint(ui, cx.localizer, &image.path, frame);
        if let (true, Some(region)) = (is_loaded, image.region) {
            let size = vec2(image.width_px as f32, image.height_px as f32);
            paint_outline(ui, frame, size, region.rect);
        }
        if selected {
            let edge = Stroke::new(3.0, visuals.selection.bg_fill);
            painter.rect_stroke(frame, 4.0, edge, egui::StrokeKind::Inside);
        }
        if self.selection.cursor == Some(at) {
            let edge = Stroke::new(1.0, visuals.text_color());
            painter.rect_stroke(frame, 4.0, edge, egui::StrokeKind::Inside);
        }
        let below = pos2(rect.left(), frame.bottom() + NAME_HEIGHT / 2.0);
        let font = FontId::proportional(12.0);
        painter.text(below, Align2::LEFT_CENTER, name, font, visuals.text_color());
        response.on_hover_ui(|ui| {
            ui.label(&image.path);
            let values =
                [("width", Value::from(image.width_px)), ("height", image.height_px.into())];
            let size = cx.localizer.with("library-size", &values);
            match image.region {
                Some(_) => ui.weak(format!("{size} · {}", cx.text("library-region"))),
                None => ui.weak(size),
            };
        });
        is_loaded
    }
}
