//! How the normal pictures of a bank were taken and stored.

use image::RgbImage;
use rayon::prelude::*;

use super::normal_pictures::DecodedBatch;
use fettle_domain::JpegQuality;
use fettle_vision::align::position::{NormalPosition, PositionSample};
use fettle_vision::capture::{CaptureRange, CaptureStats, NormalCompression};
use fettle_vision::inspection_area::InspectionArea;

/// Light, focus, compression and position of the normal pictures seen so far.
#[derive(Debug)]
pub(super) struct NormalCapture {
    stats: Vec<CaptureStats>,
    compression: Vec<Option<JpegQuality>>,
    /// Of every n-th picture.
    samples: Vec<PositionSample>,
    every: usize,
}

impl NormalCapture {
    /// For `count` pictures.
    pub(super) fn of(count: usize) -> Self {
        Self {
            stats: Vec::with_capacity(count),
            compression: Vec::with_capacity(count),
            samples: Vec::new(),
            every: count.div_ceil(PositionSample::MOST).max(1),
        }
    }

    /// Measures the next pictures, light and focus in `area` alone.
    pub(super) fn add(&mut self, decoded: &DecodedBatch, area: Option<&InspectionArea>) {
        let before = self.stats.len();
        let pictures: &[RgbImage] = &decoded.pictures;
        self.stats.par_extend(pictures.par_iter().map(|picture| CaptureStats::of(picture, area)));
        self.compression.extend(&decoded.compression);
        let every = self.every;
        let sampled: Vec<&RgbImage> = (before..)
            .zip(pictures)
            .filter(|(at, _)| at % every == 0)
            .map(|(_, picture)| picture)
            .collect();
        self.samples.par_extend(sampled.into_par_iter().map(PositionSample::of));
    }

    /// The range of light, focus and compression.
    pub(super) fn range(&self) -> Option<CaptureRange> {
        CaptureRange::of(&self.stats, self.coarsest())
    }

    /// `range`, widened by these pictures.
    pub(super) fn widened_range(&self, range: CaptureRange) -> CaptureRange {
        range.widened(&self.stats, self.coarsest())
    }

    fn coarsest(&self) -> NormalCompression {
        NormalCompression::of(self.compression.iter().copied())
    }

    /// Where the parts lie.
    pub(super) fn position(&self) -> Option<NormalPosition> {
        NormalPosition::of(&self.samples)
    }

    /// `position`, widened by the place of the parts in these pictures.
    pub(super) fn widened_position(&self, position: NormalPosition) -> NormalPosition {
        position.with(&self.samples)
    }
}
