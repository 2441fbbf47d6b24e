//! A view as it is seen, for the clipboard or a file.

use std::path::PathBuf;

use crossbeam_channel::{Receiver, bounded};
use egui::{ColorImage, Context, Rect};
use image::RgbaImage;

use crate::aside::Aside;
use crate::desk::Desk;
use crate::dialogs::save::{Saving, save_as};

/// Where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// To be pasted elsewhere.
    Clipboard,
    /// Into a PNG file, which is asked for.
    File,
}

/// A copy on its way.
#[derive(Default)]
pub(crate) struct ViewCopy {
    taking: Option<(Keep, Receiver<ColorImage>)>,
    saving: Option<(ColorImage, Saving)>,
    writing: Option<Aside<Option<Result<PathBuf, String>>>>,
}

impl ViewCopy {
    /// Has what the next frame shows in `rect` (in points) kept.
    pub(crate) fn take(&mut self, ctx: &Context, keep: Keep, rect: Rect) {
        let (taken, taking) = bounded(1);
        let again = ctx.clone();
        let scale = ctx.pixels_per_point();
        ctx.request_screenshot(move |window| {
            let whole = egui::vec2(window.width() as f32, window.height() as f32) / scale;
            let seen = rect.intersect(Rect::from_min_size(egui::Pos2::ZERO, whole));
            if seen.is_positive() {
                let _nobody_waits = taken.send(window.region(&seen, Some(scale)));
            }
            again.request_repaint();
        });
        self.taking = Some((keep, taking));
    }

    /// Takes the picture, the file that was chosen, and what became of it.
    pub(crate) fn poll(&mut self, ctx: &Context, desk: &mut Desk<'_>) {
        if let Some((keep, picture)) =
            self.taking.as_ref().and_then(|(keep, taking)| Some((*keep, taking.try_recv().ok()?)))
        {
            self.taking = None;
            match keep {
                Keep::Clipboard => {
                    ctx.copy_image(picture);
                    desk.toasts.done(desk.text("view-copied"));
                }
                Keep::File => {
                    let saving = save_as(ctx, desk.text("command-save-view"), "fettle.png");
                    self.saving = saving.map(|saving| (picture, saving));
                }
            }
        }
        if let Some(chosen) = self.saving.as_ref().and_then(|(_, saving)| saving.poll())
            && let Some((picture, _)) = self.saving.take()
            && let Some(path) = chosen
        {
            self.writing = Aside::start(ctx, move || Some(write(&picture, path)));
        }
        if let Some(written) = self.writing.as_ref().and_then(Aside::poll) {
            self.writing = None;
            match written {
                Some(Ok(path)) => {
                    let values = [("path", path.display().to_string().into())];
                    desk.toasts.done(desk.words.with("view-saved", &values));
                }
                Some(Err(reason)) => {
                    let values = [("reason", reason.into())];
                    desk.toasts.error(desk.words.with("view-not-saved", &values));
                }
                None => {}
            }
        }
    }
}

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
