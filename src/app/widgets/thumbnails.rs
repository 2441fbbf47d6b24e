//! Small pictures of the workspace's images as textures: made by the engine, batch by batch, the
//! latest kept.

use std::collections::HashMap;

use egui::{Align2, Color32, ColorImage, FontId, Rect, TextureHandle, TextureOptions, pos2};

use crate::app::desk::Desk;
use crate::app::tasks::Task;
use crate::app::words::Words;
use crate::engine::{Thumbnail, Thumbnails};

/// The longer side in pixels.
const SIDE: u32 = 192;
/// Pictures asked for at once: few, so that what was scrolled away does not hold up the rest.
const BATCH: usize = 16;
/// Textures kept, 100 MB at most.
const KEPT: usize = 600;

/// What there is of an image.
enum Picture {
    /// Its texture.
    Small(TextureHandle),
    /// Its file is gone or damaged.
    Unreadable,
}

/// Small pictures by the path of their image.
#[derive(Default)]
pub(in crate::app) struct Pictures {
    made: HashMap<String, (Picture, u64)>,
    task: Option<Task<Vec<Thumbnail>>>,
    /// Counts frames: what was drawn longest ago goes first.
    now: u64,
}

impl Pictures {
    /// Begins a frame: takes what the engine made.
    pub(in crate::app) fn take(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) {
        self.now += 1;
        let Some(answer) = self.task.as_ref().and_then(Task::poll) else { return };
        self.task = None;
        match answer {
            Ok(thumbnails) => {
                for thumbnail in thumbnails {
                    let picture = match thumbnail.picture {
                        None => Picture::Unreadable,
                        Some(small) => {
                            let size = [small.width() as usize, small.height() as usize];
                            let small = ColorImage::from_rgb(size, small.as_raw());
                            let options = TextureOptions::LINEAR;
                            Picture::Small(ctx.load_texture("thumbnail", small, options))
                        }
                    };
                    self.made.insert(thumbnail.path, (picture, self.now));
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
    pub(in crate::app) fn paint(
        &mut self,
        ui: &egui::Ui,
        words: Words,
        path: &str,
        frame: Rect,
    ) -> bool {
        let visuals = ui.visuals();
        let painter = ui.painter_at(frame);
        painter.rect_filled(frame, 4.0, visuals.extreme_bg_color);
        let Some((picture, drawn)) = self.made.get_mut(path) else { return false };
        *drawn = self.now;
        match picture {
            Picture::Small(texture) => {
                let size = texture.size_vec2();
                let scale = ((frame.size() - egui::Vec2::splat(4.0)) / size).min_elem();
                let place = Rect::from_center_size(frame.center(), size * scale);
                let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                painter.image(texture.id(), place, whole, Color32::WHITE);
            }
            Picture::Unreadable => {
                let text = words.text("library-unreadable");
                let font = FontId::proportional(13.0);
                let colour = visuals.error_fg_color;
                painter.text(frame.center(), Align2::CENTER_CENTER, text, font, colour);
            }
        }
        true
    }

    /// Ends a frame: asks for the first of `lacking`, one batch at a time.
    pub(in crate::app) fn ask<'a>(
        &mut self,
        desk: &mut Desk<'_>,
        lacking: impl Iterator<Item = &'a str>,
    ) {
        if self.task.is_some() {
            return;
        }
        let paths: Vec<String> = lacking.take(BATCH).map(str::to_owned).collect();
        if !paths.is_empty() {
            self.task = desk.start(Thumbnails { paths, side: SIDE });
        }
    }
}
