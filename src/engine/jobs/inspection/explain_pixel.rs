//! Why a pixel of a picture looks abnormal: the nearest normal patch.

use crate::error::{EngineError, Result};
use crate::jobs::bank::inspection_area::load_inspection_area;
use crate::jobs::workspace::PictureFile;
use crate::protocol::{JobContext, NoEvent, Request, Stopwatch};
use fettle_domain::{BankRef, RectPx, Role};
use fettle_library::read_image_of;
use fettle_vision::memory_bank::MemoryBank;
use fettle_vision::patches::Origin;

/// Finds the normal patch of a bank that is nearest to the patch at a pixel. The network computes the
/// patches of the picture again.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainPixel {
    /// The picture.
    pub picture: PictureFile,
    /// The bank that the picture was scored against.
    pub bank: BankRef,
    /// Column of the pixel.
    pub x: u32,
    /// Row of the pixel.
    pub y: u32,
}

/// A patch of a picture with the nearest normal patch.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestNormal {
    /// The patch of the pixel.
    pub patch: RectPx,
    /// Score of the patch: distance to the normal patch.
    pub score: f32,
    /// The normal picture, relative to the workspace.
    pub path: String,
    /// The normal patch, in pixels of the normal picture.
    pub normal_patch: RectPx,
}

impl Request for ExplainPixel {
    /// `None` where the pixel lies outside the inspection area.
    type Answer = Option<NearestNormal>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "why-here"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Option<NearestNormal>> {
        let product = self.bank.product.clone();
        let banks = job.library(move |library| library.banks(&product))?;
        let bank = banks.into_iter().find(|bank| bank.bank == self.bank);
        let bank = bank.ok_or_else(|| EngineError::NoBank(self.bank.product.clone()))?;
        let workspace = &job.shared.workspace;
        let samples = MemoryBank::load_info(&workspace.file(&bank.path))?.sample_bits;
        let mut picture = read_image_of(&self.picture.path(workspace), samples)?.rgb;
        let area = load_inspection_area(job, &self.bank.product)?;
        // The same picture as in the inspection.
        if let Some(loaded) = area.as_ref().filter(|loaded| loaded.hash == bank.area) {
            picture = loaded.area.hide_outside(&picture);
        }
        job.check()?;
        let (path, at) = (workspace.file(&bank.path), (self.x, self.y));
        let (reference, area) = (self.bank, area.map(|loaded| loaded.area));
        let found = job.vision(move |lane| {
            let watch = &mut Stopwatch::default();
            let bank = lane.bank(&reference.product, &path, &reference.model, watch)?;
            lane.nearest_patch(&bank, &picture, area.as_deref(), at)
        })?;
        let Some((patch, score, Origin { image, place })) = found else { return Ok(None) };
        let path = job.library(move |library| Ok(library.image(image)?.path))?;
        Ok(Some(NearestNormal { patch, score, path, normal_patch: place }))
    }
}
