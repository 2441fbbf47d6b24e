//! The region of a picture that shows the defect: drawn with the mouse, or one of the regions that
//! the inspection found.

use std::path::Path;

use egui::{Rect, Sense, Spinner, Ui, vec2};

use super::form::error_label;
use crate::tab_context::TabContext;
use crate::widgets::file_picture::FilePicture;
use crate::widgets::image_view::rectangle::{RectTool, paint_rect};
use crate::widgets::image_view::{self, Camera, Layer, Layers};
use fettle_domain::{RectPx, Region};
use fettle_engine::PictureFile;

/// Height of the picture, in points: a share of the window's, so that the buttons below stay in
/// view.
fn picture_height(ui: &Ui) -> f32 {
    (ui.ctx().content_rect().height() * 0.29).clamp(120.0, 280.0)
}

/// A picture with a rectangle tool.
#[derive(Default)]
pub(super) struct RegionPicker {
    picture: FilePicture,
    camera: Camera,
    tool: RectTool,
}

impl RegionPicker {
    /// Shows the picture at `path`. A person selects a `region` among those `found`, draws one, or
    /// selects none. The mouse wheel zooms.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        path: &Path,
        found: &[Region],
        region: &mut Option<RectPx>,
    ) {
        if self.picture.load(cx, &PictureFile::Given(path.to_owned())) {
            (self.camera, self.tool) = (Camera::default(), RectTool::default());
        }
        self.picture.poll(cx);
        ui.weak(cx.text("region-hint"));
        ui.horizontal_wrapped(|ui| {
            ui.selectable_value(region, None, cx.text("region-whole"));
            for (number, one) in (1_usize..).zip(found) {
                let place = cx.text(one.place.message_id());
                let values = [("number", number.into()), ("place", place.into())];
                let text = cx.localizer.with("region-found", &values);
                ui.selectable_value(region, Some(one.rect_in_image), text);
            }
            let own = region.filter(|own| found.iter().all(|one| one.rect_in_image != *own));
            if let Some(RectPx { width, height, .. }) = own {
                let values = [("width", width.into()), ("height", height.into())];
                let _chosen = ui.selectable_label(true, cx.localizer.with("region-drawn", &values));
            }
        });
        if let Some(error) = self.picture.error() {
            error_label(ui, error);
        }
        let room = vec2(ui.available_width(), picture_height(ui));
        let is_awaited = self.picture.error().is_none();
        let Some(picture) = self.picture.picture() else {
            // The space is allocated while the picture is read, so that nothing moves later.
            let (rect, _) = ui.allocate_exact_size(room, Sense::hover());
            if is_awaited {
                Spinner::new()
                    .paint_at(ui, Rect::from_center_size(rect.center(), vec2(40.0, 40.0)));
            }
            return;
        };
        let size = picture.size();
        let label = cx.text("history-picture");
        let layers = Layers { size, layers: vec![Layer::plain(picture)], regions: &[], label };
        let view = image_view::show(ui, cx.localizer, room, layers, &mut self.camera);
        if let Some(region) = *region {
            paint_rect(ui, &view, &self.camera, region);
        }
        let hint = cx.text("region-hint");
        if let Some(drawn) = self.tool.show(ui, &hint, &view, &self.camera) {
            *region = Some(drawn);
        }
    }
}
