//! The part in the middle: alone, with its heatmap, beside its nearest normal part.

use egui::{ColorImage, Sense, TextureHandle, TextureOptions, Vec2};

use crate::app::desk::Desk;
use crate::engine::Inspected;

/// An inspection and its pictures as textures, made when they are first drawn.
pub(super) struct Shown {
    pub(super) inspected: Inspected,
    textures: Vec<(Picture, TextureHandle)>,
}

impl Shown {
    pub(super) fn new(inspected: Inspected) -> Self {
        Self { inspected, textures: Vec::new() }
    }

    fn texture(&mut self, ctx: &egui::Context, picture: Picture) -> Option<TextureHandle> {
        if let Some((_, texture)) = self.textures.iter().find(|(of, _)| *of == picture) {
            return Some(texture.clone());
        }
        let image = picture.image(&self.inspected)?;
        let size = [image.width() as usize, image.height() as usize];
        let image = ColorImage::from_rgb(size, image.as_raw());
        let texture = ctx.load_texture(picture.label(), image, TextureOptions::LINEAR);
        self.textures.push((picture, texture.clone()));
        Some(texture)
    }
}

/// A picture of an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Picture {
    Part,
    #[default]
    Overlay,
    Normal,
}

impl Picture {
    const ALL: [Self; 3] = [Self::Part, Self::Overlay, Self::Normal];

    /// The id of its message.
    fn label(self) -> &'static str {
        match self {
            Self::Part => "picture-part",
            Self::Overlay => "picture-overlay",
            Self::Normal => "picture-normal",
        }
    }

    fn image(self, inspected: &Inspected) -> Option<&image::RgbImage> {
        let pictures = inspected.pictures.as_ref();
        match self {
            Self::Part => Some(&inspected.picture),
            Self::Overlay => pictures.map(|pictures| &pictures.overlay),
            Self::Normal => pictures.and_then(|pictures| pictures.reference.as_ref()),
        }
    }
}

/// Which pictures are shown.
#[derive(Default)]
pub(super) struct View {
    left: Picture,
    beside_normal: bool,
}

impl View {
    pub(super) fn show(&mut self, ui: &mut egui::Ui, desk: &Desk<'_>, shown: &mut Shown) {
        ui.horizontal(|ui| {
            for picture in Picture::ALL {
                let there = picture.image(&shown.inspected).is_some();
                let label =
                    egui::Button::selectable(self.left == picture, desk.text(picture.label()));
                if ui.add_enabled(there, label).clicked() {
                    self.left = picture;
                }
            }
            ui.checkbox(&mut self.beside_normal, desk.text("picture-beside"));
        });
        let normal = self.beside_normal.then_some(Picture::Normal);
        let wanted = [Some(self.left), normal.filter(|normal| *normal != self.left)];
        let wanted = wanted.into_iter().flatten();
        let pictures: Vec<_> = wanted
            .filter_map(|picture| Some((picture, shown.texture(ui.ctx(), picture)?)))
            .collect();
        let room = ui.available_size();
        let each = Vec2::new(room.x / pictures.len().max(1) as f32 - 4.0, room.y);
        ui.horizontal(|ui| {
            for (picture, texture) in &pictures {
                let size = texture.size_vec2();
                let scale = (each.x / size.x).min(each.y / size.y);
                let image = egui::Image::new(texture).fit_to_exact_size(size * scale);
                ui.add(image.sense(Sense::hover()).alt_text(desk.text(picture.label())));
            }
        });
    }
}
