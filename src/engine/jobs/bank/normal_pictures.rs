//! The normal pictures that a bank is fitted on.

use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;
use rayon::prelude::*;

use crate::error::Result;
use crate::protocol::JobContext;
use fettle_domain::{ImageId, JpegQuality, SampleBits};
use fettle_library::{read_image, read_image_of};

/// Pictures in a batch of the network.
pub(super) const BATCH: usize = 8;

/// A picture of a normal part.
#[derive(Debug, Clone)]
pub(crate) struct NormalPicture {
    pub(crate) id: ImageId,
    pub(crate) path: PathBuf,
}

/// The pictures of a batch.
#[derive(Debug)]
pub(crate) struct DecodedBatch {
    pub(crate) pictures: Arc<Vec<RgbImage>>,
    /// How strongly each was compressed.
    pub(super) compression: Vec<Option<JpegQuality>>,
}

/// Reads the pictures of a batch, in parallel; `samples` holds white in samples of 16 bits.
pub(super) fn read_pictures(
    batch: &[NormalPicture],
    samples: Option<SampleBits>,
) -> Result<DecodedBatch> {
    let read = |picture: &NormalPicture| {
        let read = read_image_of(&picture.path, samples)?;
        Ok((read.rgb, read.compression))
    };
    let read: Vec<(RgbImage, Option<JpegQuality>)> =
        batch.par_iter().map(read).collect::<Result<_>>()?;
    let (pictures, compression) = read.into_iter().unzip();
    Ok(DecodedBatch { pictures: Arc::new(pictures), compression })
}

/// The bits of white in the samples of `pictures` of 16 bits: the fewest usual ones that hold all
/// samples, where no picture uses the upper bits. `None`: a picture has other samples, or a range that
/// its file declares, or they use all bits, or all are black.
pub(super) fn sample_bits(
    job: &JobContext,
    pictures: &[NormalPicture],
) -> Result<Option<SampleBits>> {
    let used_bits = |picture: &NormalPicture| -> Result<Option<u32>> {
        let used = read_image(&picture.path)?.undeclared_bits;
        Ok(used.filter(|used| *used == 0 || SampleBits::holding(*used).is_some()))
    };
    // Nearly always the first picture already says that there is nothing to find out.
    let (Some(first), rest) = (pictures.first(), pictures.get(1..).unwrap_or_default()) else {
        return Ok(None);
    };
    let Some(mut most) = used_bits(first)? else { return Ok(None) };
    for batch in rest.chunks(BATCH) {
        job.check()?;
        let used = batch.par_iter().map(used_bits).collect::<Result<Option<Vec<u32>>>>()?;
        let Some(used) = used else { return Ok(None) };
        most = used.into_iter().fold(most, u32::max);
    }
    // A black picture uses no bit, and says nothing about those of the others.
    Ok(SampleBits::holding(most).filter(|_| most > 0))
}

/// At most `limit` of `pictures`, evenly spaced.
pub(super) fn evenly_spaced(pictures: &[NormalPicture], limit: usize) -> Vec<NormalPicture> {
    let count = pictures.len().min(limit);
    (0..count).map(|n| pictures[n * pictures.len() / count].clone()).collect()
}
