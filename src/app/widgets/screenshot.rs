//! Screenshots of a part of the window, for the clipboard or a PNG file.

use std::path::PathBuf;

use crossbeam_channel::{Receiver, bounded};
use egui::{ColorImage, Context, Rect};
use image::RgbaImage;

use crate::background_task::BackgroundTask;
use crate::dialogs::save_file::{PendingPath, save_as};
use crate::tab_context::TabContext;

/// Where a screenshot goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScreenshotTarget {
    Clipboard,
    /// A PNG file that a person chooses.
    File,
}

/// A screenshot being taken, then saved.
#[derive(Default)]
pub(crate) struct Screenshot {
    pending: Option<(ScreenshotTarget, Receiver<ColorImage>)>,
    saving: Option<(ColorImage, PendingPath)>,
    writing: Option<BackgroundTask<Option<Result<PathBuf, String>>>>,
}

impl Screenshot {
    /// Takes a screenshot of `rect` (in points) in the next frame.
    pub(crate) fn request(&mut self, ctx: &Context, target: ScreenshotTarget, rect: Rect) {
        let (sender, receiver) = bounded(1);
        let repaint = ctx.clone();
        let scale = ctx.pixels_per_point();
        ctx.request_screenshot(move |window| {
            let whole = egui::vec2(window.width() as f32, window.height() as f32) / scale;
            let visible = rect.intersect(Rect::from_min_size(egui::Pos2::ZERO, whole));
            if visible.is_positive() {
                // Fails where a later screenshot replaced this one.
                let _sent = sender.send(window.region(&visible, Some(scale)));
            }
            repaint.request_repaint();
        });
        self.pending = Some((target, receiver));
    }

    /// Takes the picture once it is captured, asks for a file if needed, and reports the outcome in
    /// a toast.
    pub(crate) fn poll(&mut self, ctx: &Context, cx: &mut TabContext<'_>) {
        if let Some((target, picture)) = self
            .pending
            .as_ref()
            .and_then(|(target, picture)| Some((*target, picture.try_recv().ok()?)))
        {
            self.pending = None;
            match target {
                ScreenshotTarget::Clipboard => {
                    ctx.copy_image(picture);
                    cx.toasts.done(cx.text("view-copied"));
                }
                ScreenshotTarget::File => {
                    let saving = save_as(ctx, cx.text("command-save-view"), "fettle.png");
                    self.saving = saving.map(|saving| (picture, saving));
                }
            }
        }
        if let Some(chosen) = self.saving.as_ref().and_then(|(_, saving)| saving.poll())
            && let Some((picture, _)) = self.saving.take()
            && let Some(path) = chosen
        {
            self.writing = BackgroundTask::start(ctx, move || Some(write(&picture, path)));
        }
        if let Some(written) = self.writing.as_ref().and_then(BackgroundTask::poll) {
            self.writing = None;
            match written {
                Some(Ok(path)) => {
                    let values = [("path", path.display().to_string().into())];
                    cx.toasts.done(cx.localizer.with("view-saved", &values));
                }
                Some(Err(reason)) => {
                    let values = [("reason", reason.into())];
                    cx.toasts.error(cx.localizer.with("view-not-saved", &values));
                }
                None => {}
            }
        }
    }
}

/// Writes `picture` as an image file; an error names the file.
fn write(picture: &ColorImage, path: PathBuf) -> Result<PathBuf, String> {
    let bytes = picture.pixels.iter().flat_map(|pixel| pixel.to_array()).collect();
    let pixels = RgbaImage::from_raw(picture.width() as u32, picture.height() as u32, bytes);
    let saved = pixels.unwrap_or_default().save(&path);
    saved.map(|()| path.clone()).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_written_pixel_for_pixel_or_its_error_named() {
        let folder = tempfile::tempdir().unwrap();
        let colours = [egui::Color32::from_rgb(1, 2, 3), egui::Color32::WHITE];
        let picture = ColorImage::new([2, 1], colours.to_vec());
        let path = write(&picture, folder.path().join("view.png")).unwrap();
        let read = image::open(path).unwrap().into_rgba8();
        assert_eq!(read.into_raw(), [1, 2, 3, 255, 255, 255, 255, 255]);
        let absent = folder.path().join("absent/view.png");
        assert!(write(&picture, absent).unwrap_err().contains("view.png"));
    }
}
