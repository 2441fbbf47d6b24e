//! Why a place of a picture looks abnormal: the normal patch that it is nearest to.

use std::path::PathBuf;

use super::area::inspection_area;
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request, Stopwatch};
use fettle_domain::{BankRef, RectPx};
use fettle_library::read_image;
use fettle_vision::memory_bank::Origin;

/// Asks which normal patch of a bank the patch at a pixel of a picture is nearest to. The network
/// looks at the picture once more.
#[derive(Debug, Clone, PartialEq)]
pub struct WhyHere {
    /// The picture; a relative path is of the workspace.
    pub picture: PathBuf,
    /// The bank that it was scored against.
    pub bank: BankRef,
    /// The pixel, from the left edge.
    pub x: u32,
    /// From the upper edge.
    pub y: u32,
}

/// A patch of a picture, and the normal one nearest to it.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestNormal {
    /// The patch that the pixel lies in.
    pub patch: RectPx,
    /// Its score: how far it is from the normal one.
    pub score: f32,
    /// The normal picture, relative to the workspace.
    pub path: String,
    /// The normal patch, in that picture.
    pub normal_patch: RectPx,
}

impl Request for WhyHere {
    /// `None` where nothing is inspected there.
    type Answer = Option<NearestNormal>;

    fn name(&self) -> &'static str {
        "why-here"
    }

    fn run(self, job: &JobContext) -> Result<Option<NearestNormal>> {
        let product = self.bank.product.clone();
        let banks = job.shared.library(move |library| library.banks(&product))?;
        let bank = banks.into_iter().find(|bank| bank.bank == self.bank);
        let bank = bank.ok_or_else(|| EngineError::NoBank(self.bank.product.clone()))?;
        let root = job.shared.workspace.root();
        let mut picture = read_image(&root.join(&self.picture))?.rgb;
        let area = inspection_area(job, &self.bank.product)?;
        // As the inspection did.
        if let Some(read) = area.as_ref().filter(|read| read.hash == bank.area) {
            picture = read.area.hide_outside(&picture);
        }
        job.check()?;
        let (path, at) = (root.join(&bank.path), (self.x, self.y));
        let (reference, area) = (self.bank, area.map(|read| read.area));
        let found = job.shared.vision(move |lane| {
            let watch = &mut Stopwatch::default();
            let bank = lane.bank(&reference.product, &path, &reference.model, watch)?;
            lane.nearest_patch(&bank, &picture, area.as_deref(), at)
        })?;
        let Some((patch, score, Origin { image, place })) = found else { return Ok(None) };
        let path = job.shared.library(move |library| Ok(library.image(image)?.path))?;
        Ok(Some(NearestNormal { patch, score, path, normal_patch: place }))
    }
}
