//! A modal that shows pictures enlarged, each with one patch outlined: a patch of the part beside
//! the normal patch nearest to it.

use egui::{Id, Modal, vec2};

use super::file_picture::FilePicture;
use super::image_view::rectangle::paint_rect;
use super::image_view::{self, Camera, Layer, Layers};
use crate::tab_context::TabContext;
use fettle_domain::RectPx;
use fettle_engine::PictureFile;

/// One picture of the viewer and its outlined patch.
pub(crate) struct PatchPanel {
    title: String,
    path: String,
    patch: Option<RectPx>,
    picture: FilePicture,
    camera: Camera,
}

impl PatchPanel {
    /// The picture file at `path`, as the database names it.
    pub(crate) fn new(title: String, path: String, patch: Option<RectPx>) -> Self {
        let mut camera = Camera::default();
        if let Some(patch) = patch {
            camera.zoom_to(with_surroundings(patch));
        }
        Self { title, path, patch, picture: FilePicture::default(), camera }
    }

    fn show(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>, whole: bool) {
        ui.strong(&self.title);
        let name = self.path.rsplit('/').next().unwrap_or_default();
        ui.add(egui::Label::new(name).truncate()).on_hover_text(&self.path);
        self.picture.load(cx, &PictureFile::Stored(self.path.clone()));
        if let Some(error) = self.picture.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
            return;
        }
        let Some(picture) = self.picture.picture() else {
            ui.spinner();
            return;
        };
        if whole {
            self.camera.fit();
        }
        let (size, label) = (picture.size(), self.title.clone());
        let layers = Layers { size, layers: vec![Layer::plain(picture)], regions: &[], label };
        let room = ui.available_size().max(vec2(1.0, 1.0));
        let view = image_view::show(ui, cx.localizer, room, layers, &mut self.camera);
        if let Some(patch) = self.patch {
            paint_rect(ui, &view, &self.camera, patch);
        }
    }
}

/// A modal of one or two [`PatchPanel`]s.
pub(crate) struct PatchViewer {
    panels: Vec<PatchPanel>,
    /// Text above the panels.
    caption: String,
}

impl PatchViewer {
    pub(crate) fn new(panels: Vec<PatchPanel>, caption: String) -> Self {
        Self { panels, caption }
    }

    /// Takes the pictures once they are read.
    pub(crate) fn poll(&mut self, cx: &TabContext<'_>) {
        self.panels.iter_mut().for_each(|panel| panel.picture.poll(cx));
    }

    /// Shows the modal. Returns `false` once it is to be closed.
    pub(crate) fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        let screen = ctx.content_rect().size();
        let mut close = false;
        let modal = Modal::new(Id::unique("patches")).show(ctx, |ui| {
            let size = (screen * 0.8).min(vec2(420.0 * self.panels.len() as f32 + 120.0, 640.0));
            ui.set_width(size.x);
            let mut whole = false;
            ui.horizontal(|ui| {
                ui.label(&self.caption);
                whole = ui.button(cx.text("picture-fit")).clicked();
                if self.panels.iter().any(|panel| panel.patch.is_some())
                    && ui.button(cx.text("patches-close-up")).clicked()
                {
                    for panel in &mut self.panels {
                        if let Some(patch) = panel.patch {
                            panel.camera.zoom_to(with_surroundings(patch));
                        }
                    }
                }
                close = ui.button(cx.text("button-close")).clicked();
            });
            let each = vec2(size.x, size.y - 60.0);
            ui.allocate_ui(each, |ui| {
                ui.set_min_size(each);
                let count = self.panels.len().max(1);
                ui.columns(count, |columns| {
                    for (ui, panel) in columns.iter_mut().zip(&mut self.panels) {
                        ui.set_min_height(each.y);
                        panel.show(ui, cx, whole);
                    }
                });
            });
        });
        !close && !modal.should_close()
    }
}

/// The patch with 1.5 times its size of the picture around it on each side.
fn with_surroundings(RectPx { x, y, width, height }: RectPx) -> RectPx {
    RectPx {
        x: x.saturating_sub(width * 3 / 2),
        y: y.saturating_sub(height * 3 / 2),
        width: width.saturating_mul(4),
        height: height.saturating_mul(4),
    }
}
