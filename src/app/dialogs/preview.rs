//! What was chosen, seen before it is registered.

use std::path::{Path, PathBuf};

use egui::{
    Context, Frame, Image, Label, RichText, Role, Sense, TextureHandle, Vec2, WidgetInfo, vec2,
};

use super::refusal;
use crate::asked::Asked;
use crate::desk::Desk;
use crate::widgets::thumbnails::{Small, texture};
use fettle_engine::{ImagePreview, ManualPreview, PreviewImages, PreviewManual};

/// So many images are shown.
const SHOWN: usize = 8;
/// Their size in points.
const TILE: f32 = 48.0;
/// A manual's first page fits into this, in points.
const PAGE: Vec2 = vec2(150.0, 190.0);
/// Of a manual without pages so many lines are shown.
const LINES: usize = 8;

/// The first of the images chosen, and how many there are.
#[derive(Default)]
pub(super) struct Images {
    asked: Asked<ImagePreview>,
    /// With their names.
    pictures: Vec<(String, Small)>,
}

impl Images {
    /// Looks at `files`, which were chosen anew.
    pub(super) fn look_at(&mut self, desk: &mut Desk<'_>, files: &[PathBuf]) {
        *self = Self::default();
        if !files.is_empty() {
            // Twice as sharp as the tile, for screens that are.
            let side = TILE as u32 * 2;
            self.asked.ask(desk, PreviewImages { paths: files.to_vec(), most: SHOWN, side });
        }
    }

    /// Takes what was seen.
    pub(super) fn poll(&mut self, ctx: &Context, desk: &Desk<'_>) {
        if self.asked.poll(desk)
            && let Some(preview) = self.asked.answer()
        {
            let small = |one: &fettle_engine::Thumbnail| {
                (one.path.clone(), Small::new(ctx, one.picture.as_ref()))
            };
            self.pictures = preview.first.iter().map(small).collect();
        }
    }

    /// How many images there are, once that is known.
    pub(super) fn total(&self) -> Option<usize> {
        self.asked.answer().map(|preview| preview.total)
    }

    /// Draws how many they are and the first of them.
    pub(super) fn show(&self, ui: &mut egui::Ui, desk: &Desk<'_>) {
        if self.asked.is_awaited() {
            ui.spinner();
        }
        if let Some(error) = self.asked.error() {
            refusal(ui, error);
        }
        let Some(preview) = self.asked.answer() else { return };
        ui.strong(desk.words.with("dialog-chosen", &[("count", preview.total.into())]));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(6.0);
            for (name, small) in &self.pictures {
                let (frame, response) = ui.allocate_exact_size(Vec2::splat(TILE), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
                small.paint(ui, desk.words, frame);
                response.on_hover_text(name);
            }
            let more = preview.total.saturating_sub(self.pictures.len());
            if more > 0 {
                ui.weak(format!("+{more}"));
            }
        });
        for refused in &preview.refused {
            refusal(ui, &refused.error.explain(desk.words.0));
        }
    }
}

/// The first page of a manual, and how many it has.
#[derive(Default)]
pub(super) struct Manual {
    asked: Asked<ManualPreview>,
    page: Option<TextureHandle>,
}

impl Manual {
    /// Looks at `file`, which was chosen anew.
    pub(super) fn look_at(&mut self, desk: &mut Desk<'_>, file: &Path) {
        *self = Self::default();
        let width_px = PAGE.x as u32 * 2;
        self.asked.ask(desk, PreviewManual { path: file.to_owned(), width_px, most: LINES });
    }

    /// Takes what was seen.
    pub(super) fn poll(&mut self, ctx: &Context, desk: &Desk<'_>) {
        if self.asked.poll(desk) {
            let first = self.asked.answer().and_then(|preview| preview.first.as_ref());
            let page = first.map(|first| texture(ctx, first));
            self.page = page;
        }
    }

    /// Draws it.
    pub(super) fn show(&self, ui: &mut egui::Ui, desk: &Desk<'_>) {
        if self.asked.is_awaited() {
            ui.spinner();
        }
        if let Some(error) = self.asked.error() {
            refusal(ui, error);
        }
        let Some(preview) = self.asked.answer() else { return };
        let extent = [("pages", preview.pages.into())];
        let extent = desk.words.with(preview.format.extent(), &extent);
        if let Some(page) = &self.page {
            ui.add(Image::new(page).max_size(PAGE).alt_text(&extent));
        }
        if !preview.lines.is_empty() {
            Frame::group(ui.style()).show(ui, |ui| {
                ui.set_max_width(2.0 * PAGE.x);
                for line in &preview.lines {
                    ui.add(Label::new(RichText::new(line).small()).truncate());
                }
            });
        }
        ui.weak(extent);
    }
}
