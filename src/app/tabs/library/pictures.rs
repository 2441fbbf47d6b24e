//! The grid's small pictures as textures: made by the engine, batch by batch, the latest kept.

use std::collections::HashMap;

use egui::{ColorImage, TextureHandle, TextureOptions};

use crate::app::desk::Desk;
use crate::app::tasks::Task;
use crate::domain::{ImageId, RegisteredImage};
use crate::engine::{Thumbnail, Thumbnails};

/// The longer side in pixels.
const SIDE: u32 = 192;
/// Pictures asked for at once: few, so that what was scrolled away does not hold up the rest.
const BATCH: usize = 16;
/// Textures kept, 100 MB at most.
const KEPT: usize = 600;

/// What there is of an image.
pub(super) enum Picture {
    /// Its texture.
    Small(TextureHandle),
    /// Its file is gone or damaged.
    Unreadable,
}

/// Small pictures by image.
#[derive(Default)]
pub(super) struct Pictures {
    made: HashMap<ImageId, (Picture, u64)>,
    task: Option<Task<Vec<Thumbnail>>>,
    /// Counts frames: what was drawn longest ago goes first.
    now: u64,
}

impl Pictures {
    /// Begins a frame: takes what the engine made.
    pub(super) fn take(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) {
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
                    self.made.insert(thumbnail.image, (picture, self.now));
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
        let mut drawn: Vec<(u64, ImageId)> =
            self.made.iter().map(|(id, (_, drawn))| (*drawn, *id)).collect();
        drawn.sort_unstable();
        for (_, id) in drawn.iter().take(over) {
            self.made.remove(id);
        }
    }

    /// The picture of an image that is drawn now, if it was made.
    pub(super) fn get(&mut self, image: ImageId) -> Option<&Picture> {
        let (picture, drawn) = self.made.get_mut(&image)?;
        *drawn = self.now;
        Some(picture)
    }

    /// Ends a frame: asks for the first of `lacking`, one batch at a time.
    pub(super) fn ask<'a>(
        &mut self,
        desk: &mut Desk<'_>,
        lacking: impl Iterator<Item = &'a RegisteredImage>,
    ) {
        if self.task.is_some() {
            return;
        }
        let images: Vec<RegisteredImage> = lacking.take(BATCH).cloned().collect();
        if !images.is_empty() {
            self.task = desk.start(Thumbnails { images, side: SIDE });
        }
    }
}
