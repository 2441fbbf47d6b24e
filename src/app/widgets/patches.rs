//! Pictures looked at closely, each with a patch outlined: a part's, and the normal one that is
//! nearest to it.

use std::path::PathBuf;

use egui::{Id, Modal, vec2};

use super::file_picture::FilePicture;
use super::image_view::rectangle::outline;
use super::image_view::{self, Camera, Layer, Layers};
use crate::desk::Desk;
use fettle_domain::RectPx;

/// A picture, and what of it is meant.
pub(crate) struct Side {
    title: String,
    path: PathBuf,
    patch: Option<RectPx>,
    picture: FilePicture,
    camera: Camera,
}

impl Side {
    /// Of the file at `path`; a relative one is of the workspace.
    pub(crate) fn new(title: String, path: PathBuf, patch: Option<RectPx>) -> Self {
        let mut camera = Camera::default();
        if let Some(patch) = patch {
            camera.look_at(around(patch));
        }
        Self { title, path, patch, picture: FilePicture::default(), camera }
    }

    fn show(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>, whole: bool) {
        ui.strong(&self.title);
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned());
        let path = self.path.display().to_string();
        ui.add(egui::Label::new(name.unwrap_or_default()).truncate()).on_hover_text(path);
        self.picture.want(desk, &self.path);
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
        let view = image_view::show(ui, desk.words, room, layers, &mut self.camera);
        if let Some(patch) = self.patch {
            outline(ui, &view, &self.camera, patch);
        }
    }
}

/// The box in front of everything else that shows them.
pub(crate) struct Patches {
    sides: Vec<Side>,
    /// What is to be said of them.
    words: String,
}

impl Patches {
    pub(crate) fn new(sides: Vec<Side>, words: String) -> Self {
        Self { sides, words }
    }

    /// Takes pictures that were read.
    pub(crate) fn poll(&mut self, desk: &Desk<'_>) {
        self.sides.iter_mut().for_each(|side| side.picture.poll(desk));
    }

    /// Draws it; `false` once it is to be closed.
    pub(crate) fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
        let screen = ctx.content_rect().size();
        let mut close = false;
        let modal = Modal::new(Id::unique("patches")).show(ctx, |ui| {
            let size = (screen * 0.8).min(vec2(420.0 * self.sides.len() as f32 + 120.0, 640.0));
            ui.set_width(size.x);
            let mut whole = false;
            ui.horizontal(|ui| {
                ui.label(&self.words);
                whole = ui.button(desk.text("picture-fit")).clicked();
                if self.sides.iter().any(|side| side.patch.is_some())
                    && ui.button(desk.text("patches-close-up")).clicked()
                {
                    for side in &mut self.sides {
                        if let Some(patch) = side.patch {
                            side.camera.look_at(around(patch));
                        }
                    }
                }
                close = ui.button(desk.text("button-close")).clicked();
            });
            let each = vec2(size.x, size.y - 60.0);
            ui.allocate_ui(each, |ui| {
                ui.set_min_size(each);
                let count = self.sides.len().max(1);
                ui.columns(count, |columns| {
                    for (ui, side) in columns.iter_mut().zip(&mut self.sides) {
                        ui.set_min_height(each.y);
                        side.show(ui, desk, whole);
                    }
                });
            });
        });
        !close && !modal.should_close()
    }
}

/// A patch and as much of the picture around it as tells where it is.
fn around(RectPx { x, y, width, height }: RectPx) -> RectPx {
    RectPx {
        x: x.saturating_sub(width * 3 / 2),
        y: y.saturating_sub(height * 3 / 2),
        width: width.saturating_mul(4),
        height: height.saturating_mul(4),
    }
}
