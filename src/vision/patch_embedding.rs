//! Feature maps to one row a patch ("locally aware patch features", section 3.1 of the paper).

use candle_core::{DType, Tensor};

use super::{Result, VisionError};
use crate::vision::memory_bank::Grid;

/// The mean of each 3×3 neighbourhood, stride 1; beyond the border are zeros, and they count.
fn neighbourhood_mean(map: &Tensor) -> candle_core::Result<Tensor> {
    let padded = map.pad_with_zeros(2, 1, 1)?.pad_with_zeros(3, 1, 1)?;
    padded.avg_pool2d_with_stride((3, 3), (1, 1))
}

/// `taps`, each (B, C, h, w), finest first, to (B·h·w, ΣC) rows in the finest map's grid,
/// picture by picture, row by row; and that grid. Coarser maps are brought to the finest
/// one's size bilinearly (corners not aligned), after pooling.
///
/// # Errors
/// [`VisionError::Nothing`] for no taps; [`VisionError::Tensor`] where a tap has not four
/// dimensions or another batch size.
pub fn patch_embedding(taps: &[Tensor]) -> Result<(Tensor, Grid)> {
    let Some(finest) = taps.first() else { return Err(VisionError::Nothing("feature maps")) };
    let (_, _, height, width) = finest.dims4()?;
    let mut maps = Vec::with_capacity(taps.len());
    for tap in taps {
        let pooled = neighbourhood_mean(&tap.to_dtype(DType::F32)?)?;
        let (_, _, h, w) = pooled.dims4()?;
        maps.push(if (h, w) == (height, width) {
            pooled
        } else {
            pooled.upsample_bilinear2d(height, width, false)?
        });
    }
    let rows = Tensor::cat(&maps, 1)?.permute((0, 2, 3, 1))?.contiguous()?;
    let (batch, _, _, channels) = rows.dims4()?;
    let rows = rows.reshape((batch * height * width, channels))?;
    Ok((rows, Grid { height: height as u32, width: width as u32 }))
}

/// A tensor's values, row by row, in main memory.
///
/// # Errors
/// [`VisionError::Tensor`] where the device fails.
pub fn to_rows(tensor: &Tensor) -> Result<Vec<f32>> {
    Ok(tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::super::golden::{Golden, max_difference};
    use super::*;

    #[test]
    fn rows_are_those_of_the_reference() {
        let Some(golden) = Golden::open("reference/patchcore/golden.safetensors") else { return };
        let taps = [golden.tensor("layer2").clone(), golden.tensor("layer3").clone()];
        let (rows, grid) = patch_embedding(&taps).unwrap();
        assert_eq!((rows.dims(), grid), ([784, 24].as_slice(), Grid { height: 28, width: 28 }));
        let largest = max_difference(&to_rows(&rows).unwrap(), &golden.floats("patch_embedding"));
        assert!(largest < 1e-5, "{largest}");
    }

    #[test]
    fn a_batch_is_its_pictures_one_after_another() {
        let one =
            Tensor::from_vec(super::super::golden::noise(2 * 4 * 4, 1), (1, 2, 4, 4), &Device::Cpu);
        let two =
            Tensor::from_vec(super::super::golden::noise(2 * 4 * 4, 2), (1, 2, 4, 4), &Device::Cpu);
        let (one, two) = (one.unwrap(), two.unwrap());
        let both = Tensor::cat(&[&one, &two], 0).unwrap();
        let rows = |taps: &[Tensor]| to_rows(&patch_embedding(taps).unwrap().0).unwrap();
        let expected = [rows(&[one]), rows(&[two])].concat();
        assert_eq!(rows(&[both]), expected);
        assert!(matches!(patch_embedding(&[]), Err(VisionError::Nothing(_))));
    }
}
