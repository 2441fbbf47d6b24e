//! Thumbnails of the images in the workspace, as textures.
//!
//! The engine makes them in batches; the cache keeps the most recently drawn.

use egui::{
    Align2, Color32, Context, FontId, Rect, Stroke, StrokeKind, TextureHandle, Vec2, pos2, vec2,
};
use image::RgbImage;

use crate::localizer::Localizer;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::texture_cache::{TextureCache, upload};
use fettle_domain::RectPx;
use fettle_engine::{PictureFile, Thumbnail, Thumbnails};

/// Longer side of a thumbnail, in pixels.
const SIDE: u32 = 192;
/// Thumbnails of one request: few, so that images scrolled out of view do not delay those in view.
const BATCH: usize = 16;
/// Textures in the cache, 100 MB at most.
const CAPACITY: usize = 600;
/// A frame narrower than this, in points, has no room for text.
const MIN_TEXT_WIDTH: f32 = 100.0;

/// The thumbnail of one image.
pub(crate) struct ThumbnailTexture {
    /// `None` where the image file is missing or damaged.
    texture: Option<TextureHandle>,
    /// Width and height of the image itself, where they are known.
    full: Option<Vec2>,
}

impl ThumbnailTexture {
    /// Uploads `picture`, the thumbnail that the engine made.
    pub(crate) fn new(ctx: &Context, picture: Option<&RgbImage>) -> Self {
        Self { texture: picture.map(|picture| upload(ctx, "thumbnail", picture)), full: None }
    }

    /// Draws the thumbnail into `frame`, or says that the image is unreadable.
    pub(crate) fn paint(&self, ui: &egui::Ui, localizer: Localizer, frame: Rect) {
        let visuals = ui.visuals();
        let painter = ui.painter_at(frame);
        painter.rect_filled(frame, 4.0, visuals.extreme_bg_color);
        let Some(texture) = &self.texture else {
            let text = match frame.width() < MIN_TEXT_WIDTH {
                true => "⚠".to_owned(),
                false => localizer.text("library-unreadable"),
            };
            let font = FontId::proportional(13.0);
            let colour = visuals.error_fg_color;
            painter.text(frame.center(), Align2::CENTER_CENTER, text, font, colour);
            return;
        };
        let rect = fit_into(frame, texture.size_vec2());
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(texture.id(), rect, whole, Color32::WHITE);
    }
}

/// The rectangle of a picture of `size` scaled to fit into `frame`, centred.
fn fit_into(frame: Rect, size: Vec2) -> Rect {
    let scale = ((frame.size() - Vec2::splat(4.0)) / size).min_elem();
    Rect::from_center_size(frame.center(), size * scale)
}

/// Outlines `region`, in pixels of the full image of `size`, on the thumbnail drawn in `frame`.
pub(crate) fn paint_outline(ui: &egui::Ui, frame: Rect, size: Vec2, region: RectPx) {
    let rect = fit_into(frame, size);
    let scale = rect.size() / size;
    let corner = vec2(region.x as f32, region.y as f32) * scale;
    let sides = vec2(region.width as f32, region.height as f32) * scale;
    let part = Rect::from_min_size(rect.min + corner, sides);
    let painter = ui.painter_at(frame);
    painter.rect_stroke(part, 0.0, Stroke::new(3.0, Color32::BLACK), StrokeKind::Outside);
    painter.rect_stroke(part, 0.0, Stroke::new(1.5, Color32::WHITE), StrokeKind::Outside);
}

/// A cache of thumbnails by the path of their image.
#[derive(Default)]
pub(crate) struct ThumbnailCache {
    textures: TextureCache<ThumbnailTexture, CAPACITY>,
    task: Option<Task<Vec<Thumbnail>>>,
}

impl ThumbnailCache {
    /// Begins a frame: takes the thumbnails that the engine has made.
    pub(crate) fn begin_frame(&mut self, ctx: &Context, cx: &mut TabContext<'_>) {
        self.textures.begin_frame();
        let Some(answer) = self.task.as_ref().and_then(Task::poll) else { return };
        self.task = None;
        match answer {
            Ok(thumbnails) => {
                self.textures.insert(thumbnails.into_iter().map(|thumbnail| {
                    let Thumbnail { path, picture, full_size } = thumbnail;
                    let full = full_size.map(|(width, height)| vec2(width as f32, height as f32));
                    let made = ThumbnailTexture::new(ctx, picture.as_ref());
                    (path, ThumbnailTexture { full, ..made })
                }));
            }
            Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
        }
    }

    /// Draws the thumbnail of the image at `path` into `frame`. Returns `false` where the cache
    /// does not have it.
    pub(crate) fn paint(
        &mut self,
        ui: &egui::Ui,
        localizer: Localizer,
        path: &str,
        frame: Rect,
    ) -> bool {
        let Some(texture) = self.textures.draw(path) else {
            ui.painter().rect_filled(frame, 4.0, ui.visuals().extreme_bg_color);
            return false;
        };
        texture.paint(ui, localizer, frame);
        true
    }

    /// Outlines `region`, in pixels of the image at `path`, on the thumbnail drawn in `frame`.
    pub(crate) fn paint_mark(&self, ui: &egui::Ui, path: &str, frame: Rect, region: RectPx) {
        if let Some(ThumbnailTexture { full: Some(size), .. }) = self.textures.get(path) {
            paint_outline(ui, frame, *size, region);
        }
    }

    /// Ends a frame: requests the first of the `missing` paths of the database, one batch at a time.
    pub(crate) fn request<'a>(
        &mut self,
        cx: &mut TabContext<'_>,
        missing: impl Iterator<Item = &'a str>,
    ) {
        self.request_of(cx, missing, PictureFile::Stored);
    }

    /// The same of paths that a person named.
    pub(crate) fn request_given<'a>(
        &mut self,
        cx: &mut TabContext<'_>,
        missing: impl Iterator<Item = &'a str>,
    ) {
        self.request_of(cx, missing, |path| PictureFile::Given(path.into()));
    }

    fn request_of<'a>(
        &mut self,
        cx: &mut TabContext<'_>,
        missing: impl Iterator<Item = &'a str>,
        of: fn(String) -> PictureFile,
    ) {
        if self.task.is_some() {
            return;
        }
        let paths: Vec<String> = missing.take(BATCH).map(str::to_owned).collect();
        if !paths.is_empty() {
            self.task = cx.start(Thumbnails { paths, of, side: SIDE });
        }
    }
}
