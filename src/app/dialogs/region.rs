//! The part of a picture that shows the defect: drawn with the mouse, or taken from what the
//! inspection found.

use std::path::Path;

use egui::{Rect, Sense, Spinner, Ui, vec2};

use crate::desk::Desk;
use crate::widgets::file_picture::FilePicture;
use crate::widgets::image_view::rectangle::{DrawnRect, outline};
use crate::widgets::image_view::{self, Camera, Layer, Layers};
use fettle_domain::{RectPx, Region};

/// Height of the picture in points: a share of the window's, so that the buttons below it stay in
/// sight.
fn height(ui: &Ui) -> f32 {
    (ui.ctx().content_rect().height() * 0.29).clamp(120.0, 280.0)
}

/// A picture to draw on.
#[derive(Default)]
pub(super) struct RegionPicker {
    picture: FilePicture,
    camera: Camera,
    drawn: DrawnRect,
}

impl RegionPicker {
    /// Draws the picture of `path` and lets a person choose `region` of it, of those `found` or
    /// their own. The wheel looks closer.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk<'_>,
        path: &Path,
        found: &[Region],
        region: &mut Option<RectPx>,
    ) {
        if self.picture.want(desk, path) {
            (self.camera, self.drawn) = (Camera::default(), DrawnRect::default());
        }
        self.picture.poll(desk);
        ui.weak(desk.text("region-hint"));
        ui.horizontal_wrapped(|ui| {
            ui.selectable_value(region, None, desk.text("region-whole"));
            for (number, one) in (1_usize..).zip(found) {
                let place = desk.text(one.place.word());
                let values = [("number", number.into()), ("place", place.into())];
                let text = desk.words.with("region-found", &values);
                ui.selectable_value(region, Some(one.rect_in_image), text);
            }
            let own = region.filter(|own| found.iter().all(|one| one.rect_in_image != *own));
            if let Some(RectPx { width, height, .. }) = own {
                let values = [("width", width.into()), ("height", height.into())];
                let _chosen = ui.selectable_label(true, desk.words.with("region-drawn", &values));
            }
        });
        if let Some(error) = self.picture.error() {
            super::refusal(ui, error);
        }
        let room = vec2(ui.available_width(), height(ui));
        let is_awaited = self.picture.error().is_none();
        let Some(picture) = self.picture.picture() else {
            // The room is the picture's from the first, so that nothing moves when it comes.
            let (rect, _) = ui.allocate_exact_size(room, Sense::hover());
            if is_awaited {
                Spinner::new()
                    .paint_at(ui, Rect::from_center_size(rect.center(), vec2(40.0, 40.0)));
            }
            return;
        };
        let size = picture.size();
        let label = desk.text("history-picture");
        let layers = Layers { size, layers: vec![Layer::plain(picture)], regions: &[], label };
        let view = image_view::show(ui, desk.words, room, layers, &mut self.camera);
        if let Some(region) = *region {
            outline(ui, &view, &self.camera, region);
        }
        let hint = desk.text("region-hint");
        if let Some(drawn) = self.drawn.show(ui, &hint, &view, &self.camera) {
            *region = Some(drawn);
        }
    }
}
