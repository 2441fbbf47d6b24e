//! Previews of the files to register.

use std::path::{Path, PathBuf};

use egui::{
    Context, Frame, Image, Label, RichText, Role, Sense, TextureHandle, Vec2, WidgetInfo, vec2,
};

use super::form::error_label;
use super::left_out::left_out;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::texture_cache::upload;
use crate::widgets::thumbnail_cache::ThumbnailTexture;
use fettle_engine::{ImagePreview, PreviewImages, PreviewManual};

/// Thumbnails shown at most.
const MAX_SHOWN: usize = 8;
/// Side of a thumbnail, in points.
const TILE_SIDE: f32 = 48.0;
/// Largest size of a manual's first page, in points.
const PAGE_SIZE: Vec2 = vec2(150.0, 190.0);
/// Lines shown of a manual without pages.
const MAX_LINES: usize = 8;

/// Thumbnails of the first images to register, and the number of all.
#[derive(Default)]
pub(super) struct ImagesPreview {
    preview: Loadable<ImagePreview>,
    /// Names and thumbnails.
    thumbnails: Vec<(String, ThumbnailTexture)>,
}

impl ImagesPreview {
    /// Loads the preview of `files`, which may be folders.
    pub(super) fn load(&mut self, cx: &mut TabContext<'_>, files: &[PathBuf], recursive: bool) {
        *self = Self::default();
        if !files.is_empty() {
            // Twice the size in points, for screens of high density.
            let side = TILE_SIDE as u32 * 2;
            let (paths, limit) = (files.to_vec(), MAX_SHOWN);
            self.preview.load(cx, PreviewImages { paths, recursive, limit, side });
        }
    }

    /// Takes the preview once it is loaded.
    pub(super) fn poll(&mut self, ctx: &Context, cx: &TabContext<'_>) {
        if self.preview.poll(cx)
            && let Some(preview) = self.preview.answer()
        {
            let thumbnail = |one: &fettle_engine::Thumbnail| {
                (one.path.clone(), ThumbnailTexture::new(ctx, one.picture.as_ref()))
            };
            self.thumbnails = preview.first.iter().map(thumbnail).collect();
        }
    }

    /// The image files, once they are known; those in archives are not among them.
    pub(super) fn files(&self) -> &[PathBuf] {
        self.preview.answer().map_or(&[], |preview| &preview.files)
    }

    /// The number of images, once it is known.
    pub(super) fn total(&self) -> Option<usize> {
        self.preview.answer().map(|preview| preview.total)
    }

    /// Shows the number of images, the first thumbnails and the files refused.
    pub(super) fn show(&self, ui: &mut egui::Ui, cx: &TabContext<'_>) {
        if self.preview.is_loading() {
            ui.spinner();
        }
        if let Some(error) = self.preview.error() {
            error_label(ui, error);
        }
        let Some(preview) = self.preview.answer() else { return };
        ui.strong(cx.localizer.with("dialog-chosen", &[("count", preview.total.into())]));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(6.0);
            for (name, thumbnail) in &self.thumbnails {
                let (frame, response) =
                    ui.allocate_exact_size(Vec2::splat(TILE_SIDE), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
                thumbnail.paint(ui, cx.localizer, frame);
                response.on_hover_text(name);
            }
            let more = preview.total.saturating_sub(self.thumbnails.len());
            if more > 0 {
                ui.weak(format!("+{more}"));
            }
        });
        for rejected in &preview.rejected {
            error_label(ui, &rejected.error.explain(cx.localizer.language));
        }
        for left_out in left_out(cx, &preview.passed_over, preview.unread) {
            ui.weak(left_out);
        }
    }
}

/// The first page or lines of a manual, and the number of its pages.
#[derive(Default)]
pub(super) struct ManualPreview {
    preview: Loadable<fettle_engine::ManualPreview>,
    page: Option<TextureHandle>,
}

impl ManualPreview {
    /// Loads the preview of `file`.
    pub(super) fn load(&mut self, cx: &mut TabContext<'_>, file: &Path) {
        *self = Self::default();
        let width_px = PAGE_SIZE.x as u32 * 2;
        self.preview
            .load(cx, PreviewManual { path: file.to_owned(), width_px, max_lines: MAX_LINES });
    }

    /// Takes the preview once it is loaded.
    pub(super) fn poll(&mut self, ctx: &Context, cx: &TabContext<'_>) {
        if self.preview.poll(cx) {
            let first = self.preview.answer().and_then(|preview| preview.first.as_ref());
            let page = first.map(|first| upload(ctx, "thumbnail", first));
            self.page = page;
        }
    }

    /// Shows the first page or lines, and the number of pages.
    pub(super) fn show(&self, ui: &mut egui::Ui, cx: &TabContext<'_>) {
        if self.preview.is_loading() {
            ui.spinner();
        }
        if let Some(error) = self.preview.error() {
            error_label(ui, error);
        }
        let Some(preview) = self.preview.answer() else { return };
        let extent = [("pages", preview.pages.into())];
        let extent = cx.localizer.with(preview.format.length_message_id(), &extent);
        if let Some(page) = &self.page {
            ui.add(Image::new(page).max_size(PAGE_SIZE).alt_text(&extent));
        }
        if !preview.lines.is_empty() {
            Frame::group(ui.style()).show(ui, |ui| {
                ui.set_max_width(2.0 * PAGE_SIZE.x);
                for line in &preview.lines {
                    ui.add(Label::new(RichText::new(line).small()).truncate());
                }
            });
        }
        ui.weak(extent);
    }
}
