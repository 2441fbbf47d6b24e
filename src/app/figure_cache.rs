//! The pictures of manuals that were shown last, as textures, and those that are being read.

use egui::{Context, TextureHandle};
use image::RgbImage;

use super::tasks::Task;
use super::texture_cache::{TextureCache, upload};
use fettle_domain::{FigureSource, ManualId};
use fettle_engine::EngineError;

/// Textures in the cache, 80 MB at most.
const CAPACITY: usize = 200;

/// Pictures that are being read; `None` for one that cannot be shown.
pub(super) type Reading = Task<Vec<Option<RgbImage>>>;

/// A picture of a version of a manual.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    pub(super) manual: ManualId,
    pub(super) source: FigureSource,
}

impl Wanted {
    pub(super) fn key(&self) -> String {
        format!("{} {:?}", self.manual, self.source)
    }
}

/// The pictures that were drawn last, those that are being read, and the one that is enlarged.
#[derive(Default)]
pub(super) struct FigureCache {
    /// By [`Wanted::key`]; `None` for one that cannot be shown.
    pub(super) shown: TextureCache<Option<TextureHandle>, CAPACITY>,
    /// Those that a frame found missing.
    pub(super) missing: Vec<Wanted>,
    pub(super) reading: Option<(Vec<Wanted>, Reading)>,
    pub(super) enlarged: Option<Enlarged>,
}

/// The picture that is enlarged.
pub(super) struct Enlarged {
    pub(super) wanted: Wanted,
    pub(super) name: String,
    pub(super) reading: Option<Reading>,
    /// The picture, once it is read; `Some(None)` where it cannot be shown.
    pub(super) texture: Option<Option<TextureHandle>>,
}

impl FigureCache {
    /// Begins a frame: takes the pictures that were read.
    ///
    /// # Errors
    /// Why none could be read; they are then shown as such that cannot be.
    pub(super) fn begin_frame(&mut self, ctx: &Context) -> Result<(), EngineError> {
        self.shown.begin_frame();
        let mut failed = Ok(());
        let mut taken = |answer: Result<Vec<Option<RgbImage>>, EngineError>| {
            answer.unwrap_or_else(|error| {
                failed = Err(error);
                Vec::new()
            })
        };
        if let Some((batch, task)) = &self.reading
            && let Some(answer) = task.poll()
        {
            let pictures = taken(answer).into_iter().chain(std::iter::repeat_with(|| None));
            let textures = pictures.map(|one| one.map(|one| upload(ctx, "figure", &one)));
            self.shown.insert(batch.iter().map(Wanted::key).zip(textures));
            self.reading = None;
        }
        if let Some(enlarged) = &mut self.enlarged
            && let Some(answer) = enlarged.reading.as_ref().and_then(Task::poll)
        {
            enlarged.reading = None;
            let picture = taken(answer).pop().flatten();
            enlarged.texture = Some(picture.map(|picture| upload(ctx, "figure", &picture)));
        }
        failed
    }
}
