//! Images as a grid of small pictures. Only the rows in sight are drawn.

use egui::{Align2, FontId, Key, Rect, ScrollArea, Sense, Stroke, Vec2, pos2, vec2};

use super::selection::Selection;
use crate::desk::Desk;
use crate::widgets::thumbnails::{Pictures, outline};
use fettle_domain::RegisteredImage;
use fettle_i18n::Value;

const PICTURE: f32 = 128.0;
const NAME: f32 = 20.0;
const GAP: f32 = 8.0;

/// The grid.
#[derive(Default)]
pub(super) struct Grid {
    selection: Selection,
    pictures: Pictures,
    columns: usize,
    /// Of the last frame: what is scrolled away above, and how much is in sight.
    above: f32,
    height: f32,
    /// The cursor moved: it shall be in sight.
    reveal: bool,
}

impl Grid {
    /// Nothing is chosen.
    pub(super) fn choose_none(&mut self) {
        self.selection.clear();
    }

    /// Only this one is chosen, and brought into sight.
    pub(super) fn choose(&mut self, at: usize) {
        self.selection.click(at, egui::Modifiers::NONE);
        self.reveal = true;
    }

    /// How many are chosen.
    pub(super) fn chosen_count(&self) -> usize {
        self.selection.len()
    }

    /// Those chosen.
    pub(super) fn chosen(&self, images: &[RegisteredImage]) -> Vec<RegisteredImage> {
        self.selection.iter().filter_map(|at| images.get(at).cloned()).collect()
    }

    /// The cursor goes `by` places on.
    pub(super) fn step(&mut self, by: isize, count: usize, shift: bool) {
        self.selection.step(by, count, shift);
        self.reveal = true;
    }

    /// Up, down and all by keyboard; whether the chosen ones shall be removed.
    pub(super) fn keys(&mut self, ui: &egui::Ui, count: usize) -> bool {
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

    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        images: &[RegisteredImage],
    ) {
        self.pictures.take(ui.ctx(), desk);
        ui.spacing_mut().item_spacing = Vec2::splat(GAP);
        let across = ui.available_width() - ui.spacing().scroll.allocated_width();
        self.columns = (((across + GAP) / (PICTURE + GAP)) as usize).max(1);
        let rows = images.len().div_ceil(self.columns);
        let height = PICTURE + NAME;
        let mut area = ScrollArea::vertical().auto_shrink(false);
        // How much is in sight is known once the grid was drawn.
        let reveal = self.height > 0.0 && std::mem::take(&mut self.reveal);
        if let (true, Some(cursor)) = (reveal, self.selection.cursor) {
            let top = (cursor / self.columns) as f32 * (height + GAP);
            let bottom = top + height - self.height;
            if top < self.above || bottom > self.above {
                area = area.vertical_scroll_offset(if top < self.above { top } else { bottom });
            }
        }
        let mut lacking = Vec::new();
        let shown = area.show_rows(ui, height, rows, |ui, in_sight| {
            for row in in_sight {
                let first = row * self.columns;
                ui.horizontal(|ui| {
                    for at in first..(first + self.columns).min(images.len()) {
                        let Some(image) = images.get(at) else { continue };
                        if !self.cell(ui, desk, at, image) {
                            lacking.push(image.path.as_str());
                        }
                    }
                });
            }
        });
        (self.above, self.height) = (shown.state.clamped_offset().y, shown.inner_rect.height());
        self.pictures.ask(desk, lacking.into_iter());
    }

    /// One image; `false` where its picture is still to be made.
    fn cell(
        &mut self,
        ui: &mut egui::Ui,
        desk: &Desk<'_>,
        at: usize,
        image: &RegisteredImage,
    ) -> bool {
        let (rect, response) =
            ui.allocate_exact_size(vec2(PICTURE, PICTURE + NAME), Sense::click());
        let name = image.path.rsplit('/').next().unwrap_or_default();
        let chosen = self.selection.contains(at);
        response.widget_info(|| {
            let marked = image.region.map(|_| format!(", {}", desk.text("library-region")));
            let name = format!("{name}{}", marked.unwrap_or_default());
            egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, chosen, name)
        });
        if response.clicked() {
            self.selection.click(at, ui.input(|input| input.modifiers));
        }
        let visuals = ui.visuals().clone();
        let painter = ui.painter_at(rect);
        let frame = Rect::from_min_size(rect.min, Vec2::splat(PICTURE));
        let there = self.pictures.paint(ui, desk.words, &image.path, frame);
        if let (true, Some(region)) = (there, image.region) {
            let size = vec2(image.width_px as f32, image.height_px as f32);
            outline(ui, frame, size, region.rect);
        }
        if chosen {
            let edge = Stroke::new(3.0, visuals.selection.bg_fill);
            painter.rect_stroke(frame, 4.0, edge, egui::StrokeKind::Inside);
        }
        if self.selection.cursor == Some(at) {
            let edge = Stroke::new(1.0, visuals.text_color());
            painter.rect_stroke(frame, 4.0, edge, egui::StrokeKind::Inside);
        }
        let below = pos2(rect.left(), frame.bottom() + NAME / 2.0);
        let font = FontId::proportional(12.0);
        painter.text(below, Align2::LEFT_CENTER, name, font, visuals.text_color());
        response.on_hover_ui(|ui| {
            ui.label(&image.path);
            let values =
                [("width", Value::from(image.width_px)), ("height", image.height_px.into())];
            let size = desk.words.with("library-size", &values);
            match image.region {
                Some(_) => ui.weak(format!("{size} · {}", desk.text("library-region"))),
                None => ui.weak(size),
            };
        });
        there
    }
}
