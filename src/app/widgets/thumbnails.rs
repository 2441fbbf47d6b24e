//! Small pictures of the workspace's images as textures: made by the engine, batch by batch, the
//! latest kept.

use std::collections::HashMap;

use egui::{
    Align2, Color32, ColorImage, Context, FontId, Rect, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Vec2, pos2, vec2,
};
use image::RgbImage;

use crate::desk::Desk;
use crate::tasks::Task;
use crate::words::Words;
use fettle_domain::RectPx;
use fettle_engine::{Thumbnail, Thumbnails};

/// The longer side in pixels.
const SIDE: u32 = 192;
/// Pictures asked for at once: few, so that what was scrolled away does not hold up the rest.
const BATCH: usize = 16;
/// Textures kept, 100 MB at most.
const KEPT: usize = 600;

/// A frame narrower than this, in points, has no room for words.
const NARROW: f32 = 100.0;

/// What there is of an image: its texture; `None` where its file is gone or damaged.
pub(crate) struct Small(Option<TextureHandle>);

impl Small {
    /// Of the picture that was made of it.
    pub(crate) fn new(ctx: &Context, picture: Option<&RgbImage>) -> Self {
        Self(picture.map(|picture| texture(ctx, picture)))
    }

    /// Draws it into `frame`.
    pub(crate) fn paint(&self, ui: &egui::Ui, words: Words, frame: Rect) {
        let visuals = ui.visuals();
        let painter = ui.painter_at(frame);
        painter.rect_filled(frame, 4.0, visuals.extreme_bg_color);
        let Some(texture) = &self.0 else {
            let text = match frame.width() < NARROW {
                true => "⚠".to_owned(),
                false => words.text("library-unreadable"),
            };
            let font = FontId::proportional(13.0);
            let colour = visuals.error_fg_color;
            painter.text(frame.center(), Align2::CENTER_CENTER, text, font, colour);
            return;
        };
        let place = placed(frame, texture.size_vec2());
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(texture.id(), place, whole, Color32::WHITE);
    }
}

/// Where in `frame` a picture of this size is drawn.
fn placed(frame: Rect, size: Vec2) -> Rect {
    let scale = ((frame.size() - Vec2::splat(4.0)) / size).min_elem();
    Rect::from_center_size(frame.center(), size * scale)
}

/// Outlines a part, in its pixels, of the picture of this size that is drawn in `frame`.
pub(crate) fn outline(ui: &egui::Ui, frame: Rect, size: Vec2, region: RectPx) {
    let place = placed(frame, size);
    let scale = place.size() / size;
    let corner = vec2(region.x as f32, region.y as f32) * scale;
    let sides = vec2(region.width as f32, region.height as f32) * scale;
    let part = Rect::from_min_size(place.min + corner, sides);
    let painter = ui.painter_at(frame);
    painter.rect_stroke(part, 0.0, Stroke::new(3.0, Color32::BLACK), StrokeKind::Outside);
    painter.rect_stroke(part, 0.0, Stroke::new(1.5, Color32::WHITE), StrokeKind::Outside);
}

/// A small picture on the graphics card.
pub(crate) fn texture(ctx: &Context, picture: &RgbImage) -> TextureHandle {
    let size = [picture.width() as usize, picture.height() as usize];
    let picture = ColorImage::from_rgb(size, picture.as_raw());
    ctx.load_texture("thumbnail", picture, TextureOptions::LINEAR)
}

/// Small pictures by the path of their image.
#[derive(Default)]
pub(crate) struct Pictures {
    made: HashMap<String, (Small, u64)>,
    task: Option<Task<Vec<Thumbnail>>>,
    /// Counts frames: what was drawn longest ago goes first.
    now: u64,
}

impl Pictures {
    /// Begins a frame: takes what the engine made.
    pub(crate) fn take(&mut self, ctx: &Context, desk: &mut Desk<'_>) {
        self.now += 1;
        let Some(answer) = self.task.as_ref().and_then(Task::poll) else { return };
        self.task = None;
        match answer {
            Ok(thumbnails) => {
                for thumbnail in thumbnails {
                    let small = Small::new(ctx, thumbnail.picture.as_ref());
                    self.made.insert(thumbnail.path, (small, self.now));
                }
                self.forget();
            }
            Err(error) => desk.toasts.error(error.explain(desk.words.0)),
        }
    }

    fn forget(&mut self) {
        let over = self.made.len().saturating_sub(KEPT);
        if over == 0 {
            return;
        }
        let mut drawn: Vec<(u64, String)> =
            self.made.iter().map(|(path, (_, drawn))| (*drawn, path.clone())).collect();
        drawn.sort_unstable();
        for (_, path) in drawn.iter().take(over) {
            self.made.remove(path);
        }
    }

    /// Draws the picture of an image into `frame`; `false` where it is still to be made.
    pub(crate) fn paint(&mut self, ui: &egui::Ui, words: Words, path: &str, frame: Rect) -> bool {
        let Some((small, drawn)) = self.made.get_mut(path) else {
            ui.painter().rect_filled(frame, 4.0, ui.visuals().extreme_bg_color);
            return false;
        };
        *drawn = self.now;
        small.paint(ui, words, frame);
        true
    }

    /// Ends a frame: asks for the first of `lacking`, one batch at a time.
    pub(crate) fn ask<'a>(&mut self, desk: &mut Desk<'_>, lacking: impl Iterator<Item = &'a str>) {
        if self.task.is_some() {
            return;
        }
        let paths: Vec<String> = lacking.take(BATCH).map(str::to_owned).collect();
        if !paths.is_empty() {
            self.task = desk.start(Thumbnails { paths, side: SIDE });
        }
    }
}
